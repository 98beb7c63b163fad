#include "cli/access/coordinator_binary.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <filesystem>

namespace motzkin::cli {

absl::StatusOr<std::string> CoordinatorBinary(const std::string& given) {
  std::error_code error;
  std::filesystem::path path = given;
  if (given.empty()) {
    path = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "coordinator";
  }
  path = std::filesystem::absolute(path, error);
  if (::access(path.c_str(), X_OK) == 0) return path.string();
  return absl::NotFoundError(absl::StrCat("no coordinator at ", path.string(),
                                          ": name it with --coordinator-binary PATH"));
}

}  // namespace motzkin::cli
