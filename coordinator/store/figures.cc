#include "coordinator/store/figures.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using google::protobuf::FieldDescriptor;
using postgres::Params;
using postgres::Row;
using postgres::Rows;

// Sets the fields of `message` that have the names of columns. protobuf reads the text of a number,
// a flag or an enum's number as Postgres writes it.
void Fill(const Rows& rows, const Row& row, google::protobuf::Message& message) {
  for (const std::string& column : rows.columns()) {
    const FieldDescriptor* const field = message.GetDescriptor()->FindFieldByName(column);
    if (field == nullptr) continue;
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      message.GetReflection()->SetString(&message, field, row.Text(column));
    } else {
      // A column that does not fit its field is a mistake in our statement and not in the data.
      MOTZKIN_CHECK(google::protobuf::TextFormat::ParseFieldValueFromString(row.Text(column), field,
                                                                            &message));
    }
  }
}

}  // namespace

absl::StatusOr<int64_t> Remembered::Get(int64_t key,
                                        const std::function<absl::StatusOr<int64_t>()>& find) {
  const BootTime now = SystemClock().Now();
  {
    absl::MutexLock lock(&mutex_);
    const auto known = known_.find(key);
    if (known != known_.end() && now - known->second.first < absl::Minutes(1))
      return known->second.second;
  }
  // The mutex is free while Postgres is asked: two callers may both ask, but neither waits.
  ASSIGN_OR_RETURN(const int64_t value, find());
  absl::MutexLock lock(&mutex_);
  known_[key] = {now, value};
  return value;
}

void Remembered::Forget(int64_t key) {
  const absl::MutexLock lock(&mutex_);
  known_.erase(key);
}

absl::StatusOr<std::vector<LatestResult>> Figures::LatestIntegrated(int n,
                                                                    std::optional<int64_t> job_id) {
  Params params = Params().Int(n);
  ASSIGN_OR_RETURN(const Rows rows,
                   session_.Select(queries::kLatestIntegrated,
                                   job_id.has_value() ? params.Int(*job_id) : params.Null()));
  return rows.Map([&](const Row& row) {
    LatestResult latest;
    latest.job = row.Text("job");
    latest.result.set_outcome(v1::OUTCOME_INTEGRATED);
    Fill(rows, row, latest.result);
    return latest;
  });
}

absl::StatusOr<StoredResult> Figures::GetResult(int64_t job_id, int64_t index) {
  const Params key = Params().Int(job_id).Int(index);
  StoredResult stored;
  RETURN_IF_ERROR(session_.Read([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kResult, key));
    if (rows.empty())
      return absl::NotFoundError(fmt::format("job {} has no result {} (yet)", job_id, index));
    const Row row = rows.front();
    stored = {.result = {},
              .worker_name = row.Text("worker"),
              .attempt = row.Int32("attempt"),
              .created = TimeOf(row.Int("created_us")),
              .split = row.Text("split")};
    ASSIGN_OR_RETURN(const Rows steps, statements.Run(queries::kResultSteps, key));
    for (const Row step : steps) Fill(steps, step, *stored.result.add_steps());
    ASSIGN_OR_RETURN(const Rows intervals, statements.Run(queries::kResultIntervals, key));
    v1::Verification& verification = *stored.result.mutable_verification();
    for (const Row interval : intervals) Fill(intervals, interval, *verification.add_valid_on());
    // The row has the columns of both messages, and Fill() takes those that a message has.
    Fill(rows, row, stored.result);
    Fill(rows, row, verification);
    return absl::OkStatus();
  }));
  return stored;
}

absl::StatusOr<LabelFlips> Figures::Flips(int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows, session_.Select(queries::kLabelFlips, Params().Int(job_id)));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
  return LabelFlipsOf(rows.front());
}

absl::StatusOr<std::map<std::string, Throughput>> Figures::WorkerThroughput(int minutes) {
  ASSIGN_OR_RETURN(const Rows sums,
                   session_.Select(queries::kWorkerThroughput, Params().Int(minutes)));
  std::map<std::string, Throughput> speeds;
  for (const Row row : sums) {
    speeds[row.Text("uuid")] = {.functions_per_minute = row.Real("functions") / minutes,
                                .integrated_per_minute = row.Real("integrated") / minutes};
  }
  return speeds;
}

absl::StatusOr<int64_t> Figures::JobBytes(int64_t job_id) {
  return bytes_.Get(job_id, [&]() -> absl::StatusOr<int64_t> {
    ASSIGN_OR_RETURN(const Rows bytes, session_.Select(queries::kJobBytes, Params().Int(job_id)));
    return bytes.front().Int("bytes");
  });
}

absl::StatusOr<int64_t> Figures::DatabaseBytes() {
  constexpr int64_t kWholeDatabase = 0;  // Jobs count from 1.
  return bytes_.Get(kWholeDatabase, [&]() -> absl::StatusOr<int64_t> {
    ASSIGN_OR_RETURN(const Rows bytes, session_.Select(queries::kDatabaseBytes));
    return bytes.front().Int("bytes");
  });
}

}  // namespace motzkin::coordinator
