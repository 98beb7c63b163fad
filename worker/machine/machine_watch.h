// Looks at the machine and decides how many slots may work there.
//
// Thread-compatible.
#pragma once

#include "common/base/clock.h"
#include "worker/machine/owner_presence.h"
#include "worker/machine/policy.h"

namespace motzkin::worker {

class MachineWatch {
 public:
  // `clock` must outlive this.
  MachineWatch(const PolicyOptions& options, int slots, const Clock& clock)
      : options_(options),
        clock_(clock),
        presence_([this] { return logind_.IdleHint(); }, clock),
        policy_(options, slots) {}
  MachineWatch(const MachineWatch&) = delete;
  MachineWatch& operator=(const MachineWatch&) = delete;

  struct Sight {
    MachineReading reading;
    PolicyDecision decision;
  };
  // `slots_busy` of the slots work. May take a second, if logind does not answer.
  Sight Look(int slots_busy);

 private:
  const PolicyOptions options_;
  const Clock& clock_;
  Logind logind_;
  OwnerPresence presence_;
  Policy policy_;
};

}  // namespace motzkin::worker
