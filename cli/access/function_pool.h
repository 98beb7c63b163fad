// Computes functions of one job again on all cores of this machine, with the code of a worker's
// slots: draws them, and verifies or integrates in sandboxed integrators.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "motzkin/v1/job.pb.h"
#include "worker/results/batch.h"
#include "worker/slots/function_runner.h"

namespace motzkin::cli {

// One function to compute again.
struct Question {
  int64_t index = 0;
  // Prefix tokens of an integral to verify; empty: none.
  std::string candidate = {};
};

// A job whose functions can be computed here.
class LocalJob {
 public:
  // `binary` is the value of --integrator; empty: the one beside motzkin.
  //
  //   FAILED_PRECONDITION  this program draws other functions than the job's generator did
  //   NOT_FOUND            there is no integrator
  static absl::StatusOr<LocalJob> Create(const v1::JobSpec& spec, const std::string& binary);

  // Makes a runner whose integrators have these engines of the job's ladder.
  std::unique_ptr<worker::FunctionRunner> MakeRunner(std::vector<std::string> engines) const;
  // With a candidate, the verifier gets more time than in a worker: a verdict must not depend on
  // how slow this machine is.
  worker::Task TaskOf(const Question& question) const;
  const v1::JobSpec& spec() const { return context_->spec; }

 private:
  LocalJob(std::shared_ptr<const worker::JobContext> context, worker::IntegratorOptions integrator)
      : context_(std::move(context)), integrator_(std::move(integrator)) {}

  std::shared_ptr<const worker::JobContext> context_;
  worker::IntegratorOptions integrator_;
};

// Has a thread for each core, and each of them an integrator. Thread-compatible.
class FunctionPool {
 public:
  explicit FunctionPool(LocalJob job);
  ~FunctionPool();
  FunctionPool(const FunctionPool&) = delete;
  FunctionPool& operator=(const FunctionPool&) = delete;

  // Draws each function, and verifies its candidate if there is one. Returns the rows in the order
  // of the questions. A row is empty if its function could not be
  // drawn. UNAVAILABLE: no integrator can be started here.
  absl::StatusOr<std::vector<v1::Result>> Run(const std::vector<Question>& questions)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the threads and their integrators. Returns the CPU time of all of them.
  absl::Duration Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns false when there is no more to do for good.
  bool Take(size_t& at, Question& question) ABSL_LOCKS_EXCLUDED(mutex_);

  const LocalJob job_;
  absl::Mutex mutex_;
  const std::vector<Question>* questions_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::vector<v1::Result> rows_ ABSL_GUARDED_BY(mutex_);
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;  // questions without an answer
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration cpu_ ABSL_GUARDED_BY(mutex_);
  const absl::Duration children_before_;
  std::vector<std::jthread> threads_;  // Last, so that they end before what they use.
};

}  // namespace motzkin::cli
