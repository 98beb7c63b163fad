// The figures of a worker at one moment, for its progress line and its metrics.
#pragma once

#include <cstdint>
#include <string>

#include "worker/machine/tally.h"

namespace motzkin::worker {

struct WorkerFigures {
  Totals totals;
  double functions_per_minute = 0;
  int slots = 0;
  int slots_busy = 0;
  int slots_allowed = 0;
  int64_t rows_waiting = 0;  // in memory
  int64_t rows_spooled = 0;  // on disk
  double temperature = 0;    // in degrees Celsius; 0: unknown
  bool connected = false;
};

// Returns the line that a terminal and a log show.
std::string ProgressLine(const WorkerFigures& figures);

}  // namespace motzkin::worker
