#include "cli/access/program_path.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "common/base/program_start.h"

namespace motzkin::cli {

absl::StatusOr<std::string> ProgramPath(const std::string& name, const std::string& given,
                                        const std::string& flag) {
  std::error_code error;
  const std::filesystem::path chosen =
      given.empty() ? OwnDirectory() / name : std::filesystem::path(given);
  // A child of ours starts in the root directory, where a relative path would lead elsewhere.
  std::string path = std::filesystem::absolute(chosen, error).string();
  if (::access(path.c_str(), X_OK) == 0) return path;
  return absl::NotFoundError(
      absl::StrCat("no ", name, " at ", path, ": name it with ", flag, " PATH"));
}

absl::Status BecomeProgram(std::vector<std::string> command, const std::string& failure) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv.front(), argv.data());
  return absl::ErrnoToStatus(errno, failure);
}

}  // namespace motzkin::cli
