// The manifest of a backup: a file that says what the dump beside it holds. Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <nlohmann/json.hpp>
#include <string>

namespace motzkin::coordinator {

// A backup of another format is refused: this program would restore it wrongly.
inline constexpr int kBackupFormat = 1;
// Names below the directory of a backup.
inline constexpr char kBackupManifest[] = "/manifest.json";
inline constexpr char kBackupDump[] = "/database.dump";

// Reads the manifest and checks the size of the dump beside it, which finds a copy that broke off.
// pg_restore would find it too, but only after hours. The manifest has the text "cluster_uuid" and the
// integers "format", "time" (Unix seconds), "bytes" (of the dump), "jobs" and "functions".
//
// FAILED_PRECONDITION: this is no backup, it is damaged or not whole, or a newer program made it.
absl::StatusOr<nlohmann::json> ReadManifest(const std::string& directory);

// Returns when the backup was made, for people, in local time.
std::string TimeOfBackup(const nlohmann::json& manifest);

}  // namespace motzkin::coordinator
