#include "dataset/archive.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "archive_documents.h"
#include "common/base/status_macros.h"
#include "common/job_spec/job_yaml.h"
#include "common/postgres/connection.h"
#include "common/process/unique_fd.h"
#include "common/words/words.h"
#include "dataset/checksummed_file.h"
#include "dataset/staging_directory.h"
#include "dataset_queries.h"

namespace motzkin::dataset {
namespace {

// The rows of one statement, as many as in reader.cc.
constexpr int64_t kRowsOfAPiece = 2'000;

absl::Status CheckOver(const JobDescription& job) {
  if (job.state != "running" && job.state != "paused") return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("job {} is {}: archive it when it is over (motzkin cancel {} ends it)", job.name,
                  job.state, job.name));
}

// Writes the rows that a query finds for a job into numbered files, in the order of their indices.
class LineWriter {
 public:
  LineWriter(Reader& reader, std::string job, std::filesystem::path directory, int64_t shard_rows)
      : reader_(reader),
        job_(std::move(job)),
        directory_(std::move(directory)),
        shard_rows_(shard_rows) {}

  // `query` takes the job, the first index and the number of rows, and gives the columns `index`
  // and `line`. `stem` names the files: "results/" makes results/00000.jsonl.
  absl::Status Write(std::string_view query, const std::string& stem, int64_t expected,
                     const Progress& progress) {
    rows_ = 0;
    shard_ = 0;
    RETURN_IF_ERROR(progress(0, expected));
    // Each piece begins behind the last index that was found, and not at a fixed number: rows that
    // are stored but not sealed leave holes.
    for (int64_t next = 0;;) {
      ASSIGN_OR_RETURN(
          const postgres::Rows rows,
          reader_.Execute(query, postgres::Params().Text(job_).Int(next).Int(kRowsOfAPiece)));
      if (rows.empty()) break;
      for (const postgres::Row row : rows) RETURN_IF_ERROR(Append(stem, row.Text("line") + "\n"));
      next = rows.back().Int("index") + 1;
      RETURN_IF_ERROR(progress(rows_, std::max(expected, rows_)));
    }
    return file_.has_value() ? CloseFile() : absl::OkStatus();
  }

  // The number of rows of the last Write().
  int64_t rows() const { return rows_; }
  // The files of all calls of Write().
  std::vector<WrittenFile> TakeFiles() { return std::move(files_); }

 private:
  absl::Status Append(const std::string& stem, const std::string& line) {
    if (file_.has_value() && file_rows_ == shard_rows_) RETURN_IF_ERROR(CloseFile());
    if (!file_.has_value()) {
      name_ = fmt::format("{}{:05}.jsonl", stem, shard_++);
      ASSIGN_OR_RETURN(file_, ChecksummedFile::Create(directory_ / name_));
    }
    ++file_rows_;
    ++rows_;
    return file_->Append(line);
  }

  absl::Status CloseFile() {
    ASSIGN_OR_RETURN(const FileDigest digest, file_->Close());
    file_.reset();
    files_.push_back({name_, digest, std::exchange(file_rows_, 0), std::nullopt});
    return absl::OkStatus();
  }

