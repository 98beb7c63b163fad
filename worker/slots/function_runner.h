// Computes one function at a time: generates it, gives it to a sandboxed integrator and makes the
// row.
//
// Owns at most one integrator, which is started when it is first needed and again after each death.
// A death, a crash or a breach of memory is believed only if it happens again in a fresh
// integrator.
//
// Call Run() from one long-lived thread, because the integrator dies with it; call Interrupt() from
// any thread.
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
  // Must outlive the runner. Without one this machine counts as the reference.
  SpeedGauge* speed = nullptr;
  // The exact versions of the engines that this worker announced. An integrator that starts without
  // one of them, or with another version, is not used: its labels would not be those of this job.
  EngineVersions engine_versions;
  // The batch is given up after this many attempts to start an integrator. The wait between them
  // doubles.
  int start_tries = 3;
  absl::Duration start_backoff = absl::Milliseconds(500);
};

class FunctionRunner {
 public:
  // `clock` must outlive this.
  FunctionRunner(RunnerOptions options, IntegratorFactory factory, const Clock& clock);

  // Returns the function's row, no matter how the function ended. With a `task.candidate` the row
  // says how that was judged. Errors are about everything else:
  //   ABORTED              it was interrupted: begin it again, or not
  //   RESOURCE_EXHAUSTED   the generator found no usable function: the job is at fault
  //   UNAVAILABLE          no integrator can be started: this worker is at fault
  absl::StatusOr<v1::Result> Run(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Makes the function, and the fields of its row that do not depend on its integration.
  // RESOURCE_EXHAUSTED as above.
  absl::StatusOr<v1::Result> Draw(const Task& task) const;

  // Returns the row of a function that killed its worker `deaths` times: `crashed`, without trying
  // it again. RESOURCE_EXHAUSTED as above.
  absl::StatusOr<v1::Result> Blame(const Task& task, int deaths);

  // Times the engines for the gauge, if there is one, before `task` is run. An interrupt of the
  // task ends this too. Returns the CPU time that it took, zero after a failure: the task will meet
  // the same failure and report it.
  absl::Duration MeasureSpeed(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the run of the task with this serial within 1 s, whether it is in progress or about to
  // begin. Does nothing to any other task.
  void Interrupt(uint64_t serial) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the integrator. Call it from the running thread before that ends.
  void DropIntegrator() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // From here on Interrupt() of the task's serial takes effect at once.
  void Begin(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // Makes the function, and fills in the fields of its row that do not depend on its integration.
  absl::StatusOr<generator::GeneratedFunction> Draw(const Task& task, expression::Pool& pool,
                                                    v1::Result& row) const;
  absl::Status Compute(const Task& task, const generator::GeneratedFunction& function,
                       expression::Pool& pool, v1::Result& row);
  absl::Status RunBackward(const Task& task, const generator::GeneratedFunction& function,
                           v1::Result& row);
  absl::Status RunByParts(const Task& task, const generator::GeneratedFunction& function,
                          expression::Pool& pool, v1::Result& row);
  // Integrates `integrand` by the job's ladder and fills in the fields that Draw() left.
  absl::Status Integrate(const Task& task, const std::string& integrand, v1::Result& row);
  // Judges a candidate that we made ourselves.
  absl::Status Verify(const Task& task, const std::string& candidate, v1::Result& row);

  // Calls the integrator, with the second try. An empty response means that the integrator died
  // twice; `row` then says so.
  absl::Status Ask(const Task& task, const integrator::v1::Request& request, v1::Result& row,
                   integrator::v1::Response& response);
  // Fills in the row of a function on which the integrator died twice while it had `request`.
  void FillFromDeathIn(const integrator::v1::Request& request, const absl::Status& death,
                       const v1::JobSpec& spec, v1::Result& row) const;
  absl::Status EnsureIntegrator() ABSL_LOCKS_EXCLUDED(mutex_);
  bool Interrupted() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Sleeps; an interrupt ends it.
  void Pause(absl::Duration duration) const ABSL_LOCKS_EXCLUDED(mutex_);
  double SpeedFactor(const std::string& engine) const;

  const RunnerOptions options_;
  const IntegratorFactory factory_;
  const Clock& clock_;
  uint64_t next_request_ = 1;

  mutable absl::Mutex mutex_;
  uint64_t serial_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t interrupt_serial_ ABSL_GUARDED_BY(mutex_) = 0;  // the task of the last Interrupt()
  mutable CondVar interrupt_;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
  // Only the running thread replaces it, and under the lock, because Interrupt() reaches for it.
  // The running thread itself may therefore use it without the lock.
  std::unique_ptr<IntegratorProcess> integrator_;
};

}  // namespace motzkin::worker
