// An integrator for tests. It answers as it is told and counts how often it was started.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <memory>
#include <string>

#include "worker/slots/function_runner.h"

namespace motzkin::worker {

// Tells the integrators of one test what to do, and counts what they saw. Thread-safe.
class IntegratorScript {
 public:
  using Answer =
      std::function<absl::StatusOr<integrator::v1::Response>(const integrator::v1::Request&)>;

  // Answers every call from now on.
  void Say(Answer answer) {
    const absl::MutexLock lock(&mutex_);
    answer_ = std::move(answer);
  }
  // From now on calls return only after Interrupt().
  void Hang() { Say(nullptr); }
  void FailToStart(bool fails) {
    const absl::MutexLock lock(&mutex_);
    fails_to_start_ = fails;
  }
  int started() const {
    const absl::MutexLock lock(&mutex_);
    return started_;
  }
  int calls() const {
    const absl::MutexLock lock(&mutex_);
    return calls_;
  }
  IntegratorFactory Factory() {
    return [this](const IntegratorOptions&) { return Start(); };
  }

 private:
  class Fake;
  absl::StatusOr<std::unique_ptr<IntegratorProcess>> Start();

  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_);
  bool fails_to_start_ ABSL_GUARDED_BY(mutex_) = false;
  int started_ ABSL_GUARDED_BY(mutex_) = 0;
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

class IntegratorScript::Fake final : public IntegratorProcess {
 public:
  explicit Fake(IntegratorScript& script) : script_(script) {
    integrator::v1::EngineDescription& engine = *description_.add_engines();
    engine.set_engine("giac");
    engine.set_version("1.2.3");
  }
  const integrator::v1::Description& description() const override { return description_; }

  absl::StatusOr<integrator::v1::Response> Call(integrator::v1::Request request,
                                                absl::Duration) override {
    Answer answer;
    {
      const absl::MutexLock lock(&script_.mutex_);
      ++script_.calls_;
      answer = script_.answer_;
    }
    const absl::MutexLock lock(&mutex_);
    if (answer == nullptr) mutex_.Await(absl::Condition(&interrupted_));
    if (interrupted_) return absl::AbortedError("interrupted");
    auto response = answer(request);
    if (response.ok()) response->set_id(request.id());
    return response;
  }
  void Interrupt() override {
    const absl::MutexLock lock(&mutex_);
    interrupted_ = true;
  }

 private:
  IntegratorScript& script_;
  integrator::v1::Description description_;
  absl::Mutex mutex_;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

inline absl::StatusOr<std::unique_ptr<IntegratorProcess>> IntegratorScript::Start() {
  const absl::MutexLock lock(&mutex_);
  ++started_;
  if (fails_to_start_) return absl::UnavailableError("bwrap: permission denied");
  return std::make_unique<Fake>(*this);
}

}  // namespace motzkin::worker
