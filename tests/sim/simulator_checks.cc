// Part of Simulator: the checks after every step.
#include <absl/strings/str_cat.h>

#include "tests/sim/lease_invariants.h"
#include "tests/sim/simulator.h"

namespace motzkin::coordinator {

void Simulator::Violated(const std::string& what) {
  if (violation_.empty()) violation_ = what;
}

void Simulator::Check() {
  if (const std::string wrong = OverlappingLeases(*scheduler_); !wrong.empty()) Violated(wrong);
  CheckSilence();
  CheckIdlers();
  if (const std::string wrong = UnstoredLease(*scheduler_, store_); !wrong.empty()) Violated(wrong);
}

void Simulator::CheckSilence() {
  // A worker is lost after 25 s of silence, and a tick notices it within a second.
  constexpr absl::Duration kLeaseEnds = absl::Seconds(26);
  for (const Machine& machine : machines_) {
    const auto found = scheduler_->workers().find(machine.worker->name());
    if (found == scheduler_->workers().end() || found->second.leases().empty()) continue;
    const BootTime heard = machine.delivered.value_or(coordinator_since_);
    if (now_ - heard > kLeaseEnds) {
      Violated(absl::StrCat(machine.worker->name(), " holds leases after ",
                            absl::FormatDuration(now_ - heard), " of silence"));
    }
  }
}

void Simulator::CheckIdlers() {
  // A peer that delivered nothing holds a first helping of each job at most; a batch that others left
  // may be larger than the helping has room for.
  const SizerPolicy sizer;
  const int64_t helping = sizer.slots_believed * sizer.batches_first_per_slot * sizer.batch_first;
  for (const Machine& machine : machines_) {
    const auto found = scheduler_->workers().find(machine.worker->name());
    if (!machine.idler || found == scheduler_->workers().end()) continue;
    int64_t held = 0;
    for (const BatchKey& key : found->second.leases()) held += scheduler_->batches().at(key).size();
    if (held > helping + options_.jobs * sizer.batch_max) {
      Violated(absl::StrCat(found->first, " delivered nothing and holds ", held, " functions"));
    }
  }
}

std::string Simulator::DescribeOpen(int64_t job) const {
  std::string text;
  for (const auto& [key, batch] : scheduler_->batches()) {
    if (key.job != job) continue;
    absl::StrAppend(&text, "; batch ", key.batch, " [", batch.begin, ", ", batch.end, ") stored ",
                    batch.stored, " deaths ", batch.deaths, batch.stale ? " stale" : "");
    if (batch.lease() == nullptr) continue;
    absl::StrAppend(&text, " leased to ", batch.lease()->worker, " in phase ",
                    static_cast<int>(batch.lease()->phase), " attempt ", batch.lease()->attempt);
  }
  for (const auto& [id, worker] : scheduler_->workers()) {
    absl::StrAppend(&text, "; ", id, " ", LogLine(worker, now_));
  }
  return text;
}

bool Simulator::AllDone() const {
  for (const int64_t job : jobs_) {
    if (cancelled_.contains(job)) continue;
    if (store_.Snapshot(job).state != v1::JOB_STATE_COMPLETED) return false;
  }
  for (const auto& [key, audit] : store_.audit_book().audits) {
    if (audit.auditor.empty() && !cancelled_.contains(key.job)) return false;
  }
  // The rules hear of what the last audit found at the next poll of the store.
  for (const auto& [worker, quarantine] : store_.audit_book().quarantines) {
    if (scheduler_->workers().at(worker).control != WorkerControl::kDrain) return false;
  }
  return true;
}

void Simulator::CheckComplete() {
  for (const int64_t id : jobs_) {
    const JobSnapshot job = store_.Snapshot(id);
    if (const auto cancelled = cancelled_.find(id); cancelled != cancelled_.end()) {
      if (store_.results(id).size() != cancelled->second || job.state != v1::JOB_STATE_CANCELLED) {
        Violated(absl::StrCat("job ", id, " went on after it was cancelled"));
      }
      continue;
    }
    if (job.state != v1::JOB_STATE_COMPLETED) {
      Violated(absl::StrCat("job ", id, " did not end: ", job.progress.stored, " of ",
                            job.rules.target, " stored, sealed below ", job.progress.sealed_below,
                            ", allocated below ", job.progress.allocated_below, ", ", job.reason,
                            DescribeOpen(id)));
      continue;
    }
    // Each index of the sealed prefix has exactly one result. The map allows no second one, so it
    // is enough to see that none is missing.
    const auto& results = store_.results(id);
    int64_t expected = 0;
    for (const auto& [index, integrated] : results) {
      if (index >= job.progress.sealed_below) break;
      if (index != expected++) Violated(absl::StrCat("index ", expected - 1, " has no result"));
    }
    for (const auto& [poisoned, index] : poison_) {
      if (poisoned != id || !results.contains(index)) continue;
      if (!store_.crashed(id).contains(index)) {
        Violated(absl::StrCat("index ", index, " of job ", id, " kills, and is not stored so"));
      }
    }
    for (const auto& [index, integrated] : results) {
      if (index >= job.progress.sealed_below || !ModelStore::IsAudited(index)) continue;
      if (store_.crashed(id).contains(index)) continue;
      const auto audit = store_.audit_book().audits.find({id, index});
      if (audit == store_.audit_book().audits.end() || audit->second.auditor.empty()) {
        Violated(absl::StrCat("index ", index, " of job ", id, " was never audited"));
      }
    }
    const bool by_functions = !job.rules.target_integrated;
    if (by_functions && static_cast<int64_t>(results.size()) != job.rules.target) {
      Violated(
          absl::StrCat("job ", id, " has ", results.size(), " results, not ", job.rules.target));
    }
    if (!by_functions && job.progress.sealed_integrated < job.rules.target) {
      Violated(absl::StrCat("job ", id, " completed with too few integrated"));
    }
  }
  for (const auto& [worker, quarantine] : store_.audit_book().quarantines) {
    if (scheduler_->workers().at(worker).control == WorkerControl::kDrain) continue;
    Violated(absl::StrCat(worker, " works although its row ", quarantine.row, " was found wrong"));
  }
  // The batches must still partition the allocated indices.
  std::map<std::pair<int64_t, int64_t>, int64_t> ranges;
  for (const auto& [key, batch] : store_.batches()) {
    ranges[{key.job, batch.snapshot.begin}] = batch.snapshot.end;
  }
  int64_t job = 0;
  int64_t next = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin.first != job) next = 0;
    if (begin.second != next) Violated(absl::StrCat("batches of job ", begin.first, " do not fit"));
    job = begin.first;
    next = end;
  }
}

}  // namespace motzkin::coordinator
