// Writes the status of a cluster as lines of text, for `status` and `watch`. Pure. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::cli {

struct ScreenOptions {
  size_t columns = 100;
  size_t rows = 40;
  bool all_outcomes = false;  // shows each outcome and not only the three groups
  bool latest = true;         // shows the latest integrated functions
  std::string job = {};       // shows this job alone; empty: all that are not over, or else all
};

// No line is longer than `columns`, and there are at most `rows` lines.
std::vector<std::string> Screen(const v1::GetStatusResponse& status, const ScreenOptions& options);

// Returns one line for a pipe. For example
//   job demo  running   1,284 functions   702 integrated (54.7 %)   31/s   2 slots
std::string JobLine(const v1::Job& job, const v1::GetStatusResponse& status);

// Returns the jobs that ScreenOptions::job selects.
std::vector<const v1::Job*> SelectedJobs(const v1::GetStatusResponse& status,
                                         const std::string& job);

// Whether no more functions of the job are computed.
bool IsOver(v1::JobState state);

}  // namespace motzkin::cli
