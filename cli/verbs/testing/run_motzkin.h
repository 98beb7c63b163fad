// Runs the `motzkin` that was built, as its users do. For tests only.
#pragma once

#include <string>
#include <vector>

namespace motzkin::cli {

struct Ran {
  int code = -1;  // 128 + n if signal n ended the program
  std::string out;
  std::string err;
};

// Ends the program after 60 s, which is a failure of the test. `path` is its $PATH.
Ran RunMotzkin(const std::vector<std::string>& arguments, const std::string& input = "",
               const std::string& path = "/usr/bin:/bin");

}  // namespace motzkin::cli
