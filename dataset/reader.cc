#include "dataset/reader.h"

#include <absl/strings/escaping.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/postgres/connection.h"
#include "common/words/words.h"
#include "dataset_queries.h"

namespace motzkin::dataset {
namespace {

// Rows of one statement: 2 MB usually, 130 MB if each of them had the longest integral there is.
constexpr int64_t kRowsOfAPiece = 2'000;
// A restart of Postgres takes seconds; someone who waits for an export waits that long.
constexpr int kAttempts = 5;
constexpr absl::Duration kBetweenAttempts = absl::Seconds(2);

// "{{1,1,8000,15000,120},{2,...}}".
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

std::string TextOrEmpty(const postgres::Rows& rows, size_t row, size_t column) {
  return rows.IsNull(row, column) ? "" : rows.Text(row, column);
}

Split SplitFromName(const std::string& name) {
  const auto* const found = std::find(std::begin(kSplitNames), std::end(kSplitNames), name);
  return static_cast<Split>(found - std::begin(kSplitNames));
}

Row RowAt(const postgres::Rows& rows, size_t i) {
  Row row;
  row.index = rows.Int(i, 0);
  row.integrand = rows.Text(i, 1);
  row.integral = TextOrEmpty(rows, i, 2);
  row.outcome = FromWord<v1::Outcome>(rows.Text(i, 3));
  row.answer_class = FromWord<v1::AnswerClass>(TextOrEmpty(rows, i, 4));
  row.has_abs = rows.Bool(i, 5);
  row.split = SplitFromName(rows.Text(i, 6));
  if (!rows.IsNull(i, 7)) row.duplicate_of = rows.Int(i, 7);
  row.engine = TextOrEmpty(rows, i, 8);
  row.engine_version = TextOrEmpty(rows, i, 9);
  row.canonical_hash = static_cast<uint64_t>(rows.Int(i, 10));
  row.skeleton_hash = static_cast<uint64_t>(rows.Int(i, 11));
  row.steps = ParseSteps(TextOrEmpty(rows, i, 12));
  return row;
}

}  // namespace

Reader::Reader(std::string conninfo, std::unique_ptr<postgres::Connection> connection)
    : conninfo_(std::move(conninfo)), connection_(std::move(connection)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

absl::StatusOr<Reader> Reader::Open(const std::string& conninfo) {
  ASSIGN_OR_RETURN(std::unique_ptr<postgres::Connection> connection,
                   postgres::Connection::Open(conninfo));
  return Reader(conninfo, std::move(connection));
}

absl::StatusOr<postgres::Rows> Reader::Execute(std::string_view sql,
                                               const postgres::Params& params) {
  for (int attempt = 1;; ++attempt) {
    absl::Status status = Reconnect();
    if (status.ok()) {
      absl::StatusOr<postgres::Rows> rows = connection_->Execute(sql, params);
      if (rows.ok()) return rows;
      status = rows.status();
    }
    if (!absl::IsUnavailable(status) || attempt == kAttempts) return status;
    absl::SleepFor(kBetweenAttempts);
  }
}

absl::Status Reader::Reconnect() {
  if (connection_ != nullptr && !connection_->broken()) return absl::OkStatus();
  ASSIGN_OR_RETURN(connection_, postgres::Connection::Open(conninfo_));
  return absl::OkStatus();
}

absl::StatusOr<JobDescription> Reader::FindJob(const std::string& name) {
  ASSIGN_OR_RETURN(const postgres::Rows rows,
                   Execute(queries::kJob, postgres::Params().Text(name)));
  if (rows.empty()) {
    ASSIGN_OR_RETURN(const postgres::Rows names, Execute(queries::kJobNames, {}));
    std::vector<std::string> there;
    there.reserve(names.size());
    for (size_t i = 0; i < names.size(); ++i) there.push_back(names.Text(i, 0));
    return absl::NotFoundError(fmt::format(
        "no job named '{}'; there {}", name,
        there.empty() ? "are none yet" : fmt::format("are {}", absl::StrJoin(there, ", "))));
  }
  JobDescription job;
  job.name = rows.Text(0, 0);
  job.uuid = rows.Text(0, 1);
  job.state = rows.Text(0, 2);
  job.kind = FromWord<v1::Kind>(rows.Text(0, 3));
  job.answers = rows.Text(0, 4) == "elementary" ? v1::ANSWERS_ELEMENTARY : v1::ANSWERS_SPECIAL;
  job.generator_version = rows.Int(0, 5);
  job.spec_digest = absl::BytesToHexString(rows.Bytes(0, 6));
  if (!job.spec.ParseFromString(rows.Bytes(0, 7))) {
    return absl::DataLossError(fmt::format("the spec of job {} cannot be read", job.name));
  }
  job.sealed = rows.Int(0, 8);
  if (rows.IsNull(0, 9)) return job;
  return absl::FailedPreconditionError(
      fmt::format("the rows of job {} were archived on {}: look in the files of motzkin archive",
                  job.name, rows.Text(0, 9)));
}

absl::StatusOr<std::map<int, std::string>> Reader::Engines() {
  ASSIGN_OR_RETURN(const postgres::Rows rows, Execute(queries::kEngines, {}));
  std::map<int, std::string> engines;
  for (size_t i = 0; i < rows.size(); ++i) {
    engines[static_cast<int>(rows.Int(i, 0))] = rows.Text(i, 1) + " " + rows.Text(i, 2);
  }
  return engines;
}

absl::StatusOr<LabelFlips> Reader::FlipsOf(const std::string& job) {
  ASSIGN_OR_RETURN(const postgres::Rows rows,
                   Execute(queries::kLabelFlips, postgres::Params().Text(job)));
  if (rows.empty()) return LabelFlips{};
  return LabelFlips{.open = rows.Int(0, 0),
                    .audited = rows.Int(0, 1),
                    .flips = rows.Int(0, 2),
                    .share = rows.Real(0, 3),
                    .lower = rows.Real(0, 4),
                    .upper = rows.Real(0, 5)};
}

absl::StatusOr<std::vector<Row>> Reader::ReadRows(const std::string& job, IndexRange range) {
  ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      Execute(queries::kRows, postgres::Params().Text(job).Int(range.begin).Int(range.end)));
  std::vector<Row> read;
  read.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) read.push_back(RowAt(rows, i));
  return read;
}

