// One job as the rules see it: how many indices may still be handed out, and when it has ended.
//
// Thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

// A job as the store described it last, with the facts that only the rules know.
struct JobState : JobSnapshot {
  explicit JobState(JobSnapshot snapshot) : JobSnapshot(std::move(snapshot)) {}

  // Takes what the store says, but keeps what was learned about allocation: the poll may have been
  // read before the latest allocation was confirmed.
  void Update(const JobSnapshot& snapshot);

  bool running() const { return state == v1::JOB_STATE_RUNNING && !ending; }

  // The unleased open batches as (begin index, batch), lowest first: the sealed prefix moves only
  // when the lowest are done. LeaseTable keeps it.
  const std::set<std::pair<int64_t, int64_t>>& pending() const { return pending_; }

  // Returns how many more indices may be allocated now, and 0 while no more are wanted.
  //
  // Function targets allocate exactly their target. Integrated targets allocate ahead by the
  // success rate seen so far, which sinks or rises as results come in: too little now is made up
  // later. Endless jobs stop at rows_max, or when what is in flight will fill bytes_max.
  int64_t Allocatable() const;

  // Counts the functions that still need a result before the job ends; -1 if no end is in sight.
  int64_t Remaining() const;

  // Nothing is left to do. Only the sealed prefix decides, so that the end does not depend on the
  // order in which results arrive.
  bool Finished() const;

  // The store made batches for the indices below `end`.
  void AllocatedTo(int64_t end);
  // The store says that the function target is wholly allocated.
  void AllocationExhausted();

  // Counts the functions in AllocateBatches intentions under way.
  int64_t allocating = 0;
  // The machines that reported that the job cannot go on, as ids and names. They get no more of it,
  // and so many of them end it. A resumed job is tried again by all.
  static constexpr size_t kMachinesToFail = 2;
  std::map<std::string, std::string> given_up;
  // A SetJobState that ends the job is under way.
  bool ending = false;
  // These two are sums over the workers that may take the job, refreshed every tick.
  int matching_workers = 0;
  double matching_speed = 0;

 private:
  friend class LeaseTable;
  double SuccessRate() const;

  std::set<std::pair<int64_t, int64_t>> pending_;
};

}  // namespace motzkin::coordinator
