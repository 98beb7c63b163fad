#include "tests/sim/model_store.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

namespace motzkin::coordinator {

JobSnapshot ModelStore::StartJob(JobRules rules) {
  rules.id = static_cast<int64_t>(jobs_.size()) + 1;
  if (rules.name.empty()) rules.name = "job" + std::to_string(rules.id);
  Job& job = jobs_[rules.id];
  job.rules = std::move(rules);
  return Snapshot(job.rules.id);
}

JobSnapshot ModelStore::SetState(int64_t id, v1::JobState state) {
  jobs_.at(id).state = state;
  for (auto it = batches_.lower_bound({id, 0}); it != batches_.end() && it->first.job == id; ++it) {
    Batch& batch = it->second;
    if (batch.snapshot.stored == batch.snapshot.end - batch.snapshot.begin) continue;
    batch.revoked = state != v1::JOB_STATE_RUNNING;
    if (batch.revoked) batch.leased_attempt = 0;
  }
  return Snapshot(id);
}

JobSnapshot ModelStore::Extend(int64_t id, int64_t target) {
  jobs_.at(id).rules.target = target;
  return SetState(id, v1::JOB_STATE_RUNNING);
}

JobSnapshot ModelStore::Snapshot(int64_t id) const {
  const Job& job = jobs_.at(id);
  JobSnapshot snapshot{.rules = job.rules, .state = job.state, .reason = job.reason};
  snapshot.progress = {.allocated_below = job.allocated_below,
                       .stored = static_cast<int64_t>(job.results.size()),
                       .integrated = job.integrated,
                       .sealed_below = job.sealed_below,
                       .sealed_integrated = job.sealed_integrated,
                       .bytes = static_cast<int64_t>(job.results.size()) * 500};
  return snapshot;
}

Confirmation ModelStore::Execute(const Intention& intention) {
  Confirmation answer{.id = intention.id};
  answer.status = std::visit([&](const auto& what) { return Apply(what, answer); }, intention.what);
  return answer;
}

Confirmation ModelStore::Unavailable(const Intention& intention) {
  return {.id = intention.id, .status = absl::UnavailableError("the model store is away")};
}

absl::Status ModelStore::Apply(const AllocateBatches& what, Confirmation& answer) {
  Job& job = jobs_.at(what.job);
  if (job.state != v1::JOB_STATE_RUNNING) return absl::FailedPreconditionError("job does not run");
  for (const int64_t size : what.sizes) {
    int64_t end = job.allocated_below + size;
    if (job.rules.target > 0 && !job.rules.target_integrated) end = std::min(end, job.rules.target);
    if (end <= job.allocated_below) break;
    const BatchKey key{what.job, job.batches++};
    Batch& batch = batches_[key];
    batch.snapshot = {.key = key, .begin = job.allocated_below, .end = end};
    by_begin_[{what.job, batch.snapshot.begin}] = key.batch;
    job.allocated_below = end;
    answer.batches.push_back(batch.snapshot);
  }
  return answer.batches.empty() ? absl::OutOfRangeError("wholly allocated") : absl::OkStatus();
}

absl::Status ModelStore::Apply(const GrantLeases& what, Confirmation& answer) {
  for (const BatchKey& key : what.batches) {
    if (!Open(batches_.at(key))) return absl::FailedPreconditionError("closed or revoked");
  }
  for (const BatchKey& key : what.batches) {
    Batch& batch = batches_.at(key);
    batch.leased_attempt = ++batch.attempts;
    batch.leased_to = what.worker;
    batch.instance = what.instance;
    batch.holders.insert(what.worker);
    answer.leases.push_back(SnapshotOfLease(batch));
  }
  return absl::OkStatus();
}

absl::Status ModelStore::Apply(const EndLease& what, Confirmation&) {
  Batch& batch = batches_.at(what.lease.batch);
  if (batch.leased_attempt != what.lease.attempt) return absl::OkStatus();
  batch.leased_attempt = 0;
  if (what.why == LeaseEnd::kDied) ++batch.snapshot.deaths;
  return absl::OkStatus();
}

absl::Status ModelStore::Apply(const GiveAudit& what, Confirmation& answer) {
  const auto found = audit_book_.audits.find(what.audit);
  if (found == audit_book_.audits.end() || !found->second.auditor.empty()) {
    return absl::NotFoundError("not open");
  }
  found->second.asked = what.worker;
  if (found->second.integrated) answer.candidate = "an integral";
  return absl::OkStatus();
}

absl::Status ModelStore::Apply(const SplitBatch& what, Confirmation& answer) {
  Batch& head = batches_.at(what.batch);
  if (what.at <= head.snapshot.begin || what.at >= head.snapshot.end) {
    return absl::InvalidArgumentError("not inside");
  }
  if (!Open(head)) return absl::FailedPreconditionError("closed or revoked");
  const BatchKey key{what.batch.job, jobs_.at(what.batch.job).batches++};
  Batch tail;
  tail.snapshot = {.key = key, .begin = what.at, .end = head.snapshot.end};
  // The head's holders may still send results for the tail, and those are accepted.
  tail.holders = head.holders;
  head.snapshot.end = what.at;
  head.snapshot.stored = CountStored(head);
  tail.snapshot.stored = CountStored(tail);
  by_begin_[{key.job, what.at}] = key.batch;
  answer.batches = {tail.snapshot};
  batches_.emplace(key, std::move(tail));
  return absl::OkStatus();
}

absl::Status ModelStore::Apply(const SetJobState& what, Confirmation& answer) {
  const v1::JobState now = jobs_.at(what.job).state;
  if (now == v1::JOB_STATE_CANCELLED && what.state != now) {
    return absl::FailedPreconditionError("the job was cancelled");
  }
  jobs_.at(what.job).reason = what.reason;
  answer.job = SetState(what.job, what.state);
  return absl::OkStatus();
}

absl::Status ModelStore::Apply(const SetJobReason& what, Confirmation&) {
  jobs_.at(what.job).reason = what.reason;
  return absl::OkStatus();
}

absl::Status ModelStore::Apply(const SetControl& what, Confirmation&) {
  controls_[what.worker] = what.control;
  if (what.control == WorkerControl::kRun) audit_book_.quarantines.erase(what.worker);
  return absl::OkStatus();
}

absl::Status ModelStore::Apply(const RecordEvent& what, Confirmation&) {
  events_.push_back(what);
  return absl::OkStatus();
}

int64_t ModelStore::CountStored(const Batch& batch) const {
  const auto& results = jobs_.at(batch.snapshot.key.job).results;
  return std::distance(results.lower_bound(batch.snapshot.begin),
                       results.lower_bound(batch.snapshot.end));
}

bool ModelStore::Open(const Batch& batch) const {
  return !batch.revoked && batch.snapshot.stored < batch.snapshot.end - batch.snapshot.begin;
}

LeaseSnapshot ModelStore::SnapshotOfLease(const Batch& batch) const {
  LeaseSnapshot lease{.key = {batch.snapshot.key, batch.leased_attempt},
                      .worker = batch.leased_to,
                      .instance = batch.instance,
                      .batch = batch.snapshot};
  const auto& results = jobs_.at(batch.snapshot.key.job).results;
  lease.done.resize(static_cast<size_t>(batch.snapshot.size() + 7) / 8);
  for (int64_t i = 0; i < batch.snapshot.size(); ++i) {
    if (!results.contains(batch.snapshot.begin + i)) continue;
    char& byte = lease.done[static_cast<size_t>(i) / 8];
    byte = static_cast<char>(byte | (1 << (i % 8)));
  }
  return lease;
}

StorePoll ModelStore::Poll(BootTime asked_at) const {
  StorePoll poll{.asked_at = asked_at};
  for (const auto& [id, job] : jobs_) {
    poll.jobs.push_back(Snapshot(id));
    if (job.state == v1::JOB_STATE_RUNNING) poll.polled_jobs.push_back(id);
  }
  for (const auto& [key, batch] : batches_) {
    if (Open(batch)) poll.batches.push_back(batch.snapshot);
  }
  std::map<std::pair<int64_t, bool>, int> of_job;
  for (const auto& [key, audit] : audit_book_.audits) {
    const v1::JobState state = jobs_.at(key.job).state;
    const bool may_go_on = state == v1::JOB_STATE_RUNNING || state == v1::JOB_STATE_COMPLETED;
    // Integrals wait while only their author works, and must not keep negatives from being seen.
    if (!may_go_on || !audit.auditor.empty() || ++of_job[{key.job, audit.integrated}] > 8) continue;
    poll.audits.push_back({key, audit.first, audit.integrated});
  }
  for (const auto& [worker, quarantine] : audit_book_.quarantines)
    poll.quarantines.push_back(quarantine);
  return poll;
}

Restored ModelStore::RestoreAll() const {
  Restored restored;
  restored.poll = Poll({});
  for (const auto& [key, batch] : batches_) {
    if (!Open(batch) || batch.leased_attempt == 0) continue;
    restored.leases.push_back(SnapshotOfLease(batch));
    restored.leases.back().done.clear();  // The real store does not fill it in either.
  }
  for (const auto& [worker, control] : controls_) {
    restored.workers.push_back({.worker = worker, .name = worker, .control = control});
  }
  return restored;
}

bool ModelStore::Submit(const WorkerId& worker, const BatchKey& key, int64_t index, bool integrated,
                        bool crashed) {
  // The tail of a trimmed batch is another batch by now, so the index decides which one it is.
  auto found = by_begin_.upper_bound({key.job, index});
  if (found == by_begin_.begin()) return false;
  if ((--found)->first.first != key.job) return false;
  Batch* batch = &batches_.at({key.job, found->second});
  if (batch->snapshot.end <= index) return false;
  if (!batch->holders.contains(worker)) return false;
  Job& job = jobs_.at(key.job);
  if (job.results.contains(index)) {
    ++repeated_;
    return true;
  }
  if (batch->revoked) return false;
  job.results.emplace(index, integrated);
  if (crashed) job.crashed.insert(index);
  if (IsAudited(index)) job.by[index] = worker;
  job.integrated += integrated ? 1 : 0;
  ++batch->snapshot.stored;
  return true;
}

bool ModelStore::SubmitAudit(const WorkerId& worker, const AuditKey& key) {
  const auto found = audit_book_.audits.find(key);
  if (found == audit_book_.audits.end()) return false;
  Audit& audit = found->second;
  if (!audit.auditor.empty()) return true;
  if (audit.asked != worker) return false;
  audit.auditor = worker;
  if (audit.integrated && worker != audit.first && IsForged(audit.first, key.index)) {
    audit_book_.quarantines[audit.first] = {
        .worker = audit.first, .row = absl::StrCat(key.job, "/", key.index), .auditor = worker};
  }
  return true;
}

void ModelStore::Seal() {
  for (auto& [id, job] : jobs_) {
    for (auto it = job.results.find(job.sealed_below);
         it != job.results.end() && it->first == job.sealed_below; ++it) {
      if (!job.crashed.contains(it->first) && IsAudited(it->first)) {
        Audit& audit = audit_book_.audits[{id, it->first}];
        audit.first = job.by.at(it->first);
        audit.integrated = it->second;
      }
      ++job.sealed_below;
      job.sealed_integrated += it->second ? 1 : 0;
    }
  }
}

}  // namespace motzkin::coordinator
