#include <fmt/core.h>

#include "cli/verb.h"

namespace motzkin::cli {

int Report(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  fmt::print(stderr, "motzkin: {}\n", std::string(status.message()));
  return ExitCodeFor(status);
}

}  // namespace motzkin::cli
