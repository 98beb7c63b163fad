#include "dataset/export.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "dataset/card.h"
#include "dataset/croissant.h"
#include "dataset/ln_abs.h"
#include "dataset/plots.h"
#include "dataset/report_json.h"
#include "dataset/staging_directory.h"

namespace motzkin::dataset {
namespace {

// Counts how often functions occur in a range. It asks for some thousand indices at a time.
class DrawnCounter {
 public:
  DrawnCounter(Reader& reader, const std::string& job, int64_t end)
      : reader_(reader), job_(job), end_(end) {}

  // Takes rows that are not duplicates, by rising index.
  absl::StatusOr<int64_t> Of(const Row& row) {
    // The window only moves forward, so one counter serves one pass. Formats that ask for the count
    // refuse --balance, which would make two.
    if (row.index >= known_.end) {
      known_ = {row.index, row.index + kPiece};
      ASSIGN_OR_RETURN(again_, reader_.CountDuplicates(job_, known_, end_));
    }
    const auto found = again_.find(row.index);
    return found == again_.end() ? 1 : 1 + found->second;
  }

 private:
  static constexpr int64_t kPiece = 10'000;
  Reader& reader_;
  const std::string job_;
  const int64_t end_;
  IndexRange known_{0, 0};
  absl::flat_hash_map<int64_t, int64_t> again_;
};

absl::StatusOr<IndexRange> RangeOf(const JobDescription& job, const ExportOptions& options) {
  const IndexRange range{options.begin, options.end.value_or(job.sealed)};
  if (job.sealed == 0) {
    return absl::FailedPreconditionError(
        fmt::format("job {} has no sealed rows yet: wait for its first batches", job.name));
  }
  if (range.end > job.sealed) {
    return absl::OutOfRangeError(fmt::format(
        "job {} is sealed below index {}, so an export cannot end at {}: easy functions finish "
        "first, and rows that are not sealed are not a fair sample",
        job.name, job.sealed, range.end));
  }
  if (range.begin < 0 || range.begin >= range.end) {
    return absl::OutOfRangeError(
        fmt::format("from {} up to {}: no index lies there", range.begin, range.end));
  }
  return range;
}

// Carries out one export: reads, selects and writes the rows.
class Exporter {
 public:
  Exporter(Reader& reader, ExportReport& report, const ExportOptions& options, Selection selection,
           const std::filesystem::path& directory, RowCheck check)
      : reader_(reader),
        report_(report),
        options_(options),
        selection_(std::move(selection)),
        shards_(directory,
                {options.format->stem(report.job.kind), std::string(options.format->extension),
                 options.shard_rows, options.format->header(options)}),
        plan_(options.balance),
        drawn_(reader, report.job.name, report.range.end),
        check_(std::move(check)) {}

  absl::Status Run(const Progress& progress) {
    const int64_t rows = report_.range.end - report_.range.begin;
    const bool two_passes = options_.balance != Balance::kNone;
    const int64_t total = two_passes ? 2 * rows : rows;
    if (two_passes) {
      RETURN_IF_ERROR(ForEachRow([this](Row& row) { return Count(row); },
                                 [&](int64_t done, int64_t) { return progress(done, total); }));
    }
    RETURN_IF_ERROR(
        ForEachRow([this](Row& row) { return Write(row); },
                   [&](int64_t done, int64_t) { return progress(done + total - rows, total); }));
    ASSIGN_OR_RETURN(report_.files, shards_.Finish());
    report_.checked = check_.checked();
    report_.failed = check_.failed();
    report_.baselines = baselines_.Score();
    if (options_.model != nullptr) report_.baselines.model = options_.model->Score();
    return absl::OkStatus();
  }

 private:
  absl::Status ForEachRow(const RowVisitor& visit, const Progress& progress) {
    const auto visit_all = [&](std::vector<Row>& rows) -> absl::Status {
      // Before the visit, because Decide() rests on it: Mark() says which rows are sound, and it
      // changes which are duplicates.
      RETURN_IF_ERROR(check_.Mark(rows));
      for (Row& row : rows) RETURN_IF_ERROR(visit(row));
      return absl::OkStatus();
    };
    return reader_.ForEachPiece(report_.job, report_.range, visit_all, progress);
  }

  // The first pass counts the rows that could be taken. It must reach the same decision as Write()
  // for every row, or the plan would be about other rows.
  absl::Status Count(Row& row) {
    ASSIGN_OR_RETURN(const std::optional<Exclusion> excluded, selection_.Decide(row));
    if (excluded.has_value()) return absl::OkStatus();
    const bool label = *selection_.Label(row);
    // Write() may strip ln|u| before this. That needs the verifier and is not done twice: it only
    // takes abs away, which every notation can write, so whether there is a line stays the same.
    ASSIGN_OR_RETURN(const std::optional<std::string> line, Line(row, label));
    if (line.has_value()) plan_.Count(row, label);
    return absl::OkStatus();
  }

