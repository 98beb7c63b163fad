// One slot of a worker: a thread that takes functions from the queue and hands their rows to the
// writer.
//
// Thread-safe. Stop() blocks, is idempotent, and is harmless without Start().
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <thread>

#include "common/base/clock.h"
#include "common/base/timed_wait.h"
#include "worker/machine/tally.h"
#include "worker/results/result_writer.h"
#include "worker/slots/careful_log.h"
#include "worker/slots/function_runner.h"
#include "worker/slots/work_queue.h"

namespace motzkin::worker {

// The parts of the worker that its slots use. All must outlive the slots.
struct SlotContext {
  WorkQueue& queue;
  ResultWriter& writer;
  Tally& tally;
  CarefulLog& careful;
  SpeedGauge& speed;  // shared: one slot measures for all
  const Clock& clock;
};

class Slot {
 public:
  // `number` counts from 0 within the worker.
  Slot(int number, const SlotContext& context, const RunnerOptions& options,
       IntegratorFactory factory);
  ~Slot();

  void Start();
  // Ends the task with this serial within 1 s, if this slot has it.
  void Interrupt(uint64_t serial) { runner_.Interrupt(serial); }
  // Waits for the function in progress. The queue must have been stopped before.
  void Stop();

 private:
  void Run();
  void RunTask(const Task& task);
  // Writes the function down and runs it. If it killed this worker twice before, it is blamed
  // instead; after a third death the error fails the job.
  absl::StatusOr<v1::Result> RunCarefully(const Task& task);
  // Waits after a failure that is this worker's own, or the next batch would fail at once for the
  // same reason.
  void BackOff();

  const int number_;
  const SlotContext context_;
  FunctionRunner runner_;
  absl::Duration backoff_ = absl::ZeroDuration();
  absl::Mutex mutex_;
  CondVar stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // Last, so it is joined before anything it uses goes away.
};

}  // namespace motzkin::worker
