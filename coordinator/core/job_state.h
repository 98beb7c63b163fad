// One job as the rules see it: how many indices may still be handed out, and when it has ended.
//
// Thread-compatible.
#pragma once

#include <cstdint>
#include <set>
#include <utility>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

// What the store said of it last, and what the rules know besides.
struct JobState : JobSnapshot {
  explicit JobState(JobSnapshot snapshot) : JobSnapshot(std::move(snapshot)) {}

  // Takes what the store says; what was learned since about allocation is kept.
  void Update(const JobSnapshot& snapshot);

  bool running() const { return phase == JobPhase::kRunning && !ending; }

  // Unleased open batches as (begin index, batch), lowest first. Kept by LeaseTable.
  const std::set<std::pair<int64_t, int64_t>>& pending() const { return pending_; }

  // How many more indices may be allocated now; 0 while nothing more is wanted.
  //
  // Function targets allocate exactly their target. Integrated targets allocate ahead by the
  // success rate seen so far, which sinks or rises as results come in: too little now is made up
  // later. Endless jobs stop at rows_max, or when what is in flight will fill bytes_max.
  int64_t Allocatable() const;

  // Functions that still need a result before the job ends; -1: no end in sight.
  int64_t Remaining() const;

  // Nothing is left to do. Decided on the sealed prefix only, so that it does not depend on the
  // order in which results arrive.
  bool Finished() const;

  // The store made indices up to `end`.
  void AllocatedTo(int64_t end);
  // The store says that the function target is wholly allocated.
  void AllocationExhausted();

  // Functions in AllocateBatches intentions under way.
  int64_t allocating = 0;
  // A SetJobPhase that ends the job is under way.
  bool ending = false;
  // Over the workers that may take the job, refreshed every tick.
  int matching_workers = 0;
  double matching_speed = 0;

 private:
  friend class LeaseTable;
  double SuccessRate() const;

  std::set<std::pair<int64_t, int64_t>> pending_;
};

}  // namespace motzkin::coordinator
