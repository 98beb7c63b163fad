// motzkin archive JOB DIR: all that is known of a job's functions, in files.
#include "cli/dataset/archive.h"

#include <fmt/core.h>

#include <optional>

#include "cli/json.h"
#include "cli/progress_bar.h"
#include "cli/reader_access.h"
#include "cli/verb.h"
#include "cli/words.h"
#include "common/base/status_macros.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

struct ArchiveFlags {
  ReaderFlags reader;
  std::string job;
  std::string directory;
  std::string shard_size;
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

absl::Status RunArchive(const Globals& globals, const ArchiveFlags& flags) {
  dataset::ArchiveOptions options;
  options.program_version = MOTZKIN_VERSION;
  if (!flags.shard_size.empty()) {
    ASSIGN_OR_RETURN(options.shard_rows, yaml::ParseCount(flags.shard_size));
    if (options.shard_rows < 1) {
      return absl::InvalidArgumentError("--shard-size must be 1 or more");
    }
  }
  ASSIGN_OR_RETURN(ReaderAccess access, ReaderAccess::Open(globals, flags.reader));
  std::optional<absl::StatusOr<dataset::ArchiveReport>> report;
  {
    ASSIGN_OR_RETURN(dataset::Reader reader, dataset::Reader::Open(access.uri()));
    ProgressBar bar("archive");
    report = dataset::Archive(reader, flags.job, flags.directory, options,
                              [&](int64_t done, int64_t total) { return bar.Show(done, total); });
  }
  RETURN_IF_ERROR(access.Close());
  RETURN_IF_ERROR(report->status());
  Print(**report, flags.directory, globals.json);
  return absl::OkStatus();
}

}  // namespace

void AddArchive(const VerbContext& context) {
  auto flags = std::make_shared<ArchiveFlags>();
  CLI::App* const verb = context.app.add_subcommand(
      "archive", "write a finished job's spec and all of its rows, every column, to files");
  verb->add_option("JOB", flags->job, "name or UUID of the job")->required();
  verb->add_option("DIR", flags->directory, "the directory to make; it must not exist, or be empty")
      ->required();
  verb->add_option("--shard-size", flags->shard_size, "rows of a file; default 1M");
  AddReaderFlags(*verb, flags->reader, /*database=*/true);
  verb->callback([context, flags] {
    context.action = [&globals = context.globals, flags] {
      return Report(RunArchive(globals, *flags));
    };
  });
}

}  // namespace motzkin::cli
