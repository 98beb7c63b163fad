#include "cli/access/program_path.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "common/base/program_start.h"

namespace motzkin::cli {

absl::StatusOr<std::string> ProgramPath(const std::string& name, const std::string& given,
                                        const std::string& flag) {
  std::error_code error;
  const std::filesystem::path chosen =
      given.empty() ? OwnDirectory() / name : std::filesystem::path(given);
  const std::string path = std::filesystem::absolute(chosen, error).string();
  if (::access(path.c_str(), X_OK) == 0) return path;
  return absl::NotFoundError(
      absl::StrCat("no ", name, " at ", path, ": name it with ", flag, " PATH"));
}

}  // namespace motzkin::cli
