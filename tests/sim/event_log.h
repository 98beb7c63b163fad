// The event log of a simulation: all that the rules decided, line by line, in words of its own. The
// words are those of the store and not those of the C++ types, so that a refactoring which renames
// types leaves the log as it was, byte for byte. docs/development.md says how to compare two.
#pragma once

#include <absl/time/time.h>

#include <ostream>
#include <string>

#include "coordinator/core/scheduler.h"

namespace motzkin::coordinator {

// Each returns one line, without its end and without the time.
std::string LogLine(const Intention& intention);
std::string LogLine(const Confirmation& answer);
std::string LogLine(const Desired& desired);
std::string LogLine(const WorkerState& worker, BootTime now);
std::string LogLine(ReportVerdict verdict);

class EventLog {
 public:
  // `out` may be null: then nothing is written. Otherwise it must outlive this.
  explicit EventLog(std::ostream* out) : out_(out) {}

  // `since_start` is the simulation's time, `whose` a worker, "rules" or "store"; `what` is as
  // LogLine() takes it.
  template <typename... What>
  void Add(absl::Duration since_start, const std::string& whose, const What&... what) {
    if (out_ != nullptr) *out_ << since_start << " " << whose << " " << LogLine(what...) << "\n";
  }

 private:
  std::ostream* const out_;
};

}  // namespace motzkin::coordinator
