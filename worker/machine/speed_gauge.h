// How fast this machine is now: the factor by which budgets in reference milliseconds are
// multiplied, for each engine. Measured at start and again every `interval` while it works
// (calibration.h), because a machine that gets hot, or shares its caches with a game, does less in
// a millisecond of CPU than it did.
//
// A factor is the median of the latest few measurements: one disturbed round changes nothing, and a
// lasting change counts in full after three.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <deque>
#include <map>
#include <string>

#include "common/base/clock.h"

namespace motzkin::worker {

// Reference speed factor by engine; absent: 1.
using SpeedFactors = std::map<std::string, double>;

inline constexpr double kSpeedFactorMin = 1;  // A faster machine gains nothing by a smaller budget.
inline constexpr double kSpeedFactorMax = 8;  // Beyond it a machine is better left out.

class SpeedGauge {
 public:
  // `clock` must outlive this. InfiniteDuration(): what was measured at start counts for ever.
  SpeedGauge(const SpeedFactors& at_start, absl::Duration interval, const Clock& clock);

  // Within kSpeedFactorMin .. kSpeedFactorMax.
  double Factor(const std::string& engine) const ABSL_LOCKS_EXCLUDED(mutex_);

  // True once an interval: the caller is to measure now.
  bool TakeTurn() ABSL_LOCKS_EXCLUDED(mutex_);
  // What the engine needed against the reference; of any size.
  void Add(const std::string& engine, double ratio) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kWindow = 5;

  const absl::Duration interval_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  absl::Duration next_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<double>> ratios_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::worker
