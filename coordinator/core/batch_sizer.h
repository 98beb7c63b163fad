// Computes how much work a worker should hold, and in batches of which size. Pure arithmetic.
//
// A worker holds a buffer, so that a coordinator that reboots costs nothing. The buffer shrinks
// towards a job's end, so that all workers finish together. It grows with proof alone: a worker holds
// no more than twice what the store accepted from it lately, however fast it says it is.
#pragma once

#include <absl/time/time.h>

#include <cstdint>

namespace motzkin::coordinator {

struct SizerPolicy {
  absl::Duration buffer = absl::Minutes(10);
  // One batch is about this much work: short enough that the sealed prefix follows closely, long
  // enough that leases stay few.
  absl::Duration batch = absl::Seconds(15);
  int64_t batch_min = 16;
  int64_t batch_max = 4096;
  // A worker whose speed is not known gets this many batches a slot, each of batch_first functions.
  // With giac's 10 to 50 functions a second and slot that is a few seconds of work, or a minute on
  // a slow Pi.
  int64_t batch_first = 64;
  int64_t batches_first_per_slot = 2;
  // A worker that has shown nothing gets no more than for this many slots, as their number is its
  // word too. A larger machine doubles what it holds every few seconds.
  int slots_believed = 32;
  // A worker that let two batches stand still gets one of batch_min functions at a time.
  int stalls_before_small = 2;
};

struct SizerInput {
  int slots = 1;
  double functions_per_minute = 0;  // The worker's word; 0 means that it is not known yet.
  int64_t delivered = 0;            // Rows that the store accepted from it lately.
  int stalls = 0;                   // Batches that it let stand still.
  int jobs = 1;                     // Running jobs that share the worker.
  // Functions of the job that have no result yet, allocated or not. It is negative while no end is
  // in sight.
  int64_t remaining = -1;
  // This worker's part of the speed of all workers that may take the job, 0 .. 1.
  double share = 1;
};

struct WorkSize {
  // Functions of one job that the worker should hold, at least 1.
  int64_t hold = 0;
  // Functions of its next batch, at least 1.
  int64_t batch = 0;
};

WorkSize SizeWork(const SizerPolicy& policy, const SizerInput& input);

}  // namespace motzkin::coordinator
