// Shows how far a long walk over rows has come: on a terminal as a bar that stays on its line, in a
// log as a line every ten seconds. It goes to stderr, because stdout is for data alone.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>

#include "common/base/clock.h"

namespace motzkin::cli {

// Returns the bar as text. Pure. For example
//   export  [=====>    ]  52 %  1,040,000 of 2,000,000 rows  41,000/s  23 s left
std::string ProgressLine(const std::string& verb, int64_t done, int64_t total,
                         absl::Duration elapsed, bool with_bar);

// While it lives, SIGINT and SIGTERM end the walk and not the process, so that files that are not
// finished can be removed. There may be one at a time. Thread-compatible.
class ProgressBar {
 public:
  explicit ProgressBar(std::string verb);
  // Ends the line and restores the default actions of the signals.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Shows the progress if it is time to. Returns CANCELLED after a signal.
  absl::Status Show(int64_t done, int64_t total);

 private:
  const std::string verb_;
  const bool terminal_;
  const SystemClock clock_;  // not the wall clock, which may be set during a long walk
  const BootTime start_;
  BootTime shown_;
  bool line_open_ = false;
};

}  // namespace motzkin::cli
