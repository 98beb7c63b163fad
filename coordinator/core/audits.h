// Decides which worker computes which function again. Audits are level-triggered and need no
// leases: an audit is given to one worker until the store says that it is done, the worker may not
// work any more, or the worker has kept it for `patience`. The store knows who was asked and takes
// no other's answer, so an audit is shown to its worker only once the store has noted it.
//
// The worker that gave a negative label gets its audit only if no other can take it now. An
// integral is never verified again by its author while another worker may come back, so that a
// machine that errs or lies does not confirm itself.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

// Audits run with this multiple of the normal budgets.
inline constexpr int kAuditBudgetFactor = 10;

// A worker that may be given audits of one job, now or, without room, later.
struct Auditor {
  WorkerId worker = {};
  // It may hold this many audits of negatives, of all jobs together, and kVerificationsForOne times
  // as many of integrals. They are few, so that those of a lost worker are soon elsewhere.
  int room = 0;
};

class Audits {
 public:
  // To verify takes a millisecond, to integrate again a second. The store tells about once a second
  // what is done, so a worker should have some to go on with.
  static constexpr int kVerificationsForOne = 16;

  // An audit takes about a second with ten times the default budgets. A worker that keeps one for
  // `patience` is stuck or does not understand it, so another worker gets its turn.
  explicit Audits(absl::Duration patience = absl::Minutes(10)) : patience_(patience) {}

  // Takes the store's word. `open` lists every audit that may be worked on now; others are
  // forgotten.
  void Update(const std::vector<AuditSnapshot>& open);
  // Gives open audits to workers and takes them from those that may not work. `auditors` tells who
  // may take one of a job. Returns what the store must note.
  std::vector<GiveAudit> Plan(const std::function<std::vector<Auditor>(int64_t job)>& auditors,
                              BootTime now);
  // The store has noted that the worker is asked, or has refused to.
  void Given(const GiveAudit& what, bool noted, const std::string& candidate);
  // Returns the workers whose audits changed since the last call.
  std::set<WorkerId> TakeChanged() { return std::exchange(changed_, {}); }

  // Returns the audits that the worker should hold, by job and index.
  std::vector<GivenAudit> Of(const WorkerId& worker) const;
  bool empty() const { return audits_.empty(); }

 private:
  struct Audit {
    WorkerId first;
    bool integrated = false;
    WorkerId holder;     // Empty while no worker holds it.
    bool noted = false;  // The store knows the holder.
    std::string candidate;
    BootTime since;
    // These workers kept it too long or went away with it. Others are tried before them.
    std::set<WorkerId> failed;
  };

  void Release(Audit& audit);
  // Picks the one of `auditors` that gets the audit. Returns null if none of them has room now.
  const Auditor* Choose(Audit& audit, const std::vector<Auditor>& auditors) const;

  const absl::Duration patience_;
  std::map<AuditKey, Audit> audits_;
  // Counts what each worker holds, of negatives and of integrals.
  std::map<std::pair<WorkerId, bool>, int> held_;
  std::set<WorkerId> changed_;
};

}  // namespace motzkin::coordinator
