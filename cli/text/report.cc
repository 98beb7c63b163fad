#include "cli/text/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/text/exit_code.h"
#include "common/base/one_line.h"

namespace motzkin::cli {

int Report(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  const std::string message(status.message());
  // The lines of Caret() stay below the message; the message itself becomes one line.
  const size_t below = std::min(message.find("\n  "), message.size());
  // fmt::print() would throw if stderr cannot be written to, and there is no one left to tell.
  std::fputs(
      fmt::format("motzkin: {}{}\n", OneLine(message.substr(0, below)), message.substr(below))
          .c_str(),
      stderr);
  return ExitCodeFor(status);
}

}  // namespace motzkin::cli
