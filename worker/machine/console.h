// Prints the worker's messages for people on standard error: lines and, on a terminal, one live
// line below them.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <string>

namespace motzkin::worker {

class Console {
 public:
  Console();

  // Prints a line that stays. If standard error is not a terminal, the time in UTC stands before
  // it.
  void Line(const std::string& text) ABSL_LOCKS_EXCLUDED(mutex_);
  // Replaces the live line. Does nothing if standard error is not a terminal.
  void Live(const std::string& text) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether standard error is a terminal, where the live line is shown.
  bool is_terminal() const { return is_terminal_; }

 private:
  const bool is_terminal_;
  absl::Mutex mutex_;
  std::string live_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::worker
