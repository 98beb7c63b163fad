// The event log of a simulation: all that the rules decided, line by line, in words of its own. The
// words are those of the store and not those of the C++ types, so that a refactoring which renames
// types leaves the log as it was, byte for byte. docs/development.md says how to compare two.
#pragma once

#include <string>

#include "coordinator/core/scheduler.h"

namespace motzkin::coordinator {

// Each is one line without its end.
std::string LogLine(const Intention& intention);
std::string LogLine(const Confirmation& answer);
std::string LogLine(const Desired& desired);
std::string LogLine(const WorkerView& view);
std::string LogLine(ReportVerdict verdict);

}  // namespace motzkin::coordinator
