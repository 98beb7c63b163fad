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
      audits[snapshot.key].first = snapshot.first_worker;
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
  if (--held_[audit.holder] == 0) held_.erase(audit.holder);
  audit.holder.clear();
}

std::set<WorkerId> Audits::Plan(const std::function<std::vector<Auditor>(int64_t job)>& auditors_of,
                                BootTime now) {
  int64_t job = -1;
  std::vector<Auditor> auditors;
  for (auto& [key, audit] : audits_) {
    // The keys are sorted by job, so all workers are walked once a job and not once an audit.
    if (key.job != job) auditors = auditors_of(key.job);
    job = key.job;
    if (!audit.holder.empty()) {
      const bool may_work = std::ranges::count(auditors, audit.holder, &Auditor::worker) > 0;
      if (may_work && now - audit.since < patience_) continue;
      audit.failed.insert(audit.holder);
      Release(audit);
    }
    const Auditor* chosen = Choose(audit, auditors);
    if (chosen == nullptr) continue;
    audit.holder = chosen->worker;
    audit.since = now;
    ++held_[audit.holder];
    changed_.insert(audit.holder);
  }
  return std::exchange(changed_, {});
}

const Auditor* Audits::Choose(Audit& audit, const std::vector<Auditor>& auditors) const {
  const auto other = [&](const Auditor& auditor) { return auditor.worker != audit.first; };
  const bool has_others = std::ranges::any_of(auditors, other);
  const auto fits = [&](const Auditor& auditor) {
    return (!has_others || other(auditor)) && !audit.failed.contains(auditor.worker);
  };
  // Every worker has failed once, so each may try again. Otherwise the audit would stay open.
  if (std::ranges::none_of(auditors, fits)) audit.failed.clear();
  // The auditor that holds the fewest gets it, so that audits spread over the workers.
  const Auditor* chosen = nullptr;
  int least = 0;
  for (const Auditor& auditor : auditors) {
    if (!fits(auditor)) continue;
    const auto held = held_.find(auditor.worker);
    const int count = held == held_.end() ? 0 : held->second;
    if (count >= auditor.room || (chosen != nullptr && count >= least)) continue;
    chosen = &auditor;
    least = count;
  }
  return chosen;
}

std::vector<AuditKey> Audits::Of(const WorkerId& worker) const {
  std::vector<AuditKey> keys;
  for (const auto& [key, audit] : audits_) {
    if (audit.holder == worker) keys.push_back(key);
  }
  return keys;
}

}  // namespace motzkin::coordinator
