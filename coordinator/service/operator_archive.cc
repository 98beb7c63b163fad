// Drops the rows of an archived job from the database. See operator_service.h.
#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "coordinator/service/later.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

// The indices of one partition of the table `result`. They are counted in a fraction of a second,
// and grants go through the store between two of these steps.
constexpr int64_t kCountedAtOnce = 1'000'000;

// Statements of motzkin_reader end after five minutes, and exports and archives read in short
// pieces. A reader that holds the drop up for longer is a backup or a psql of the owner.
constexpr absl::Duration kReadersMax = absl::Minutes(6);
constexpr absl::Duration kBetweenTries = absl::Seconds(1);

}  // namespace

// The job's counters would be quicker to read, but the rows are about to be dropped for good: they
// themselves have to be as many as the archive has.
absl::Status OperatorServiceImpl::CountRows(const JobRecord& job, int64_t expected) {
  int64_t rows = 0;
  for (int64_t begin = 0; begin < job.allocated_below; begin += kCountedAtOnce) {
    const int64_t end = std::min(begin + kCountedAtOnce, job.allocated_below);
    ASSIGN_OR_RETURN(const int64_t piece, store_.CountResults(job.id, begin, end));
    rows += piece;
  }
  if (rows == expected) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "job {} has {} rows and its archive {}: archive it anew", job.spec.name(), rows, expected));
}

// Each step is an order of its own, so grants and polls run in between. The patience with readers
// begins anew after each step that got through.
absl::Status OperatorServiceImpl::DropRows(int64_t job_id) {
  absl::Duration waited;
  while (true) {
    // OnStore() may give up on an order that then still runs: share what it writes into.
    auto more = std::make_shared<bool>(false);
    absl::Status step = loop_.OnStore([more, job_id](Store& store) -> absl::Status {
      ASSIGN_OR_RETURN(*more, store.DropArchived(job_id));
      return absl::OkStatus();
    });
    if (step.ok() && !*more) return step;
    if (!step.ok() && !absl::IsUnavailable(step)) return step;
    waited = step.ok() ? absl::ZeroDuration() : waited + kBetweenTries;
    if (waited > kReadersMax) {
      return absl::UnavailableError(
          "readers of the results or a backup hold the drop up, and some rows are still there: run "
          "it again");
    }
    if (stopping_.WaitFor(step.ok() ? absl::ZeroDuration() : kBetweenTries)) {
      return absl::UnavailableError("the coordinator is stopping: run it again");
    }
  }
}

grpc::ServerUnaryReactor* OperatorServiceImpl::DropArchivedRows(
    grpc::CallbackServerContext* context, const v1::DropArchivedRowsRequest* request,
    v1::DropArchivedRowsResponse* response) {
  return Later(threads_, context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request->job()));
    // A job that is marked already may have lost rows: this call goes on where another one died.
    if (!job.archived.has_value()) RETURN_IF_ERROR(CountRows(job, request->rows()));
    const ArchiveRecord archive{
        .rows = request->rows(), .audited = request->audited(), .sha256 = request->sha256()};
    // The mark comes before the first row goes. Without it, a job that a dead coordinator left with
    // half its rows would look like one that lost data. MarkArchived() also checks that the job is
    // over and that the archive is the one that the rows went into.
    RETURN_IF_ERROR(loop_.OnStore(
        [id = job.id, archive](Store& store) { return store.MarkArchived(id, archive); }));
    if (!job.archived.has_value()) {
      loop_.RecordEventLater(
          "job", absl::StrCat("job ", job.spec.name(), " archived: its ", request->rows(),
                              " rows are in files and are dropped here"));
    }
    RETURN_IF_ERROR(DropRows(job.id));
    ASSIGN_OR_RETURN(const JobRecord after, store_.Job(job.id));
    ASSIGN_OR_RETURN(*response->mutable_job(), views_.Describe(after));
    return absl::OkStatus();
  });
}

}  // namespace motzkin::coordinator
