// MOTZKIN_CHECK(condition) ends the process with file, line and condition on stderr when the
// condition is false. Use it for conditions that only a bug of ours can break, never for input,
// peers or the system: those are reported as absl::Status.
#pragma once

namespace motzkin {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace motzkin

#define MOTZKIN_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::motzkin::CheckFailed(__FILE__, __LINE__, #condition))
