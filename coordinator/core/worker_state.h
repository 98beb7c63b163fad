// One worker as the rules see it: its newest instance, when it was last heard, what it holds.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <set>
#include <string>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

// Silence since the last message, by the coordinator's boot clock.
struct SilencePolicy {
  absl::Duration no_new_work = absl::Seconds(12);  // Two missed reports and a bit.
  absl::Duration lost = absl::Seconds(25);         // Its batches go to others.
  // A tick that comes this late means that the coordinator itself slept or stood still: silence
  // then says nothing about the workers, and everyone gets a fresh term.
  absl::Duration own_absence = absl::Seconds(5);
};

enum class Presence {
  kExpected,  // known from the store after a restart, not heard since; its leases run a full term
  kPresent,
  kSilent,  // no new work
  kLost,    // nothing is leased to it
};

struct WorkerState {
  WorkerReport report;  // The newest; default until the first one.
  WorkerControl control = WorkerControl::kRun;
  std::string control_reason;  // Why the coordinator drained it; empty: the owner's order.
  Presence presence = Presence::kLost;
  bool stream_open = false;
  BootTime heard;  // The boot: not since the coordinator started.
  int failures_in_row = 0;
  // Batches leased to it, in any phase.
  std::set<BatchKey> leases;
  // Functions in AllocateBatches intentions meant for it, by job.
  std::map<int64_t, int64_t> allocating;
  // It waits to be planned for.
  bool queued = false;
  // It could do with more, but there was nothing to give: asked about again every second.
  bool hungry = false;
  // Jobs whose requirements it fully meets.
  std::set<int64_t> matching_jobs;
  // Jobs whose digest it understood differently: never granted to this instance again.
  std::set<int64_t> misread_jobs;

  static constexpr int kFailuresBeforeDrain = 5;

  // Its name for people; the id until it has said one.
  const std::string& name() const { return report.name.empty() ? report.worker : report.name; }
  // It may be given work now, as far as it is concerned.
  bool Grantable() const;
  // Nothing is leased to it, nor on its way.
  bool EmptyHanded() const { return leases.empty() && allocating.empty(); }
  // It keeps what it holds but does nothing with it.
  bool Suspended() const;
  // Functions a minute; a guess from its slots until one is measured.
  double Speed() const;
  WorkerView View(BootTime now) const;
};

// "on-battery": the word for people, in worker_status and on the wire.
std::string NameOf(WorkerCondition condition);

}  // namespace motzkin::coordinator
