// Runs the built `motzkin` as its users do. For tests only.
#pragma once

#include <string>
#include <vector>

namespace motzkin::cli {

struct Ran {
  int code = -1;  // 128 + signal when a signal ended it.
  std::string out;
  std::string err;
};

// Ends it after 60 s (EXPECTs that this is not needed).
Ran RunMotzkin(const std::vector<std::string>& arguments, const std::string& input = "");

}  // namespace motzkin::cli
