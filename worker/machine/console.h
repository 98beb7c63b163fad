// What the worker tells people, on standard error: lines, and on a terminal one live line below
// them.
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

  // A line that stays. In a log it carries the time, to the second, in UTC.
  void Line(const std::string& text) ABSL_LOCKS_EXCLUDED(mutex_);
  // Replaces the live line; does nothing where standard error is no terminal.
  void Live(const std::string& text) ABSL_LOCKS_EXCLUDED(mutex_);
  bool is_terminal() const { return is_terminal_; }

 private:
  const bool is_terminal_;
  absl::Mutex mutex_;
  std::string live_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::worker
