// Rows that turned out to be wrong. See operator_service.h.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <map>
#include <memory>

#include "common/base/deadline.h"
#include "common/base/status_macros.h"
#include "coordinator/service/later.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"
#include "coordinator/store/audit_store.h"

namespace motzkin::coordinator {
namespace {

// A function takes a second or two to finish, a call of an operator at most ten.
constexpr absl::Duration kStillMax = absl::Seconds(8);
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(200);

// Its rows may not come any more: those of a removed worker are refused, and one that is away has
// long stored what it had, or is removed by its owner.
bool IsStill(const std::map<WorkerId, WorkerInfo>& workers, const StoredWorker& worker) {
  if (worker.control == WorkerControl::kRemoved) return true;
  const auto found = workers.find(worker.record.uuid);
  if (found == workers.end() || found->second.view.condition == WorkerCondition::kAway) return true;
  const v1::WorkerState& state = found->second.state;
  return state.batches().empty() && found->second.view.batches == 0 && state.slots_busy() == 0 &&
         state.rows_waiting() + state.rows_spooled() == 0;
}

v1::VoidedJob Describe(const JobRecord& after, const VoidedRows& voided) {
  v1::VoidedJob job;
  job.set_job(after.spec.name());
  job.set_rows(voided.rows);
  job.set_sealed_rows(voided.sealed_rows);
  job.set_first_sealed(voided.first_sealed);
  job.set_last_sealed(voided.last_sealed);
  job.set_hidden_rows(voided.hidden_rows);
  job.set_sealed_below(after.sealed_below);
  job.set_state(after.state);
  return job;
}

}  // namespace

absl::StatusOr<StoredWorker> OperatorServiceImpl::FindStored(const std::string& name_or_uuid) {
  ASSIGN_OR_RETURN(const v1::Worker worker, views_.FindWorker(name_or_uuid));
  ASSIGN_OR_RETURN(const std::vector<StoredWorker> stored, store_.Workers());
  const auto is_worker = [&](const StoredWorker& s) { return s.record.uuid == worker.uuid(); };
  const auto found = std::ranges::find_if(stored, is_worker);
  if (found != stored.end()) return *found;
  return absl::NotFoundError(absl::StrCat("no worker ", name_or_uuid));
}

absl::Status OperatorServiceImpl::AwaitStill(const StoredWorker& worker) {
  // A worker that works on would store more rows after its old ones are taken back. It stays
  // drained: its owner decides whether it may work again.
  if (worker.control == WorkerControl::kRun || worker.control == WorkerControl::kSuspend) {
    RETURN_IF_ERROR(loop_.OnStore([this, uuid = worker.record.uuid](Store& store) -> absl::Status {
      RETURN_IF_ERROR(store.SetWorkerControl(uuid, WorkerControl::kDrain));
      loop_.TellControl(uuid, WorkerControl::kDrain);
      return absl::OkStatus();
    }));
  }
  const Deadline patience = Deadline::After(kStillMax);
  // This thread polls. The scheduler sends no word when a worker has become still, and this verb is
  // rare.
  while (true) {
    ASSIGN_OR_RETURN(const auto workers, loop_.Workers());
    if (IsStill(workers, worker)) return absl::OkStatus();
    if (patience.Passed() || stopping_.WaitFor(kBetweenLooks)) {
      return absl::UnavailableError(
          absl::StrCat("worker ", worker.record.name,
                       " is draining and still finishes what it began: run it again, or motzkin "
                       "remove it first"));
    }
  }
}

grpc::ServerUnaryReactor* OperatorServiceImpl::VoidRows(grpc::CallbackServerContext* context,
                                                        const v1::VoidRowsRequest* request,
                                                        v1::VoidRowsResponse* response) {
  return Later(threads_, context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    ASSIGN_OR_RETURN(const StoredWorker worker, FindStored(request->worker()));
    RETURN_IF_ERROR(AwaitStill(worker));
    const absl::Time since = ToTime(request->since());
    response->set_worker(worker.record.name);
    ASSIGN_OR_RETURN(const std::vector<JobRecord> jobs, store_.Jobs());
    // Each job has a transaction of its own. A failure leaves the jobs before it done, and the verb
    // can be run again: rows that are gone are not counted twice.
    for (const JobRecord& job : jobs) {
      if (job.archived.has_value()) continue;
      auto voided = std::make_shared<v1::VoidedJob>();
      const auto order = [this, voided, id = job.id, uuid = worker.record.uuid,
                          since](Store& store) -> absl::Status {
        ASSIGN_OR_RETURN(const VoidedRows rows, AuditStore(store).VoidRows(id, uuid, since));
        ASSIGN_OR_RETURN(const JobRecord after, store.Job(id));
        *voided = coordinator::Describe(after, rows);
        loop_.TellJob(after);
        return absl::OkStatus();
      };
      const absl::Status done = loop_.OnStore(order);
      // Also if the order failed: it may have done so after its commit.
      views_.RowsWereTakenBack();
      RETURN_IF_ERROR(done);
      if (voided->rows() == 0) continue;
      loop_.RecordEventLater(
          "job", absl::StrCat("job ", job.spec.name(), ": ", voided->rows(), " rows of worker ",
                              worker.record.name, " taken back, ", voided->sealed_rows(),
                              " of them sealed; their indices are computed again"));
      *response->add_jobs() = *voided;
    }
    // Last of all: while any of its rows stand, the quarantine must hide them.
    return loop_.OnStore([uuid = worker.record.uuid, since](Store& store) {
      return AuditStore(store).LiftQuarantine(uuid, since);
    });
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ReportFailedRows(
    grpc::CallbackServerContext* context, const v1::ReportFailedRowsRequest* request,
    v1::ReportFailedRowsResponse*) {
  return Later(threads_, context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request->job()));
    for (const v1::FailedRows& failed : request->failed()) {
      loop_.RecordEventLater(
          "job", absl::StrCat("job ", job.spec.name(), ": a check found ", failed.rows(),
                              " rows of worker ", failed.worker(),
                              " wrong when it drew and verified them again, such as ",
                              absl::StrJoin(failed.first_indices(), ", ")));
    }
    return absl::OkStatus();
  });
}

}  // namespace motzkin::coordinator
