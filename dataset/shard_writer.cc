#include "dataset/shard_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace motzkin::dataset {

absl::Status WriteChecksums(std::vector<WrittenFile>& files,
                            const std::filesystem::path& directory) {
  std::sort(files.begin(), files.end(),
            [](const WrittenFile& a, const WrittenFile& b) { return a.path < b.path; });
  std::string sums;
  for (const WrittenFile& file : files) {
    sums += fmt::format("{}  {}\n", file.digest.sha256, file.path);
  }
  return WriteFile(directory / "SHA256SUMS", sums).status();
}

ShardWriter::ShardWriter(std::filesystem::path directory, ShardNames names)
    : directory_(std::move(directory)), names_(std::move(names)) {}

// Numbers have five digits, so that the names sort like the numbers.
std::string ShardWriter::TemporaryName(Split split, size_t number) const {
  return fmt::format("{}{}-{:05}{}", names_.stem, kSplitNames[static_cast<size_t>(split)], number,
                     names_.extension);
}

std::string ShardWriter::FinalName(Split split, size_t number, size_t count) const {
  const std::string_view split_name = kSplitNames[static_cast<size_t>(split)];
  if (names_.rows_max == 0) return fmt::format("{}{}{}", names_.stem, split_name, names_.extension);
  return fmt::format("{}{}-{:05}-of-{:05}{}", names_.stem, split_name, number, count,
                     names_.extension);
}

absl::Status ShardWriter::Append(Split split, std::string_view line) {
  Series& series = series_[static_cast<size_t>(split)];
  if (series.open.has_value() && names_.rows_max > 0 && series.open_rows == names_.rows_max) {
    RETURN_IF_ERROR(CloseShard(split));
  }
  if (!series.open.has_value()) {
    ASSIGN_OR_RETURN(series.open, ChecksummedFile::Create(
                                      directory_ / TemporaryName(split, series.closed.size())));
    // Each shard begins with the header, so that it can be read alone.
    RETURN_IF_ERROR(series.open->Append(names_.header));
  }
  ++series.open_rows;
  return series.open->Append(line);
}

absl::Status ShardWriter::CloseShard(Split split) {
  Series& series = series_[static_cast<size_t>(split)];
  ASSIGN_OR_RETURN(const FileDigest digest, series.open->Close());
  series.open.reset();
  series.closed.push_back(
      {TemporaryName(split, series.closed.size()), digest, series.open_rows, split});
  series.open_rows = 0;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WrittenFile>> ShardWriter::Finish() {
  std::vector<WrittenFile> files;
  for (size_t i = 0; i < kSplits; ++i) {
    const auto split = static_cast<Split>(i);
    Series& series = series_[i];
    // A file is made by its first row, so no shard is empty.
    if (series.open.has_value()) RETURN_IF_ERROR(CloseShard(split));
    for (size_t number = 0; number < series.closed.size(); ++number) {
      WrittenFile& file = series.closed[number];
      // The digest does not depend on the name, so it stays valid.
      const std::string name = FinalName(split, number, series.closed.size());
      std::error_code error;
      // StagingDirectory::Commit() makes the new names durable before the export has its own.
      std::filesystem::rename(directory_ / file.path, directory_ / name, error);
      if (error) return absl::InternalError(fmt::format("{}: {}", name, error.message()));
      file.path = name;
      files.push_back(std::move(file));
    }
  }
  return files;
}

}  // namespace motzkin::dataset
