// motzkin archive JOB DIR writes all that is known of a job's functions into files. With --drop it
// then drops the rows from the database.
#include "dataset/archive.h"

#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/words.h"
#include "cli/verbs/recheck.h"
#include "cli/verbs/verb.h"
#include "cli/verbs/with_reader.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"
#include "dataset/archive_check.h"

namespace motzkin::cli {
namespace {

struct ArchiveFlags {
  ReaderFlags reader;
  std::string job;
  std::string directory;
  std::string shard_size;
  bool drop = false;
  bool verify = false;
  std::string integrator;
};

void Print(const dataset::ArchiveReport& report, const std::string& directory, bool json) {
  int64_t bytes = 0;
  for (const dataset::WrittenFile& file : report.files) bytes += file.digest.bytes;
  if (json) {
    PrintJson({{"job", report.job.name},
               {"rows", report.rows},
               {"files", report.files.size()},
               {"bytes", bytes}});
  } else {
    fmt::print("{} rows of job {} in {}: {} in {} files, each read back\n", Grouped(report.rows),
               report.job.name, directory, Bytes(bytes), report.files.size());
  }
}

absl::Status Write(const Globals& globals, const ArchiveFlags& flags) {
  dataset::ArchiveOptions options;
  options.program_version = MOTZKIN_VERSION;
  if (!flags.shard_size.empty()) {
    ASSIGN_OR_RETURN(options.shard_rows, yaml::ParseCount(flags.shard_size));
    if (options.shard_rows < 1) {
      return absl::InvalidArgumentError("--shard-size must be 1 or more");
    }
  }
  const auto archive =
      [&](dataset::Reader& reader,
          const dataset::Progress& progress) -> absl::StatusOr<dataset::ArchiveReport> {
    // An archive holds all rows of a job or does not come about.
    if (flags.verify) {
      RETURN_IF_ERROR(RecheckJob(globals, reader, flags.job, flags.integrator,
                                 flags.reader.FromCoordinator(), progress));
    }
    return dataset::Archive(reader, flags.job, flags.directory, options, progress);
  };
  ASSIGN_OR_RETURN(const dataset::ArchiveReport report,
                   WithReader(globals, flags.reader, "archive", archive));
  // With --drop only one JSON object is printed: the job after the drop.
  if (!globals.json || !flags.drop) Print(report, flags.directory, globals.json);
  return absl::OkStatus();
}

// Checks an archive that exists already. It is from a run that was interrupted while rows were
// dropped, or from one without --drop.
absl::Status CheckPresent(const ArchiveFlags& flags) {
  ASSIGN_OR_RETURN(const dataset::ArchiveDescription there,
                   dataset::DescribeArchive(flags.directory));
  if (there.job != flags.job && there.uuid != flags.job) {
    return absl::FailedPreconditionError(
        fmt::format("{} is the archive of another job, {}", flags.directory, there.job));
  }
  fmt::print(stderr, "{} is an archive of job {} already; it is read now\n", flags.directory,
             there.job);
  return dataset::CheckArchive(flags.directory);
}

// Sends what the archive says of itself. The coordinator compares it with the database before the
// first row goes, so an old archive cannot cost rows that it lacks.
absl::StatusOr<int> Drop(OperatorClient& coordinator, const Globals& globals,
                         const ArchiveFlags& flags) {
  ASSIGN_OR_RETURN(const dataset::ArchiveDescription archive,
                   dataset::DescribeArchive(flags.directory));
  v1::DropArchivedRowsRequest request;
  // The UUID, because another cluster may have a job of the same name, and DIR may be its archive.
  request.set_job(archive.uuid);
  request.set_rows(archive.rows);
  request.set_audited(archive.audited);
  request.set_sha256(archive.sha256);
  ASSIGN_OR_RETURN(const v1::DropArchivedRowsResponse response,
                   coordinator.DropArchivedRows(request));
  if (globals.json) {
    PrintJson(ToJson(response.job()));
  } else {
    fmt::print("job {}: the {} rows in {} are dropped from the database\n", archive.job,
               Grouped(archive.rows), flags.directory);
  }
  return kExitOk;
}

absl::StatusOr<int> RunArchive(const Globals& globals, const ArchiveFlags& flags) {
  if (!flags.drop) {
    RETURN_IF_ERROR(Write(globals, flags));
    return kExitOk;
  }
  if (!flags.reader.data_directory.empty()) {
    return absl::InvalidArgumentError(
        "a running coordinator has to drop the rows: use --drop without --data-dir");
  }
  OperatorClient coordinator(globals.coordinator);
  // A coordinator that does not answer is found out before hours of writing.
  RETURN_IF_ERROR(coordinator.Jobs().status());
  RETURN_IF_ERROR(dataset::IsArchive(flags.directory) ? CheckPresent(flags)
                                                      : Write(globals, flags));
  // Drop() reads the description from the files, also after Write(): only what is on disk may cost
  // rows.
  return Drop(coordinator, globals, flags);
}

}  // namespace

void AddArchive(const VerbContext& context) {
  const auto [verb, flags] = AddVerb(
      context, "archive", "write a finished job's spec and all of its rows, every column, to files",
      RunArchive);
  verb.add_option("JOB", flags.job, "name or UUID of the job")->required();
  verb.add_option("DIR", flags.directory, "the directory to make; it must not exist, or be empty")
      ->required();
  verb.add_option("--shard-size", flags.shard_size, "rows in a file; default 1M");
  verb.add_flag("--drop", flags.drop,
                "then drop the rows from the database; DIR may hold the archive already");
  verb.add_flag("--verify", flags.verify,
                "draw each function and verify each integral again first; refuse if one is wrong");
  verb.add_option("--integrator", flags.integrator,
                  "the integrator binary for --verify; default: beside motzkin");
  AddReaderFlags(verb, flags.reader, /*database=*/true);
}

}  // namespace motzkin::cli
