// Writes the data files of an export, a series of shards for each split.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status_macros.h"
#include "dataset/checksummed_file.h"
#include "dataset/row.h"

namespace motzkin::dataset {

// A file of an export, for SHA256SUMS and the card.
struct WrittenFile {
  std::string path;  // relative to the export
  FileDigest digest;
  int64_t rows = 0;  // 0 for files that hold no data
  std::optional<Split> split;
};

// Writes SHA256SUMS for `files` as sha256sum -c reads it, and sorts them by path.
absl::Status WriteChecksums(std::vector<WrittenFile>& files,
                            const std::filesystem::path& directory);

struct ShardNames {
  std::string stem;       // stands before the split: "data/" or "prim_fwd."
  std::string extension;  // stands after the number: ".jsonl" or ""
  // The most rows of a file. 0: one file for each split, without a number.
  int64_t rows_max = 0;
  std::string header;  // the beginning of each file
};

// Files are called data/train-00000-of-00002.jsonl or, without numbers, prim_fwd.train. The last
// number is known only at the end, so the files get their names then. A split without rows has no
// file.
//
// The errors are those of ChecksummedFile. Thread-compatible.
class ShardWriter {
 public:
  // Files go below `directory`, which must exist.
  ShardWriter(std::filesystem::path directory, ShardNames names);

  // `line` ends with its newline.
  absl::Status Append(Split split, std::string_view line);
  // Closes all files and returns them by split and then by number. Call nothing after it.
  absl::StatusOr<std::vector<WrittenFile>> Finish();

 private:
  struct Series {
    std::optional<ChecksummedFile> open;
    int64_t open_rows = 0;
    std::vector<WrittenFile> closed;
  };
  std::string TemporaryName(Split split, size_t number) const;
  std::string FinalName(Split split, size_t number, size_t count) const;
  absl::Status CloseShard(Split split);

  const std::filesystem::path directory_;
  const ShardNames names_;
  std::array<Series, kSplits> series_;
};

}  // namespace motzkin::dataset
