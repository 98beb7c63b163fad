// All slots of a worker. The pool also carries interrupts to them: work that is no longer wanted
// ends in a killed integrator.
//
// Thread-safe. Stop() blocks, is idempotent, and is harmless without Start().
#pragma once

#include <absl/time/time.h>

#include <memory>
#include <vector>

#include "worker/slots/slot.h"
#include "worker/slots/work_queue.h"

namespace motzkin::worker {

class SlotPool {
 public:
  // Makes `slots` slots, numbered from 0. Everything in `context` must outlive the pool.
  SlotPool(int slots, const SlotContext& context, const RunnerOptions& options,
           const IntegratorFactory& factory);
  ~SlotPool();

  int size() const { return static_cast<int>(slots_.size()); }

  void Start();
  // These pass the level-triggered wishes on to work_queue.h. Tasks that run and are no longer
  // wanted are interrupted before the call returns.
  void SetWanted(std::vector<WantedBatch> wanted);
  void SetMode(v1::DesiredMode mode);
  void Drop(const WorkId& id);

  // Begins nothing more. Functions in progress get up to `timeout` and are then interrupted. Ends
  // the threads.
  void Stop(absl::Duration timeout);

 private:
  void Interrupt(const std::vector<RunningTask>& tasks);

  WorkQueue& queue_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace motzkin::worker
