// Computes one function at a time: generates it, puts it to a sandboxed integrator, makes the row.
//
// Owns at most one integrator, started when first needed and again after each death. A death, a
// crash or a breach of memory is tried once more in a fresh integrator before it is believed.
//
// Run() from one long-lived thread (the integrator dies with it); Interrupt() from any.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/timed_wait.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "motzkin/v1/job.pb.h"
#include "worker/machine/speed_gauge.h"
#include "worker/results/batch.h"
#include "worker/results/result_row.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::worker {

using IntegratorFactory =
    std::function<absl::StatusOr<std::unique_ptr<IntegratorProcess>>(const IntegratorOptions&)>;

struct RunnerOptions {
  IntegratorOptions integrator;
  // Must outlive the runner; null: this machine is the reference.
  SpeedGauge* speed = nullptr;
  // Exact versions of the engines that this worker told of. An integrator that comes up without one
  // of them, or with another version, is not used: its labels would not be those of this job.
  EngineVersions engine_versions;
  // Tries to start an integrator before the batch is given up, and the wait between them
  // (doubling).
  int start_tries = 3;
  absl::Duration start_backoff = absl::Milliseconds(500);
};

class FunctionRunner {
 public:
  // `clock` must outlive this.
  FunctionRunner(RunnerOptions options, IntegratorFactory factory, const Clock& clock);

  // The function's row, whatever happened to the function. Errors are about everything else:
  //   ABORTED              interrupted: begin it again, or not
  //   RESOURCE_EXHAUSTED   the generator found no usable function: the job is at fault
  //   UNAVAILABLE          no integrator can be started: this worker is at fault
  absl::StatusOr<v1::Result> Run(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);

  // The row of a function that killed its worker `deaths` times: `crashed`, without trying it
  // again. RESOURCE_EXHAUSTED as above.
  absl::StatusOr<v1::Result> Blame(const Task& task, int deaths);

  // Times the engines for the gauge, if there is one, before `task` is run: what interrupts the
  // task ends this too. Returns what it cost. A failure is the integrator's, and the task will find
  // it out.
  absl::Duration MeasureSpeed(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the run of the task with this serial within 1 s, be it in progress or about to begin;
  // harmless for any other.
  void Interrupt(uint64_t serial) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the integrator. From the running thread, before it ends.
  void DropIntegrator() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // From here on Interrupt() means this task.
  void Begin(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // Makes the function, and what its row says whatever becomes of it.
  absl::StatusOr<generator::GeneratedFunction> Draw(const Task& task, expression::Pool& pool,
                                                    v1::Result& row) const;
  absl::Status Compute(const Task& task, const generator::GeneratedFunction& function,
                       expression::Pool& pool, v1::Result& row);
  absl::Status RunForward(const Task& task, v1::Result& row);
  absl::Status RunBackward(const Task& task, const generator::GeneratedFunction& function,
                           v1::Result& row);
  absl::Status RunByParts(const Task& task, const generator::GeneratedFunction& function,
                          expression::Pool& pool, v1::Result& row);
  // Integrates `integrand` by the job's ladder and fills in all but the function's own columns.
  absl::Status Integrate(const Task& task, const std::string& integrand, v1::Result& row);
  // Judges a candidate that we made ourselves.
  absl::Status Verify(const Task& task, const std::string& candidate, v1::Result& row);

  // Call() with the retry. Empty response: the integrator died twice; `row` says so.
  absl::Status Ask(const Task& task, const integrator::v1::Request& request, v1::Result& row,
                   integrator::v1::Response& response);
  absl::Status EnsureIntegrator() ABSL_LOCKS_EXCLUDED(mutex_);
  bool Interrupted() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Sleeps, but for an interrupt.
  void Pause(absl::Duration duration) const ABSL_LOCKS_EXCLUDED(mutex_);
  double SpeedFactor(const std::string& engine) const;

  const RunnerOptions options_;
  const IntegratorFactory factory_;
  const Clock& clock_;
  uint64_t next_request_ = 1;

  mutable absl::Mutex mutex_;
  uint64_t serial_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t interrupt_serial_ ABSL_GUARDED_BY(mutex_) = 0;
  mutable CondVar interrupt_;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
  // Replaced only by the running thread, under the lock because Interrupt() reaches for it.
  std::unique_ptr<IntegratorProcess> integrator_;
};

}  // namespace motzkin::worker
