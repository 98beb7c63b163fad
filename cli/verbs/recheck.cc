#include "cli/verbs/recheck.h"

#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "cli/access/operator_client.h"
#include "cli/text/report.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

bool CountsAsIntegrated(const dataset::Row& row) { return row.outcome == v1::OUTCOME_INTEGRATED; }

// The label rests on all of these. Costs, and answers that do not count, may differ.
bool Agrees(const dataset::Row& stored, const v1::Result& again) {
  if (stored.integrand != again.integrand() || stored.canonical_hash != again.canonical_hash() ||
      stored.skeleton_hash != again.skeleton_hash()) {
    return false;
  }
  // Only a row that counts is verified. Whether another engine call would time out again is chance,
  // and the label of a negative is what audits are for.
  return !CountsAsIntegrated(stored) ||
         (again.outcome() == v1::OUTCOME_INTEGRATED &&
          stored.answer_class == again.answer_class() && stored.has_abs == again.has_abs());
}

}  // namespace

absl::StatusOr<std::shared_ptr<Recheck>> Recheck::Create(const v1::JobSpec& spec,
                                                         const std::string& integrator,
                                                         const std::string& or_else) {
  absl::StatusOr<LocalJob> job = LocalJob::Create(spec, integrator);
  if (job.ok()) return std::shared_ptr<Recheck>(new Recheck(*std::move(job)));
  return absl::Status(job.status().code(), absl::StrCat(job.status().message(), ", or ", or_else));
}

// Empty rows, of functions that cannot be drawn here, come out as unsound.
absl::StatusOr<std::vector<bool>> Recheck::Check(const std::vector<dataset::Row>& rows) {
  std::vector<Question> questions;
  questions.reserve(rows.size());
  for (const dataset::Row& row : rows) {
    questions.push_back(
        {.index = row.index, .candidate = CountsAsIntegrated(row) ? row.integral : std::string()});
  }
  ASSIGN_OR_RETURN(const std::vector<v1::Result> again, pool_.Run(questions));
  std::vector<bool> sound;
  sound.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) sound.push_back(Agrees(rows[i], again[i]));
  rows_ += static_cast<int64_t>(rows.size());
  return sound;
}

void Recheck::Finish() {
  const double seconds = absl::ToDoubleSeconds(pool_.Stop());
  fmt::print(stderr, "checked {} rows again, {:.0f} a core-second\n", Grouped(rows_),
             static_cast<double>(rows_) / std::max(seconds, 1e-9));
}

void TellFailures(const Globals& globals, const std::string& job,
                  const dataset::FailedByWorker& failed, bool tell) {
  if (failed.empty()) return;
  v1::ReportFailedRowsRequest request;
  request.set_job(job);
  for (const auto& [worker, failures] : failed) {
    v1::FailedRows& rows = *request.add_failed();
    rows.set_worker(worker);
    rows.set_rows(failures.rows);
    rows.mutable_first_indices()->Add(failures.first.begin(), failures.first.end());
  }
  for (const std::string& line : dataset::FailureLines(failed)) {
    fmt::print(stderr, "job {}: {} came out differently\n", job, line);
  }
  // An archive is checked without a coordinator. The lines on stderr are then all that is said.
  if (!tell) return;
  // A report that fails is printed and does not hide the rows that failed.
  const absl::Status told = OperatorClient(globals.coordinator).Report(request);
  if (!told.ok()) Report(told);
}

absl::Status RecheckJob(const Globals& globals, dataset::Reader& reader, const std::string& job,
                        const std::string& integrator, bool tell,
                        const dataset::Progress& progress) {
  ASSIGN_OR_RETURN(const dataset::JobDescription description, reader.FindJob(job));
  ASSIGN_OR_RETURN(const std::shared_ptr<Recheck> recheck,
                   Recheck::Create(description.spec, integrator, "leave --verify out"));
  const auto check = [&](const std::vector<dataset::Row>& rows) { return recheck->Check(rows); };
  ASSIGN_OR_RETURN(const dataset::FailedByWorker failed,
                   dataset::CheckJob(reader, description, check, progress));
  recheck->Finish();
  TellFailures(globals, description.name, failed, tell);
  if (failed.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("job ", description.name, " has rows that came out differently: motzkin void ",
                   failed.begin()->first, " takes those of a worker back"));
}

}  // namespace motzkin::cli
