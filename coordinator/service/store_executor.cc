#include "coordinator/service/store_executor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "common/base/status_macros.h"
#include "coordinator/service/translate.h"
#include "coordinator/store/audit_store.h"
#include "coordinator/store/member_store.h"

namespace motzkin::coordinator {
namespace {

// At most this many rows are sealed between two polls: some tens of milliseconds of work, so that
// grants do not wait for long.
constexpr int64_t kSealedRowsMax = 5'000;

// The store can take several of them at once.
bool GoesTogether(const Intention& intention) {
  return std::holds_alternative<AllocateBatches>(intention.what) ||
         std::holds_alternative<GrantLeases>(intention.what) ||
         std::holds_alternative<EndLease>(intention.what) ||
         std::holds_alternative<RecordEvent>(intention.what);
}

// Counts the first intentions that make one run.
size_t RunAt(absl::Span<const Intention> intentions) {
  if (intentions.empty() || !GoesTogether(intentions.front()))
    return std::min<size_t>(intentions.size(), 1);
  size_t size = 1;
  while (size < intentions.size() &&
         intentions[size].what.index() == intentions.front().what.index()) {
    ++size;
  }
  return size;
}

}  // namespace

absl::StatusOr<JobSnapshot> StoreExecutor::Snapshot(const JobRecord& job) {
  jobs_.Put(job);
  // The size of a job is costly to find, and the rules need it only for a bound that can still be
  // reached.
  int64_t bytes = 0;
  if (job.spec.bytes_max() > 0 && job.state == v1::JOB_STATE_RUNNING) {
    ASSIGN_OR_RETURN(bytes, store_.figures().JobBytes(job.id));
  }
  return ToSnapshot(job, bytes);
}

absl::StatusOr<Restored> StoreExecutor::Restore() {
  Restored restored;
  ASSIGN_OR_RETURN(restored.poll, Poll({}));
  // These leases come without the indices that are done. A worker that holds the batch knows them,
  // and any other worker gets a new grant.
  ASSIGN_OR_RETURN(restored.leases, store_.OpenLeases());
  ASSIGN_OR_RETURN(const std::vector<StoredWorker> workers, store_.Workers());
  for (const StoredWorker& worker : workers) {
    restored.workers.push_back({worker.record.uuid, worker.record.name, worker.control,
                                OwnersOrder(worker.suspended_until)});
  }
  return restored;
}

absl::StatusOr<StorePoll> StoreExecutor::Poll(BootTime asked_at) {
  StorePoll poll{.asked_at = asked_at};
  ASSIGN_OR_RETURN(std::vector<JobRecord> jobs, store_.Jobs());
  int64_t sealed = 0;
  // Sealing comes first: a poll then shows a job whose last rows have just come as finished. Rows
  // of a paused job are sealed too.
  for (const JobRecord& job : jobs) {
    const bool moves = job.state == v1::JOB_STATE_RUNNING || job.state == v1::JOB_STATE_PAUSED;
    if (!moves || job.sealed_below == job.allocated_below) continue;
    ASSIGN_OR_RETURN(const int64_t more, store_.Seal(job.id, kSealedRowsMax, audit_shares_));
    sealed += more;
  }
  if (sealed > 0) {
    ASSIGN_OR_RETURN(jobs, store_.Jobs());
  }
  for (const JobRecord& job : jobs) {
    ASSIGN_OR_RETURN(JobSnapshot snapshot, Snapshot(job));
    poll.jobs.push_back(std::move(snapshot));
    if (job.state != v1::JOB_STATE_RUNNING) continue;
    poll.polled_jobs.push_back(job.id);
    ASSIGN_OR_RETURN(const std::vector<BatchSnapshot> batches, store_.OpenBatches(job.id));
    poll.batches.insert(poll.batches.end(), batches.begin(), batches.end());
  }
  ASSIGN_OR_RETURN(poll.audits, store_.OpenAudits());
  ASSIGN_OR_RETURN(poll.quarantines, AuditStore(store_).Quarantines());
  ASSIGN_OR_RETURN(poll.due, MemberStore(store_).DueWorkers());
  return poll;
}

std::vector<Confirmation> StoreExecutor::Execute(const std::vector<Intention>& intentions) {
  std::vector<Confirmation> answers;
  if (intentions.empty()) return answers;
  for (const Intention& intention : intentions) {
    answers.push_back({.id = intention.id});
    // Events are logged even if they cannot be stored: that Postgres is away, for example.
    const auto* event = std::get_if<RecordEvent>(&intention.what);
    if (event != nullptr) spdlog::info("{}", event->text);
  }
  const Run all(intentions);
  const bool grouped = RunAt(all) < all.size();
  if (grouped) store_.BeginGroup();  // A single change waits for the disk by itself.
  for (size_t begin = 0; begin < all.size();) {
    const size_t size = RunAt(all.subspan(begin));
    ExecuteRun(all.subspan(begin, size), absl::MakeSpan(answers).subspan(begin, size));
    begin += size;
  }
  if (!grouped) return answers;
  const absl::Status durable = store_.EndGroup();
  if (durable.ok()) return answers;
  // A refusal stands, because it changed nothing. Everything else may be lost.
  for (Confirmation& answer : answers) {
    if (answer.status.ok()) answer = Confirmation{.id = answer.id, .status = durable};
  }
  return answers;
}

void StoreExecutor::ExecuteRun(Run run, Answers answers) {
  const absl::Status status =
      std::visit([&](const auto& first) { return Apply(first, run, answers); }, run.front().what);
  if (status.ok()) return;
  // A store that is away or no longer ours gives every intention the same answer. Only a refusal
  // may be the fault of one of them. GrantLeases() also refuses a batch that is in a run twice, as
  // when its first grant was given up before it was answered: one by one, the later grant ends the
  // earlier one.
  const bool refused = !absl::IsUnavailable(status) && !absl::IsAborted(status);
  if (refused && run.size() > 1) {
    for (size_t i = 0; i < run.size(); ++i) ExecuteRun(run.subspan(i, 1), answers.subspan(i, 1));
    return;
  }
  for (Confirmation& answer : answers) answer.status = status;
}

absl::Status StoreExecutor::Apply(const AllocateBatches&, Run run, Answers answers) {
  std::map<int64_t, std::vector<int64_t>> sizes;  // The sizes of new batches, by job.
  for (const Intention& intention : run) {
    const auto& what = std::get<AllocateBatches>(intention.what);
    std::vector<int64_t>& of_job = sizes[what.job];
    of_job.insert(of_job.end(), what.sizes.begin(), what.sizes.end());
  }
  for (const auto& [job, of_job] : sizes) {
    // One call allocates for all workers of a job. The store cuts at the job's target, so the last
    // of them may get fewer batches or none.
    const auto batches = store_.AllocateBatches(job, of_job);
    size_t next = 0;
    for (size_t i = 0; i < run.size(); ++i) {
      const auto& what = std::get<AllocateBatches>(run[i].what);
      if (what.job != job) continue;
      answers[i].status = batches.status();
      if (!batches.ok()) continue;
      for (size_t n = 0; n < what.sizes.size() && next < batches->size(); ++n) {
        answers[i].batches.push_back((*batches)[next++]);
      }
      if (answers[i].batches.empty())
        answers[i].status = absl::OutOfRangeError("others were given the last of the job");
    }
  }
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const GrantLeases&, Run run, Answers answers) {
  std::vector<GrantRequest> requests;
  for (const Intention& intention : run) {
    const auto& what = std::get<GrantLeases>(intention.what);
    for (const BatchKey& key : what.batches) {
      requests.push_back({key, what.worker, what.instance});
    }
  }
  ASSIGN_OR_RETURN(const std::vector<LeaseSnapshot> grants, store_.GrantLeases(requests));
  // The store answers in the order of the requests, so each intention finds its leases in one
  // stretch.
  auto next = grants.begin();
  for (size_t i = 0; i < run.size(); ++i) {
    const auto count = std::ssize(std::get<GrantLeases>(run[i].what).batches);
    answers[i].leases.assign(next, next + count);
    next += count;
  }
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const EndLease&, Run run, Answers) {
  std::vector<EndLease> endings;
  for (const Intention& intention : run) endings.push_back(std::get<EndLease>(intention.what));
  return store_.EndLeases(endings);
}

absl::Status StoreExecutor::Apply(const RecordEvent&, Run run, Answers) {
  std::vector<RecordEvent> events;
  for (const Intention& intention : run) events.push_back(std::get<RecordEvent>(intention.what));
  return store_.AppendEvents(events);
}

absl::Status StoreExecutor::Apply(const GiveAudit& what, Run, Answers answers) {
  ASSIGN_OR_RETURN(answers.front().candidate, AuditStore(store_).Give(what));
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const SplitBatch& what, Run, Answers answers) {
  ASSIGN_OR_RETURN(const BatchSnapshot tail, store_.SplitBatch(what.batch, what.at));
  answers.front().batches = {tail};
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const SetJobState& what, Run, Answers answers) {
  // If only the reading fails, the change is made again later. The store takes that as success.
  RETURN_IF_ERROR(store_.SetJobState(what.job, what.state, what.reason));
  ASSIGN_OR_RETURN(const JobRecord job, store_.Job(what.job));
  ASSIGN_OR_RETURN(answers.front().job, Snapshot(job));
  return absl::OkStatus();
}

absl::Status StoreExecutor::Apply(const SetJobReason& what, Run, Answers) {
  return store_.SetJobReason(what.job, what.reason);
}

absl::Status StoreExecutor::Apply(const SetControl& what, Run, Answers) {
  return store_.SetWorkerControl(what.worker, what.control);
}

}  // namespace motzkin::coordinator
