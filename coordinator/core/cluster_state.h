// The rules' picture of the cluster: jobs, workers and the intentions under way. The parts of the
// scheduler share one. Batches and their leases are in LeaseTable.
//
// Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "coordinator/core/batch_sizer.h"
#include "coordinator/core/job_state.h"
#include "coordinator/core/outbox.h"
#include "coordinator/core/types.h"
#include "coordinator/core/worker_state.h"

namespace motzkin::coordinator {

struct Policy {
  SizerPolicy sizer = {};
  // A worker that was silent for this long gets no new work: it missed two reports, and the third
  // is due soon.
  absl::Duration no_new_work = absl::Seconds(12);
  // A worker that was silent for this long is lost, and its batches go to others.
  absl::Duration lost = absl::Seconds(25);
  // A tick that comes this late means that the coordinator itself slept or stood still. Silence
  // then says nothing about the workers, so each gets a fresh term.
  absl::Duration own_absence = absl::Seconds(5);
  // A worker in contact that does not take up a granted batch for this long does not get it.
  absl::Duration take_up = absl::Seconds(60);
  // A worker in contact that does not let go of a recalled batch for this long keeps no claim to
  // it.
  absl::Duration let_go = absl::Seconds(10);
  // A worker that stores no row of the batch that it should work on, for this long and `slowest`
  // times the budgets of one function, does not keep it: engines may take minutes to start, and rows
  // wait in a worker's memory for a while. With audits, which go first, budgets are
  // kAuditBudgetFactor times as large.
  absl::Duration stall = absl::Minutes(10);
  // The slowest machine that is believed: an eighth of the reference machine's speed, and a fifth of
  // a core for each slot.
  int slowest = 40;
  // One worker holds at most this many batches: what tells it of them fits into one message.
  size_t batches_max = 1024;
  // One worker gets at most this many batches at once, so that many workers ramp up side by side.
  int grants_at_once = 16;
  // The store may owe answers about this many batches, of all workers together. That is a tenth of
  // a second of its work or two, so that the next worker does not wait long behind them.
  int64_t asked_max = 1024;
};

struct ClusterState {
  const Policy policy = {};
  // References into these stay good: jobs are never forgotten, and workers only by
  // Scheduler::Forget().
  std::map<int64_t, JobState> jobs = {};
  std::map<WorkerId, WorkerState> workers = {};
  Outbox outbox = {};
  // The desired state of these workers may differ from the one that they were shown last.
  std::set<WorkerId> changed = {};
  bool store_up = true;
  std::string disk_guard = {};  // Says why the disk is too full for more work; empty if it is not.

  absl::Duration DeliveryWindow() const { return Delivery::Window(policy.sizer.buffer); }
  bool MayGrant() const { return store_up && disk_guard.empty(); }

  // Returns null if there is no such job.
  JobState* FindJob(int64_t id) {
    const auto found = jobs.find(id);
    return found == jobs.end() ? nullptr : &found->second;
  }
  void ChangeAll() {
    for (const auto& [id, worker] : workers) changed.insert(id);
  }
};

}  // namespace motzkin::coordinator
