// Draws the plots of a dataset card. Pure. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "dataset/statistics.h"

namespace motzkin::dataset {

struct Plot {
  std::string file;   // "lengths.svg"
  std::string title;  // for the card
  std::string svg;
};

// Draws the lengths and operators of the rows in `shown`, and the success by size and CPU
// percentiles of `all` rows, from which those were chosen. Returns nothing if no row is shown.
// `engines` has the names by number, as Reader::Engines() returns them.
std::vector<Plot> PlotsOf(const Statistics& shown, const Statistics& all,
                          const EngineNames& engines);

// The percentiles of CPU times that tables and plots show, in 1/1000.
inline constexpr int kCpuPermilles[] = {500, 900, 950, 990, 999};

}  // namespace motzkin::dataset
