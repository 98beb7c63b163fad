// Writes directories in the format of `motzkin export`. For tests only.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace motzkin::classifier {

struct SmallRow {
  std::string integrand;
  bool success = false;
  std::string outcome;
};

struct SmallExport {
  std::string format = "jsonl";
  std::string notation = "infix";
  std::string preset = "intclass";
  std::vector<SmallRow> train = {};
  std::vector<SmallRow> valid = {};
  std::vector<SmallRow> test = {};
};

// Makes the directory, which must not exist.
void WriteSmallExport(const SmallExport& exported, const std::filesystem::path& directory);

// Returns functions of four families: x^k*exp(m*x) and sin(m*x)^k have an integral, exp(m*x)/(x^k + m) and
// sin(m*x)*exp(x^k) have none. `first` is the first m of `count` ones; k is 1 to 3.
std::vector<SmallRow> SomeFamilies(int first, int count);

}  // namespace motzkin::classifier
