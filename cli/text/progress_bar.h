// How far a long walk over rows is: a bar that stays on its line on a terminal, a line every ten
// seconds in a log. On stderr, so that stdout is data alone.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>

namespace motzkin::cli {

// The bar as text: "export  [=====>    ]  52 %  1,040,000 of 2,000,000 rows  41,000/s  23 s left".
// Pure.
std::string ProgressLine(const std::string& verb, int64_t done, int64_t total,
                         absl::Duration elapsed, bool with_bar);

// While it lives, SIGINT and SIGTERM do not end the process but the walk. One at a time.
// Thread-compatible.
class ProgressBar {
 public:
  explicit ProgressBar(std::string verb);
  // Ends the line, and gives the signals back.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // CANCELLED after a signal.
  absl::Status Show(int64_t done, int64_t total);

 private:
  const std::string verb_;
  const bool terminal_;
  const absl::Time start_;
  absl::Time shown_;
  bool line_open_ = false;
};

}  // namespace motzkin::cli
