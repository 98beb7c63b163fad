// Counts what this worker has done since it started, for the progress line, the stream and
// usage.json.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "common/base/clock.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

struct Totals {
  int64_t functions = 0;
  // The CPU time of engines and of the verifier.
  absl::Duration cas, verifier;
  // Functions by outcome, in the words of SQL ("integrated", "timed_out"); an absent one has none.
  std::map<std::string, int64_t> outcomes;

  int64_t integrated() const;
};

class Tally {
 public:
  // `clock` must outlive this.
  explicit Tally(const Clock& clock);

  // Counts a function and its CPU time, before its row is sent.
  void Count(const v1::Result& result) ABSL_LOCKS_EXCLUDED(mutex_);
  // Counts only the CPU time: the function was counted when it was first computed.
  void CountAudit(const v1::Result& result) ABSL_LOCKS_EXCLUDED(mutex_);
  // Adds CPU time that engines spent on no function, which is the calibration's.
  void CountCas(absl::Duration cpu) ABSL_LOCKS_EXCLUDED(mutex_);
  Totals totals() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The rate over the last two minutes, or since the start if that is shorter.
  double FunctionsPerMinute() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void AddCpu(const v1::Result& result) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  static constexpr int kWindowSeconds = 120;

  const Clock& clock_;
  const BootTime started_;
  mutable absl::Mutex mutex_;
  Totals totals_ ABSL_GUARDED_BY(mutex_);
  // A ring of the functions in each of the last seconds: second s has the entry s % kWindowSeconds.
  // recent_second_ says which second an entry is about.
  std::array<int32_t, kWindowSeconds> recent_ ABSL_GUARDED_BY(mutex_) = {};
  std::array<int64_t, kWindowSeconds> recent_second_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace motzkin::worker
