#include "common/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace motzkin {

void CheckFailed(const char* file, int line, const char* condition) {
  // stdio, not the log: the check may fail before the log is set up, or inside it.
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace motzkin
