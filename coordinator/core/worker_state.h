// One worker as the rules see it: its newest instance, when it was last heard, what it holds.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <map>
#include <optional>
#include <set>
#include <string>

#include "coordinator/core/delivery.h"
#include "coordinator/core/job_state.h"
#include "coordinator/core/types.h"

namespace motzkin::coordinator {

enum class Presence {
  kExpected,  // known from the store, not heard since the restart; its leases run a full term
  kPresent,
  kSilent,  // no new work
  kLost,    // nothing is leased to it
};

struct WorkerState {
  static constexpr const char* kByItsOwner = "by order of its owner";
  WorkerReport report;  // The newest one; a default one until the first came.
  WorkerControl control = WorkerControl::kRun;
  std::string control_reason = kByItsOwner;  // Or why the coordinator drained it.
  Presence presence = Presence::kLost;
  BootTime heard;  // Time 0, the boot, if it was not heard since the coordinator started.
  int failures_in_row = 0;
  // Counts what the store accepted from it lately.
  Delivery delivery;
  // Counts the batches that it let stand still, less those that it finished since.
  int stalls = 0;
  // Counts the functions in AllocateBatches intentions that are meant for it, by job.
  std::map<int64_t, int64_t> allocating;
  // It waits to be planned for.
  bool queued = false;
  // It could do with more, but there was nothing to give. Every tick queues it again.
  bool hungry = false;
  // It fully meets the requirements of these jobs.
  std::set<int64_t> matching_jobs;
  // It computed another digest for these jobs' specs, so they are never granted to this instance
  // again: it would compute other functions.
  std::set<int64_t> misread_jobs;

  // The last event about its policy said that this many of its slots may work; all of them before
  // the first event.
  std::optional<int> slots_told = {};
  BootTime slots_told_at = {};

  static constexpr int kFailuresBeforeDrain = 5;

  // Returns its name for people, which is the id until it has said one.
  const std::string& name() const { return report.name.empty() ? report.worker : report.name; }
  // It may be given work now, as far as it is concerned.
  bool Grantable() const;
  // It is Grantable() and can do the job.
  bool Suits(const JobState& job) const {
    return Grantable() && matching_jobs.contains(job.rules.id) &&
           !misread_jobs.contains(job.rules.id) && !job.given_up.contains(report.worker);
  }
  // It may get no work now, but it is to stay in the cluster, and can do the job or was not heard
  // yet. A suspended worker is one: the one that works alone meanwhile must not audit itself.
  bool MaySuitLater(const JobState& job) const {
    return (control == WorkerControl::kRun || control == WorkerControl::kSuspend) &&
           !job.given_up.contains(report.worker) &&
           (report.sequence == 0 || matching_jobs.contains(job.rules.id));
  }
  // The batches that are leased to it, in any phase. LeaseTable keeps the set.
  const std::set<BatchKey>& leases() const { return leases_; }
  // Nothing is leased to it, nor on its way.
  bool EmptyHanded() const { return leases_.empty() && allocating.empty(); }
  // It said that it stops, and holds nothing any more.
  bool Stopped() const { return report.draining && report.held.empty(); }
  // It keeps what it holds but does nothing with it.
  bool Suspended() const;
  // Returns functions a minute: what it says, or a guess from its slots until it has measured them,
  // but no more than twice what it has shown, or than four cores do.
  double Speed() const;
  WorkerView View(BootTime now) const;

 private:
  friend class LeaseTable;
  std::set<BatchKey> leases_;
};

}  // namespace motzkin::coordinator
