// Dropping the rows of an archived job. See operator_service.h.
#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

// A shard of the database: counted in a fraction of a second, so that grants do not wait.
constexpr int64_t kCountedAtOnce = 1'000'000;

// Statements of motzkin_reader end after five minutes, exports and archives read in short pieces:
// who is in the way for longer is a backup or a psql of the owner.
constexpr absl::Duration kReadersMax = absl::Minutes(6);
constexpr absl::Duration kBetweenTries = absl::Seconds(1);

ArchiveRecord ToRecord(const v1::DropArchivedRowsRequest& request) {
  return {.rows = request.rows(), .audited = request.audited(), .sha256 = request.sha256()};
}

}  // namespace

absl::Status OperatorServiceImpl::CountRows(const JobRecord& job, int64_t expected) {
  int64_t rows = 0;
  for (int64_t begin = 0; begin < job.allocated_below; begin += kCountedAtOnce) {
    const int64_t end = std::min(begin + kCountedAtOnce, job.allocated_below);
    ASSIGN_OR_RETURN(const int64_t piece, store_.CountResults(job.id, begin, end));
    rows += piece;
  }
  if (rows == expected) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "job {} has {} rows, the archive {}: archive it anew", job.spec.name(), rows, expected));
}

absl::Status OperatorServiceImpl::DropRows(int64_t job_id) {
  absl::Duration waited;
  while (true) {
    auto more = std::make_shared<bool>(false);  // The order may outlive our patience.
    absl::Status step = loop_.OnStore([more, job_id](Store& store) -> absl::Status {
      ASSIGN_OR_RETURN(*more, store.DropArchived(job_id));
      return absl::OkStatus();
    });
    if (step.ok() && !*more) return step;
    if (!step.ok() && !absl::IsUnavailable(step)) return step;
    waited = step.ok() ? absl::ZeroDuration() : waited + kBetweenTries;
    if (waited > kReadersMax) {
      return absl::UnavailableError(
          "readers of the results, or a backup, are in the way: some rows are still there. Run it "
          "again");
    }
    if (stopping_.WaitFor(step.ok() ? absl::ZeroDuration() : kBetweenTries)) {
      return absl::UnavailableError("the coordinator is stopping: run it again");
    }
  }
}

absl::Status OperatorServiceImpl::DropArchivedRowsNow(const v1::DropArchivedRowsRequest& request,
                                                      v1::DropArchivedRowsResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request.job()));
  if (!job.archived.has_value()) RETURN_IF_ERROR(CountRows(job, request.rows()));
  const ArchiveRecord archive = ToRecord(request);
  RETURN_IF_ERROR(loop_.OnStore(
      [id = job.id, archive](Store& store) { return store.MarkArchived(id, archive); }));
  if (!job.archived.has_value()) {
    loop_.RecordEventLater("job",
                           absl::StrCat("job ", job.spec.name(), " archived: its ", request.rows(),
                                        " rows are in files, and dropped here"));
  }
  RETURN_IF_ERROR(DropRows(job.id));
  ASSIGN_OR_RETURN(const JobRecord after, store_.Job(job.id));
  ASSIGN_OR_RETURN(*response.mutable_job(), Describe(after));
  return absl::OkStatus();
}

}  // namespace motzkin::coordinator
