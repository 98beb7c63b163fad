#include "dataset/reader.h"

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/postgres/connection.h"
#include "common/words/words.h"
#include "dataset_queries.h"

namespace motzkin::dataset {
namespace {

// The rows of one statement. That is usually 2 MB, and 130 MB if every integral were the longest.
constexpr int64_t kRowsOfAPiece = 2'000;
// A restart of Postgres takes seconds, and an export of hours should survive it.
constexpr absl::Duration kBetweenAttempts = absl::Seconds(2);

// Reads an array as Postgres prints it, "{{1,1,8000,15000,120},{2,...}}". Each step has five
// numbers: the engine, the outcome, and the three costs.
std::vector<Step> ParseSteps(const std::string& text) {
  std::vector<int64_t> numbers;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_of("-0123456789", at);
    if (begin == std::string::npos) break;
    const size_t end = std::min(text.find_first_of(",}", begin), text.size());
    int64_t number = 0;
    if (absl::SimpleAtoi(text.substr(begin, end - begin), &number)) numbers.push_back(number);
    at = end;
  }
  std::vector<Step> steps;
  for (size_t i = 0; i + 5 <= numbers.size(); i += 5) {
    steps.push_back({.engine_id = static_cast<int>(numbers[i]),
                     .outcome = static_cast<v1::Outcome>(numbers[i + 1]),
                     .cpu_us = numbers[i + 2],
                     .rss_kb = numbers[i + 3],
                     .verifier_us = numbers[i + 4]});
  }
  return steps;
}

std::string TextOrEmpty(const postgres::Row& row, std::string_view column) {
  return row.IsNull(column) ? "" : row.Text(column);
}

Split SplitFromName(const std::string& name) {
  const auto* const found = std::find(std::begin(kSplitNames), std::end(kSplitNames), name);
  return static_cast<Split>(found - std::begin(kSplitNames));
}

Row RowOf(const postgres::Row& found) {
  Row row;
  row.index = found.Int("index");
  row.integrand = found.Text("integrand");
  row.integral = TextOrEmpty(found, "integral");
  row.outcome = FromWord<v1::Outcome>(found.Text("outcome"));
  row.answer_class = FromWord<v1::AnswerClass>(TextOrEmpty(found, "answer_class"));
  row.has_abs = found.Bool("has_abs");
  row.split = SplitFromName(found.Text("split"));
  if (!found.IsNull("duplicate_of")) row.duplicate_of = found.Int("duplicate_of");
  row.engine = TextOrEmpty(found, "engine");
  row.engine_version = TextOrEmpty(found, "engine_version");
  // bigint holds the 64 bits of a hash, and its sign means nothing.
  row.canonical_hash = static_cast<uint64_t>(found.Int("canonical_hash"));
  row.skeleton_hash = static_cast<uint64_t>(found.Int("skeleton_hash"));
  row.steps = ParseSteps(TextOrEmpty(found, "steps"));
  row.speed_factor = found.Real("speed_factor");
  row.worker_id = found.Int32("worker_id");
  row.quarantined = found.Bool("quarantined");
  return row;
}

}  // namespace

void ReadSwitch::TurnOff() {
  const absl::MutexLock lock(&mutex_);
  off_ = true;
  for (postgres::Connection* const connection : connections_) connection->HangUp();
}

bool ReadSwitch::Add(postgres::Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  if (!off_) connections_.insert(connection);
  return !off_;
}

void ReadSwitch::Remove(postgres::Connection* connection) {
  const absl::MutexLock lock(&mutex_);
  connections_.erase(connection);
}

void Reader::Close::operator()(postgres::Connection* connection) const {
  if (read_switch != nullptr) read_switch->Remove(connection);
  delete connection;
}

Reader::Reader(std::string conninfo, int attempts, ReadSwitch* read_switch)
    : conninfo_(std::move(conninfo)),
      attempts_(attempts),
      read_switch_(read_switch),
      connection_(nullptr, Close{read_switch}) {}

absl::StatusOr<Reader> Reader::Open(const std::string& conninfo, int attempts,
                                    ReadSwitch* read_switch) {
  Reader reader(conninfo, attempts, read_switch);
  RETURN_IF_ERROR(reader.Connect());
  return reader;
}

absl::StatusOr<postgres::Rows> Reader::Execute(std::string_view sql,
                                               const postgres::Params& params) {
  // Sending a statement again is safe, because all of them only read.
  for (int attempt = 1;; ++attempt) {
    absl::Status status = Connect();
    if (status.ok()) {
      absl::StatusOr<postgres::Rows> rows = connection_->Execute(sql, params);
      if (rows.ok()) return rows;
      status = rows.status();
    }
    if (!absl::IsUnavailable(status) || attempt == attempts_) return status;
    absl::SleepFor(kBetweenAttempts);
  }
}

absl::Status Reader::Connect() {
  if (connection_ != nullptr && !connection_->broken()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::unique_ptr<postgres::Connection> opened,
                   postgres::Connection::Open(conninfo_));
  if (read_switch_ != nullptr && !read_switch_->Add(opened.get())) {
    return absl::UnavailableError("rows are not read any more");
  }
  connection_.reset(opened.release());
  return absl::OkStatus();
}

