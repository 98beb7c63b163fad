// CHECK(condition): a bug of ours ends the process with file, line and condition on stderr. For
// what can only be false if the code is wrong; never for input, peers or the system.
#pragma once

namespace motzkin {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace motzkin

#define MOTZKIN_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::motzkin::CheckFailed(__FILE__, __LINE__, #condition))