absl::Status Reader::ForEachRow(const JobDescription& job, IndexRange range,
                                const RowVisitor& visit, const Progress& progress) {
  RETURN_IF_ERROR(progress(0, range.end - range.begin));
  for (int64_t begin = range.begin; begin < range.end;) {
    const int64_t end = std::min(begin + kRowsOfAPiece, range.end);
    ASSIGN_OR_RETURN(std::vector<Row> rows, ReadRows(job.name, {begin, end}));
    if (static_cast<int64_t>(rows.size()) != end - begin) {
      return absl::DataLossError(
          fmt::format("job {}: only {} of the sealed rows {} to {} are there", job.name,
                      rows.size(), begin, end - 1));
    }
    for (Row& row : rows) RETURN_IF_ERROR(visit(row));
    RETURN_IF_ERROR(progress(end - range.begin, range.end - range.begin));
    begin = end;
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::flat_hash_map<int64_t, int64_t>> Reader::CountDuplicates(
    const std::string& job, IndexRange firsts, int64_t end) {
  ASSIGN_OR_RETURN(
      const postgres::Rows rows,
      Execute(queries::kDuplicates,
              postgres::Params().Text(job).Int(firsts.begin).Int(firsts.end).Int(end)));
  absl::flat_hash_map<int64_t, int64_t> counts;
  for (size_t i = 0; i < rows.size(); ++i) counts[rows.Int(i, 0)] = rows.Int(i, 1);
  return counts;
}

}  // namespace motzkin::dataset
