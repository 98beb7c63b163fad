#include "coordinator/core/audits.h"

#include <algorithm>
#include <utility>

namespace motzkin::coordinator {

void Audits::Update(const std::vector<AuditSnapshot>& open) {
  std::map<AuditKey, Audit> audits;
  for (const AuditSnapshot& snapshot : open) {
    // An audit that is still open keeps its holder and `since`: a poll must not renew its patience.
    auto known = audits_.extract(snapshot.key);
    if (known.empty()) {
      Audit& added = audits[snapshot.key];
      added.first = snapshot.first_worker;
      added.integrated = snapshot.integrated;
    } else {
      audits.insert(std::move(known));
    }
  }
  // Those left over are done, or their job is paused or over.
  for (auto& [key, audit] : audits_) Release(audit);
  audits_ = std::move(audits);
}

void Audits::Release(Audit& audit) {
  if (audit.holder.empty()) return;
  changed_.insert(audit.holder);
  // held_ counts what each worker holds, by kind. Every change of `holder` must go through here or
  // Plan(), or a worker would be full forever.
  const auto held = held_.find({audit.holder, audit.integrated});
  if (--held->second == 0) held_.erase(held);
  audit.holder.clear();
  audit.noted = false;
}

std::vector<GiveAudit> Audits::Plan(
    const std::function<std::vector<Auditor>(int64_t job)>& auditors_of, BootTime now) {
  std::vector<GiveAudit> given;
  int64_t job = -1;
  std::vector<Auditor> auditors;
  for (auto& [key, audit] : audits_) {
    // The keys are sorted by job, so all workers are walked once a job and not once an audit.
    if (key.job != job) auditors = auditors_of(key.job);
    job = key.job;
    if (!audit.holder.empty()) {
      // A holder that is gone, suspended or slow has failed; the audit goes to another. The
      // store refuses a late answer, because it knows whom the audit was given to.
      const auto holds = [&](const Auditor& a) { return a.worker == audit.holder && a.room > 0; };
      if (std::ranges::any_of(auditors, holds) && now - audit.since < patience_) continue;
      audit.failed.insert(audit.holder);
      Release(audit);
    }
    const Auditor* chosen = Choose(audit, auditors);
    if (chosen == nullptr) continue;
    audit.holder = chosen->worker;
    // The worker learns of it only when the store has noted it, see Given(). Until then the audit
    // is taken, so that the next plan does not give it twice.
    audit.since = now;
    ++held_[{audit.holder, audit.integrated}];
    given.push_back({.audit = key, .worker = audit.holder});
  }
  return given;
}

void Audits::Given(const GiveAudit& what, bool noted, const std::string& candidate) {
  const auto found = audits_.find(what.audit);
  if (found == audits_.end()) return;
  Audit& audit = found->second;
  // An answer of the store to an older plan: the audit has another holder by now.
  if (audit.holder != what.worker || audit.noted) return;
  if (!noted) return Release(audit);
  audit.noted = true;
  audit.candidate = candidate;
  changed_.insert(audit.holder);
}

const Auditor* Audits::Choose(Audit& audit, const std::vector<Auditor>& auditors) const {
  // An integral may be left waiting for another worker with no room at the moment. A negative,
  // which costs a whole ladder, goes to its own worker rather than wait for one that may not come.
  const auto other = [&](const Auditor& auditor) {
    return auditor.worker != audit.first && (audit.integrated || auditor.room > 0);
  };
  const bool has_others = std::ranges::any_of(auditors, other);
  const auto fits = [&](const Auditor& auditor) {
    return auditor.room > 0 && (!has_others || other(auditor)) &&
           !audit.failed.contains(auditor.worker);
  };
  // Every worker has failed once, so each may try again. Otherwise the audit would stay open.
  if (std::ranges::none_of(auditors, fits)) audit.failed.clear();
  // The auditor that holds the fewest gets it, so that audits spread over the workers.
  const Auditor* chosen = nullptr;
  int least = 0;
  for (const Auditor& auditor : auditors) {
    if (!fits(auditor)) continue;
    const auto held = held_.find({auditor.worker, audit.integrated});
    const int count = held == held_.end() ? 0 : held->second;
    const int room = auditor.room * (audit.integrated ? kVerificationsForOne : 1);
    if (count >= room || (chosen != nullptr && count >= least)) continue;
    chosen = &auditor;
    least = count;
  }
  return chosen;
}

std::vector<GivenAudit> Audits::Of(const WorkerId& worker) const {
  std::vector<GivenAudit> given;
  for (const auto& [key, audit] : audits_) {
    if (audit.holder == worker && audit.noted) given.push_back({key, audit.candidate});
  }
  return given;
}

}  // namespace motzkin::coordinator