  absl::Status Write(Row& row) {
    const std::optional<bool> label = selection_.Label(row);
    // The statistics of all rows come first, because the row may be changed below.
    report_.all.Add(row, label);
    ASSIGN_OR_RETURN(std::optional<Exclusion> excluded, selection_.Decide(row));
    std::optional<std::string> line;
    if (!excluded.has_value()) {
      if (options_.strip_ln_abs && *label && row.has_abs) RETURN_IF_ERROR(StripAndVerify(row));
      ASSIGN_OR_RETURN(line, Line(row, *label));
      if (!line.has_value()) {
        excluded = Exclusion::kUnwritable;
      } else if (!plan_.Take(row, *label)) {
        excluded = Exclusion::kUnbalanced;
      }
    }
    if (excluded.has_value()) {
      ++report_.excluded[static_cast<size_t>(*excluded)];
      return absl::OkStatus();
    }
    // An answer that is wrong or does not count does not belong in the dataset.
    if (!*label) row.integral.clear();
    report_.exported.Add(row, label);
    baselines_.Add(row, *label);
    if (options_.model != nullptr) options_.model->Add(row, *label);
    return shards_.Append(row.split, *line);
  }

  absl::StatusOr<std::optional<std::string>> Line(const Row& row, bool label) {
    return options_.format->line(
        {row, label, options_, report_.engines, pool_, [&] { return drawn_.Of(row); }});
  }

  absl::Status StripAndVerify(Row& row) {
    pool_.Clear();
    const absl::StatusOr<expression::Expr> integral = expression::ParsePrefix(row.integral, pool_);
    if (!integral.ok()) return absl::DataLossError(std::string(integral.status().message()));
    const expression::Expr stripped = StripLnAbs(*integral, pool_);
    // The absolute values are elsewhere in the integral, so there is nothing to verify.
    if (stripped == *integral) return absl::OkStatus();
    ASSIGN_OR_RETURN(std::string candidate,
                     expression::Print(stripped, expression::Format::kPrefix));
    ASSIGN_OR_RETURN(const bool verified, options_.verify(row.integrand, candidate));
    ++(verified ? report_.ln_abs_rewritten : report_.ln_abs_kept);
    if (!verified) return absl::OkStatus();
    row.integral = std::move(candidate);
    row.has_abs = HasAbs(stripped);
    return absl::OkStatus();
  }

  Reader& reader_;
  ExportReport& report_;
  const ExportOptions& options_;
  Selection selection_;
  ShardWriter shards_;
  BalancePlan plan_;
  DrawnCounter drawn_;
  RowCheck check_;
  Baselines baselines_;
  expression::Pool pool_;
};

// Writes everything beside the data. SHA256SUMS comes last, as it lists all others.
absl::Status WriteCard(const ExportReport& report, const ExportOptions& options,
                       const std::filesystem::path& directory) {
  std::vector<WrittenFile> files = report.files;
  const auto write = [&](const std::string& name, const std::string& text) -> absl::Status {
    ASSIGN_OR_RETURN(const FileDigest digest, WriteFile(directory / name, text));
    files.push_back({name, digest, 0, std::nullopt});
    return absl::OkStatus();
  };
  const std::vector<Plot> plots = PlotsOf(report.exported, report.all, report.engines);
  for (const Plot& plot : plots) RETURN_IF_ERROR(write("plots/" + plot.file, plot.svg));
  RETURN_IF_ERROR(write("export.json", ReportJson(report, options)));
  RETURN_IF_ERROR(write("croissant.json", Croissant(report, options)));
  RETURN_IF_ERROR(write("README.md", Card(report, options, plots)));
  return WriteChecksums(files, directory);
}

}  // namespace

absl::StatusOr<ExportReport> Export(Reader& reader, const std::string& job,
                                    const std::filesystem::path& directory,
                                    const ExportOptions& options, const Progress& progress) {
  // All that can be refused is refused before the first row is read, as reading may take hours.
  RETURN_IF_ERROR(options.format->check(options));
  ExportReport report;
  ASSIGN_OR_RETURN(report.job, reader.FindJob(job));
  ASSIGN_OR_RETURN(report.range, RangeOf(report.job, options));
  ASSIGN_OR_RETURN(Selection selection, Selection::Create(report.job, options));
  report.answers = selection.answers();
  ASSIGN_OR_RETURN(report.engines, reader.Engines());
  ASSIGN_OR_RETURN(report.flips, reader.FlipsByOutcomeOf(report.job, report.range, report.answers));
  ASSIGN_OR_RETURN(StagingDirectory staging, StagingDirectory::Create(directory));
  const std::filesystem::path stem = options.format->stem(report.job.kind);
  for (const std::string& folder : {stem.parent_path().string(), std::string("plots")}) {
    if (!folder.empty()) RETURN_IF_ERROR(MakeFolder(staging.path(), folder));
  }
  {
    ASSIGN_OR_RETURN(WorkerNames workers, reader.Workers());
    Exporter exporter(reader, report, options, std::move(selection), staging.path(),
                      RowCheck(options.check, std::move(workers)));
    RETURN_IF_ERROR(exporter.Run(progress));
  }
  if (report.exported.rows == 0) {
    return absl::FailedPreconditionError(
        fmt::format("no row of job {} between {} and {} is left to export", report.job.name,
                    report.range.begin, report.range.end));
  }
  RETURN_IF_ERROR(WriteCard(report, options, staging.path()));
  RETURN_IF_ERROR(staging.Commit());
  return report;
}

}  // namespace motzkin::dataset
