#include "common/base/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace motzkin {

bool CanRedraw(int fd) {
  if (isatty(fd) == 0) return false;
  const char* const name = std::getenv("TERM");
  return name != nullptr && *name != '\0' && std::string_view(name) != "dumb";
}

}  // namespace motzkin
