// A cluster's status as lines of text, shared by `status` and `watch`. Pure. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::cli {

struct ScreenOptions {
  size_t columns = 100;
  size_t rows = 40;
  bool all_outcomes = false;  // Each outcome, not only the three groups.
  bool latest = true;         // The latest integrated functions.
  std::string job = {};       // Only this one; empty: all that are not over, or else all.
};

// No line is longer than `columns`, there are at most `rows`.
std::vector<std::string> Screen(const v1::GetStatusResponse& status, const ScreenOptions& options);

// One line for a pipe: "job demo  running   1,284 functions   702 integrated (54.7 %)   31/s   2
// slots".
std::string JobLine(const v1::Job& job, const v1::GetStatusResponse& status);

// The jobs that `options.job` selects.
std::vector<const v1::Job*> SelectedJobs(const v1::GetStatusResponse& status,
                                         const std::string& job);

bool IsOver(v1::JobState state);

}  // namespace motzkin::cli
