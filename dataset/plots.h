// The plots of a dataset card. Pure. Thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dataset/statistics.h"

namespace motzkin::dataset {

struct Plot {
  std::string file;   // "lengths.svg"
  std::string title;  // for the card
  std::string svg;
};

// Lengths and operators of `shown` rows, success by size and CPU percentiles of `all` rows behind
// them; none without rows. `engines` are names by number, as Reader::Engines() has them.
std::vector<Plot> PlotsOf(const Statistics& shown, const Statistics& all,
                          const std::map<int, std::string>& engines);

// The percentiles of CPU that tables and plots show, in 1/1000.
inline constexpr int kCpuPermilles[] = {500, 900, 950, 990, 999};

}  // namespace motzkin::dataset
