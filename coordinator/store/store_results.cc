#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "common/base/check.h"
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
      MOTZKIN_CHECK(google::protobuf::TextFormat::ParseFieldValueFromString(row.Text(column), field,
                                                                            &message));
    }
  }
}

}  // namespace

absl::StatusOr<std::vector<v1::Result>> Store::LatestIntegrated(int n) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kLatestIntegrated, Params().Int(n)));
  return rows.Map([&](const Row& row) {
    v1::Result result;
    result.set_outcome(v1::OUTCOME_INTEGRATED);
    Fill(rows, row, result);
    return result;
  });
}

absl::StatusOr<StoredResult> Store::GetResult(int64_t job_id, int64_t index) {
  const Params key = Params().Int(job_id).Int(index);
  StoredResult stored;
  RETURN_IF_ERROR(impl_->session->Read([&](Statements& statements) -> absl::Status {
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

absl::StatusOr<std::vector<AuditSnapshot>> Store::OpenAudits(int of_each_job) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kOpenAudits, Params().Int(of_each_job)));
  return rows.Map([](const Row& row) {
    return AuditSnapshot{.key = {row.Int("job_id"), row.Int("index")},
                         .first_worker = row.Text("first_worker_uuid")};
  });
}

absl::StatusOr<LabelFlips> Store::Flips(int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kLabelFlips, Params().Int(job_id)));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
  return LabelFlipsOf(rows.front());
}

}  // namespace motzkin::coordinator
