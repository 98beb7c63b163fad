#include "coordinator/service/store_executor.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "coordinator/service/translate.h"

namespace motzkin::coordinator {
namespace {

// Rows sealed between two looks at the store: some tens of milliseconds, so that grants do not
// wait.
constexpr int64_t kSealedRowsMax = 5'000;

LeaseRecord ToRecord(const LeaseKey& lease, const WorkerId& worker) {
  return {.job_id = lease.batch.job,
          .batch = lease.batch.batch,
          .attempt = lease.attempt,
          .worker_uuid = worker};
}

}  // namespace

absl::StatusOr<JobSnapshot> StoreExecutor::Snapshot(const JobRecord& job) {
  jobs_.Put(ToKnownJob(job));
  int64_t bytes = 0;
  if (job.spec.bytes_max() > 0 && job.state == v1::JOB_STATE_RUNNING) {
    ASSIGN_OR_RETURN(bytes, store_.JobBytes(job.id));
  }
  return ToSnapshot(job, bytes);
}

absl::StatusOr<Restored> StoreExecutor::Restore() {
  Restored restored;
  ASSIGN_OR_RETURN(const StorePoll poll, Poll({}));
  restored.jobs = poll.jobs;
  restored.open_batches = poll.batches;
  ASSIGN_OR_RETURN(const std::vector<OpenLease> leases, store_.OpenLeases());
  for (const OpenLease& open : leases) {
    // Without what is done: a worker that holds the batch knows, any other gets a new grant.
    restored.leases.push_back(ToSnapshot(Grant{open.lease, open.batch, {}}));
    uint64_t& instance = restored.instances[open.lease.worker_uuid];
    instance = std::max(instance, open.lease.instance);
  }
  ASSIGN_OR_RETURN(const std::vector<StoredWorker> workers, store_.Workers());
  for (const StoredWorker& worker : workers) {
    restored.workers.push_back({worker.record.uuid, worker.record.name, FromStore(worker.control)});
  }
  return restored;
}

absl::StatusOr<StorePoll> StoreExecutor::Poll(absl::Duration asked_at) {
  StorePoll poll{.asked_at = asked_at};
  ASSIGN_OR_RETURN(const std::vector<JobRecord> before, store_.Jobs());
  for (const JobRecord& job : before) {
    const bool moves = job.state == v1::JOB_STATE_RUNNING || job.state == v1::JOB_STATE_PAUSED;
    if (!moves || job.sealed_below == job.allocated_below) continue;
    RETURN_IF_ERROR(store_.Seal(job.id, kSealedRowsMax).status());
  }
  ASSIGN_OR_RETURN(const std::vector<JobRecord> jobs, store_.Jobs());
  for (const JobRecord& job : jobs) {
    ASSIGN_OR_RETURN(JobSnapshot snapshot, Snapshot(job));
    poll.jobs.push_back(std::move(snapshot));
    if (job.state != v1::JOB_STATE_RUNNING) continue;
    poll.polled_jobs.push_back(job.id);
    ASSIGN_OR_RETURN(const std::vector<BatchRecord> batches, store_.OpenBatches(job.id));
    for (const BatchRecord& batch : batches) poll.batches.push_back(ToSnapshot(batch));
  }
  ASSIGN_OR_RETURN(const std::vector<AuditRecord> audits, store_.OpenAudits());
  for (const AuditRecord& audit : audits) {
    poll.audits.push_back({{audit.job_id, audit.index}, audit.first_worker_uuid});
  }
  return poll;
}

std::vector<Confirmation> StoreExecutor::Execute(const std::vector<Intention>& intentions) {
  std::vector<Confirmation> answers;
  if (intentions.size() == 1) {  // It waits for itself.
    answers.push_back(Execute(intentions.front()));
    return answers;
  }
  store_.BeginGroup();
  for (const Intention& intention : intentions) answers.push_back(Execute(intention));
  const absl::Status durable = store_.EndGroup();
  if (durable.ok()) return answers;
  for (Confirmation& answer : answers) {
    if (answer.status.ok()) answer = Confirmation{.id = answer.id, .status = durable};
  }
  return answers;
}

Confirmation StoreExecutor::Execute(const Intention& intention) {
  Confirmation answer{.id = intention.id};
  answer.status = std::visit([&](const auto& what) { return Apply(what, answer); }, intention.what);
  return answer;
}

absl::Status StoreExecutor::Apply(const AllocateBatch& what, Confirmation& answer) {
  ASSIGN_OR_RETURN(const BatchRecord batch, store_.AllocateBatch(what.job, what.size));
  answer.batch = ToSnapshot(batch);
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const GrantLeases& what, Confirmation& answer) {
  std::vector<GrantRequest> requests;
  for (const BatchKey& key : what.batches) {
    requests.push_back({key.job, key.batch, what.worker, what.instance});
  }
  ASSIGN_OR_RETURN(const std::vector<Grant> grants, store_.GrantLeases(requests));
  for (const Grant& grant : grants) answer.leases.push_back(ToSnapshot(grant));
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const EndLease& what, Confirmation&) {
  return store_.EndLease(ToRecord(what.lease, what.worker), ToStore(what.why));
}

absl::Status StoreExecutor::Apply(const SplitBatch& what, Confirmation& answer) {
  ASSIGN_OR_RETURN(const BatchRecord tail,
                   store_.SplitBatch(what.batch.job, what.batch.batch, what.at));
  answer.batch = ToSnapshot(tail);
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const SetJobPhase& what, Confirmation& answer) {
  RETURN_IF_ERROR(store_.SetJobState(what.job, ToProto(what.phase), what.reason));
  ASSIGN_OR_RETURN(const JobRecord job, store_.Job(what.job));
  ASSIGN_OR_RETURN(answer.job, Snapshot(job));
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const SetJobReason& what, Confirmation&) {
  return store_.SetJobReason(what.job, what.reason);
}

absl::Status StoreExecutor::Apply(const SetControl& what, Confirmation&) {
  return store_.SetWorkerControl(what.worker, ToStore(what.control));
}

absl::Status StoreExecutor::Apply(const RecordEvent& what, Confirmation&) {
  spdlog::info("{}", what.text);
  return store_.AppendEvent(what.kind, what.text);
}

}  // namespace motzkin::coordinator
