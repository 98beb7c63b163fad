// Writes all that the database knows of a job's functions into files that need no database: to keep
// a job for good, to move it, or to make room.
//
//   job.json    the job with its spec, and the engines and workers that rows name by number
//   job.yaml    the spec as `motzkin start` takes it, which gives the same functions again
//   results/    every stored row, sealed or not, as JSON lines with all columns
//   audits/     its audited negatives, written the same way
//   README.md   tells people what the files are
//   SHA256SUMS  lists all other files
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "dataset/reader.h"
#include "dataset/shard_writer.h"

namespace motzkin::dataset {

struct ArchiveOptions {
  int64_t shard_rows = 1'000'000;  // rows in a file, as in a partition of the database
  std::string program_version;     // for the README
};

struct ArchiveReport {
  JobDescription job;
  int64_t rows = 0;
  int64_t audits = 0;
  std::vector<WrittenFile> files;
};

// Writes to `directory`, which must not exist or must be empty. Every file is read back before the
// directory gets its name. Memory does not grow with the number of rows.
//
// After an error nothing is left behind. The errors are those of Reader, StagingDirectory and
// files, any error that `progress` returns, and
//   FAILED_PRECONDITION  the job is not over, so rows may still come
//   DATA_LOSS            a file does not read back as it was written, or rows are missing
absl::StatusOr<ArchiveReport> Archive(Reader& reader, const std::string& job,
                                      const std::filesystem::path& directory,
                                      const ArchiveOptions& options, const Progress& progress);

}  // namespace motzkin::dataset
