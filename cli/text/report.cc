#include "cli/text/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

#include "cli/text/exit_code.h"
#include "common/base/one_line.h"
#include "common/base/string_view.h"

namespace motzkin::cli {

std::string Shown(std::string_view message) {
  // The lines of Caret() stay below the message; the message itself becomes one line.
  const size_t below = std::min(message.find("\n  "), message.size());
  return OneLine(message.substr(0, below)) + std::string(message.substr(below));
}

int Report(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  // fmt::print() would throw if stderr cannot be written to, and there is no one left to tell.
  std::fputs(fmt::format("motzkin: {}\n", Shown(ToStd(status.message()))).c_str(), stderr);
  return ExitCodeFor(status);
}

}  // namespace motzkin::cli