absl::StatusOr<JobDescription> Reader::FindJob(const std::string& name) {
  ASSIGN_OR_RETURN(const postgres::Rows rows,
                   Execute(queries::kJob, postgres::Params().Text(name)));
  if (rows.empty()) {
    ASSIGN_OR_RETURN(const postgres::Rows names, Execute(queries::kJobNames, {}));
    // A name is mistyped more often than a job is missing.
    const std::vector<std::string> there =
        names.Map([](const postgres::Row& row) { return row.Text("job"); });
    return absl::NotFoundError(fmt::format(
        "no job named '{}'; there {}", name,
        there.empty() ? "are none yet" : fmt::format("are {}", absl::StrJoin(there, ", "))));
  }
  JobDescription job;
  const postgres::Row found = rows.front();
  job.name = found.Text("job");
  job.uuid = found.Text("uuid");
  job.state = found.Text("state");
  job.kind = FromWord<v1::Kind>(found.Text("kind"));
  job.answers = FromWord<v1::Answers>(found.Text("answers"));
  job.generator_version = found.Int("generator_version");
  job.spec_digest = absl::BytesToHexString(found.Bytes("spec_digest"));
  if (!job.spec.ParseFromString(found.Bytes("spec"))) {
    return absl::DataLossError(fmt::format("the spec of job {} cannot be read", job.name));
  }
  job.sealed = found.Int("sealed");
  // Without this check the job would look as if all of its sealed rows were lost.
  if (found.IsNull("archived")) return job;
  return absl::FailedPreconditionError(
      fmt::format("the rows of job {} were archived on {}: look in the files of motzkin archive",
                  job.name, found.Text("archived")));
}

absl::StatusOr<std::vector<std::string>> Reader::JobsWithRows() {
  ASSIGN_OR_RETURN(const postgres::Rows rows, Execute(queries::kJobsWithRows, {}));
  return rows.Map([](const postgres::Row& row) { return row.Text("job"); });
}

absl::StatusOr<EngineNames> Reader::Engines() {
  ASSIGN_OR_RETURN(const postgres::Rows rows, Execute(queries::kEngines, {}));
  EngineNames engines;
  for (const postgres::Row row : rows)
    engines[row.Int32("engine_id")] =
        Printable(absl::StrCat(row.Text("engine"), " ", row.Text("engine_version")));
  return engines;
}

absl::StatusOr<WorkerNames> Reader::Workers() {
  ASSIGN_OR_RETURN(const postgres::Rows rows, Execute(queries::kWorkers, {}));
  WorkerNames workers;
  for (const postgres::Row row : rows)
    workers[row.Int32("worker_id")] = Printable(row.Text("worker"));
  return workers;
}

absl::StatusOr<LabelFlips> Reader::FlipsOf(const std::string& job) {
  ASSIGN_OR_RETURN(const postgres::Rows rows,
                   Execute(queries::kLabelFlips, postgres::Params().Text(job)));
  return rows.empty() ? LabelFlips{} : LabelFlipsOf(rows.front());
}

absl::StatusOr<FlipsByOutcome> Reader::FlipsByOutcomeOf(const JobDescription& job, IndexRange range,
                                                        v1::Answers answers) {
  ASSIGN_OR_RETURN(const postgres::Rows rows,
                   Execute(queries::kAuditedOutcomes,
                           postgres::Params().Text(job.name).Int(range.begin).Int(range.end)));
  FlipsByOutcome flips;
  for (const postgres::Row row : rows) {
    const int64_t functions = row.Int("functions");
    AuditedLabels& labels = flips[FromWord<v1::Outcome>(row.Text("first_outcome"))];
    labels.audited += functions;
    const std::optional<bool> label =
        LabelOf(FromWord<v1::Outcome>(row.Text("outcome")),
                FromWord<v1::AnswerClass>(TextOrEmpty(row, "answer_class")), answers);
    if (label.value_or(false)) labels.flips += functions;
  }
  return flips;
}

absl::StatusOr<std::vector<Row>> Reader::ReadRows(const std::string& job, IndexRange range) {
  ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      Execute(queries::kRows, postgres::Params().Text(job).Int(range.begin).Int(range.end)));
  return rows.Map(RowOf);
}

absl::Status Reader::ForEachPiece(const JobDescription& job, IndexRange range,
                                  const PieceVisitor& visit, const Progress& progress) {
  RETURN_IF_ERROR(progress(0, range.end - range.begin));
  for (int64_t begin = range.begin; begin < range.end;) {
    const int64_t end = std::min(begin + kRowsOfAPiece, range.end);
    ASSIGN_OR_RETURN(std::vector<Row> rows, ReadRows(job.name, {begin, end}));
    // Below the sealed index every row exists, so a hole means that the database is damaged.
    if (static_cast<int64_t>(rows.size()) != end - begin) {
      return absl::DataLossError(
          fmt::format("job {}: only {} of the sealed rows {} to {} are there", job.name,
                      rows.size(), begin, end - 1));
    }
    RETURN_IF_ERROR(visit(rows));
    RETURN_IF_ERROR(progress(end - range.begin, range.end - range.begin));
    begin = end;
  }
  return absl::OkStatus();
}

absl::Status Reader::ForEachRow(const JobDescription& job, IndexRange range,
                                const RowVisitor& visit, const Progress& progress) {
  const auto visit_all = [&](std::vector<Row>& rows) -> absl::Status {
    for (Row& row : rows) RETURN_IF_ERROR(visit(row));
    return absl::OkStatus();
  };
  return ForEachPiece(job, range, visit_all, progress);
}

absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> Reader::CountDuplicates(
    const std::string& job, IndexRange firsts, int64_t end) {
  ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      Execute(queries::kDuplicates,
              postgres::Params().Text(job).Int(firsts.begin).Int(firsts.end).Int(end)));
  absl::flat_hash_map<int64_t, int64_t> counts;
  for (const postgres::Row row : rows) counts[row.Int("first_index")] = row.Int("repeats");
  return counts;
}

}  // namespace motzkin::dataset
