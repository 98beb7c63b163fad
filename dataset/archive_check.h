// Reads an existing archive, to find out what it holds and whether it is as it was written. This
// comes before rows are dropped in reliance on it. Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace motzkin::dataset {

struct ArchiveDescription {
  std::string job;  // the job's name
  std::string uuid;
  int64_t rows = 0;
  int64_t audited = 0;  // audits that have their answer
  std::string sha256;   // 32 bytes: the digest of SHA256SUMS, which covers everything
};

// Whether `directory` looks like an archive, complete or not.
bool IsArchive(const std::filesystem::path& directory);

// Returns what the archive says of itself. NOT_FOUND: there is no archive. DATA_LOSS: its job.json
// or its audits make no sense.
absl::StatusOr<ArchiveDescription> DescribeArchive(const std::filesystem::path& directory);

// Reads all of it. DATA_LOSS: a file is missing, or differs from what SHA256SUMS says.
absl::Status CheckArchive(const std::filesystem::path& directory);

}  // namespace motzkin::dataset
