// An archive that is there: what it holds, and whether it is as it was written. Before rows are
// dropped for its sake.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace motzkin::dataset {

struct ArchiveDescription {
  std::string job;  // its name
  std::string uuid;
  int64_t rows = 0;
  int64_t audited = 0;  // audits that have their answer
  std::string sha256;   // 32 bytes, of SHA256SUMS, and so of everything
};

// `directory` looks like an archive, complete or not.
bool IsArchive(const std::filesystem::path& directory);

// NOT_FOUND: no archive there. DATA_LOSS: its job.json or audits make no sense.
absl::StatusOr<ArchiveDescription> DescribeArchive(const std::filesystem::path& directory);

// Reads all of it. DATA_LOSS: a file is missing, or not what SHA256SUMS says.
absl::Status CheckArchive(const std::filesystem::path& directory);

}  // namespace motzkin::dataset
