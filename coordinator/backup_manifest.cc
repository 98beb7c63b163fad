#include "coordinator/backup_manifest.h"

#include <absl/status/status.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

namespace motzkin::coordinator {

absl::StatusOr<nlohmann::json> ReadManifest(const std::string& directory) {
  std::ifstream file(directory + kBackupManifest);
  if (!file) {
    return absl::FailedPreconditionError(
        fmt::format("{} is not a backup: there is no manifest.json in it", directory));
  }
  nlohmann::json manifest = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  const auto damaged = [&] {
    return absl::FailedPreconditionError(
        fmt::format("{}{} is damaged", directory, kBackupManifest));
  };
  if (!manifest.is_object() || !manifest["format"].is_number_integer() || manifest["format"] < 1) {
    return damaged();
  }
  if (manifest["format"] != kBackupFormat) {
    return absl::FailedPreconditionError(
        fmt::format("the backup {} is of a newer Motzkin: update this one", directory));
  }
  const auto is_number = [&](const char* key) { return manifest[key].is_number_integer(); };
  if (!manifest["cluster_uuid"].is_string() ||
      !std::ranges::all_of(std::array{"time", "bytes", "jobs", "functions"}, is_number)) {
    return damaged();
  }
  std::error_code error;
  const auto bytes = std::filesystem::file_size(directory + kBackupDump, error);
  if (error || bytes != manifest["bytes"].get<uint64_t>()) {
    return absl::FailedPreconditionError(
        fmt::format("the backup {} is not whole: its database.dump is missing or cut", directory));
  }
  return manifest;
}

std::string TimeOfBackup(const nlohmann::json& manifest) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(manifest.at("time")),
                          absl::LocalTimeZone());
}

}  // namespace motzkin::coordinator
