// Decides which worker computes which negative label again. Audits are level-triggered and need no
// leases: an audit is shown to one worker until the store says that it is done, the worker may not
// work any more, or the worker has kept it for `patience`. An audit that is computed twice does no
// harm, because the store keeps the first answer.
//
// The worker that gave the label gets the audit only if no other can take it, so that a fault of
// its machine does not confirm itself.
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

// A worker that may be given audits of one job now.
struct Auditor {
  WorkerId worker = {};
  // It may hold this many audits, of all jobs together. They are few, so that those of a lost
  // worker are soon elsewhere.
  int room = 0;
};

class Audits {
 public:
  // An audit takes about a second with ten times the default budgets. A worker that keeps one for
  // `patience` is stuck or does not understand it, so another worker gets its turn.
  explicit Audits(absl::Duration patience = absl::Minutes(10)) : patience_(patience) {}

  // Takes the store's word. `open` lists every audit that may be worked on now; others are
  // forgotten.
  void Update(const std::vector<AuditSnapshot>& open);
  // Gives open audits to workers and takes them from those that may not work. `auditors` tells who
  // may take one of a job. Returns the workers whose audits changed.
  std::set<WorkerId> Plan(const std::function<std::vector<Auditor>(int64_t job)>& auditors,
                          BootTime now);

  // Returns the audits that the worker should hold, by job and index.
  std::vector<AuditKey> Of(const WorkerId& worker) const;
  bool empty() const { return audits_.empty(); }

 private:
  struct Audit {
    WorkerId first;
    WorkerId holder;  // Empty while no worker holds it.
    BootTime since;
    // These workers kept it too long or went away with it. Others are tried before them.
    std::set<WorkerId> failed;
  };

  void Release(Audit& audit);
  // Picks the one of `auditors` that gets the audit. Returns null if none of them has room now.
  const Auditor* Choose(Audit& audit, const std::vector<Auditor>& auditors) const;

  const absl::Duration patience_;
  std::map<AuditKey, Audit> audits_;
  std::map<WorkerId, int> held_;
  std::set<WorkerId> changed_;
};

}  // namespace motzkin::coordinator
