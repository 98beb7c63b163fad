// Which worker computes which negative label again (store: audits). Level-triggered and without
// leases: an audit is shown to one worker until the store says that it is done, that worker may not
// work any more, or it kept it for `patience`; computed twice it changes nothing the second time.
//
// Another worker than the first is preferred for as long as there is one: a fault of the machine
// should not confirm itself.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

// A worker that may be given audits of one job now, and how many it may hold in all.
struct Auditor {
  WorkerId worker = {};
  int room = 0;
};

class Audits {
 public:
  // Each worker holds few, so that those of a lost one are soon elsewhere; with ten times the
  // default budgets one takes a second.
  explicit Audits(absl::Duration patience = absl::Minutes(10)) : patience_(patience) {}

  // The store's word: all that may be worked on now.
  void Update(const std::vector<AuditSnapshot>& open);
  // Gives open audits to workers and takes them from those that may not work. `auditors` tells who
  // may take one of a job. Returns the workers whose audits changed.
  std::set<WorkerId> Plan(const std::function<std::vector<Auditor>(int64_t job)>& auditors,
                          BootTime now);

  // In index order.
  std::vector<AuditKey> Of(const WorkerId& worker) const;
  bool empty() const { return audits_.empty(); }

 private:
  struct Audit {
    WorkerId first;
    WorkerId holder;  // Empty: nobody.
    BootTime since;
    std::set<WorkerId> failed;  // Kept it too long or went away with it; others first.
  };

  void Release(Audit& audit);
  // Of `auditors`, whom to give it; null: nobody has room now.
  const Auditor* Choose(Audit& audit, const std::vector<Auditor>& auditors) const;

  const absl::Duration patience_;
  std::map<AuditKey, Audit> audits_;
  std::map<WorkerId, int> held_;
  std::set<WorkerId> changed_;
};

}  // namespace motzkin::coordinator