  Reader& reader_;
  const std::string job_;
  const std::filesystem::path directory_;
  const int64_t shard_rows_;
  std::optional<ChecksummedFile> file_;
  std::string name_;
  int shard_ = 0;
  int64_t file_rows_ = 0;
  int64_t rows_ = 0;
  std::vector<WrittenFile> files_;
};

// Writes the results and then the audits, and checks that all results were found.
absl::Status WriteLines(Reader& reader, int64_t expected, const ArchiveOptions& options,
                        const std::filesystem::path& directory, const Progress& progress,
                        ArchiveReport& report) {
  for (const char* folder : {"results", "audits"}) {
    RETURN_IF_ERROR(MakeFolder(directory, folder));
  }
  LineWriter writer(reader, report.job.name, directory, options.shard_rows);
  RETURN_IF_ERROR(writer.Write(queries::kArchiveRows, "results/", expected, progress));
  report.rows = writer.rows();
  // The transaction that stores rows also counts them, so a difference means that rows are lost.
  if (report.rows != expected) {
    return absl::DataLossError(fmt::format("job {} has {} rows, but its counters say {}",
                                           report.job.name, report.rows, expected));
  }
  // One row in two hundred is audited, which is not worth a bar of its own.
  RETURN_IF_ERROR(writer.Write(queries::kArchiveAudits, "audits/", 0,
                               [](int64_t, int64_t) { return absl::OkStatus(); }));
  report.audits = writer.rows();
  report.files = writer.TakeFiles();
  return absl::OkStatus();
}

std::string Readme(const ArchiveReport& report, const ArchiveOptions& options) {
  return fmt::format(fmt::runtime(archive_documents::kArchiveReadme), report.job.name,
                     Grouped(report.rows), report.job.uuid, report.job.state,
                     options.program_version, Grouped(report.audits));
}

// Makes the next read of a file that was synced come from its disk. It is only advice: a page that
// someone else uses stays.
void DropFromCache(const std::filesystem::path& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.valid()) ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
}

// Checks that the files read back as SHA256SUMS says, because the rows may be dropped next.
absl::Status ReadBack(const std::vector<WrittenFile>& files,
                      const std::filesystem::path& directory) {
  for (const WrittenFile& file : files) {
    DropFromCache(directory / file.path);
    ASSIGN_OR_RETURN(const FileDigest digest, DigestOf(directory / file.path));
    if (digest.sha256 != file.digest.sha256) {
      return absl::DataLossError(fmt::format("{} does not read back as it was written", file.path));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteRest(ArchiveReport& report, const std::string& job_json,
                       const ArchiveOptions& options, const std::filesystem::path& directory) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(job_json);
  json["rows"] = report.rows;
  json["audits"] = report.audits;
  const std::pair<const char*, std::string> texts[] = {{"README.md", Readme(report, options)},
                                                       {"job.json", json.dump(2) + "\n"},
                                                       {"job.yaml", JobToYaml(report.job.spec)}};
  for (const auto& [name, text] : texts) {
    ASSIGN_OR_RETURN(const FileDigest digest, WriteFile(directory / name, text));
    report.files.push_back({name, digest, 0, std::nullopt});
  }
  return WriteChecksums(report.files, directory);
}

}  // namespace

absl::StatusOr<ArchiveReport> Archive(Reader& reader, const std::string& job,
                                      const std::filesystem::path& directory,
                                      const ArchiveOptions& options, const Progress& progress) {
  ArchiveReport report;
  ASSIGN_OR_RETURN(report.job, reader.FindJob(job));
  RETURN_IF_ERROR(CheckOver(report.job));
  ASSIGN_OR_RETURN(const postgres::Rows about,
                   reader.Execute(queries::kArchiveJob, postgres::Params().Text(report.job.name)));
  if (about.empty()) return absl::NotFoundError(fmt::format("job {} is gone", report.job.name));
  // It gets its name only with Commit(): a directory of that name holds a whole archive.
  ASSIGN_OR_RETURN(StagingDirectory staging, StagingDirectory::Create(directory));
  // The counter is older than the rows that are read next. The job is over, so none is stored in
  // the meantime; one that `motzkin void` takes back shows as a difference.
  RETURN_IF_ERROR(WriteLines(reader, about.front().Int("functions"), options, staging.path(),
                             progress, report));
  RETURN_IF_ERROR(WriteRest(report, about.front().Text("json"), options, staging.path()));
  RETURN_IF_ERROR(ReadBack(report.files, staging.path()));
  RETURN_IF_ERROR(staging.Commit());
  return report;
}

}  // namespace motzkin::dataset
