// Knows how fast this machine is now: for each engine the factor by which budgets in reference
// milliseconds are multiplied. It is measured at the start and again by the slots every `interval`
// (calibration.h), because a machine that gets hot, or shares its caches with a game, does less in
// a millisecond of CPU than before.
//
// A factor is the median of the latest five measurements: one disturbed round changes nothing, and
// a lasting change counts in full after three.
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

// The reference speed factor of each engine. An engine that is absent has the factor 1.
using SpeedFactors = std::map<std::string, double>;

inline constexpr double kSpeedFactorMin = 1;  // A faster machine gains nothing by a smaller budget.
inline constexpr double kSpeedFactorMax = 8;  // A machine that is slower still is better left out.

class SpeedGauge {
 public:
  // `clock` must outlive this. With an infinite interval the factors of the start stay for ever.
  SpeedGauge(const SpeedFactors& at_start, absl::Duration interval, const Clock& clock);

  // Within kSpeedFactorMin .. kSpeedFactorMax.
  double Factor(const std::string& engine) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns true once in each interval: the caller is then to measure.
  bool TakeTurn() ABSL_LOCKS_EXCLUDED(mutex_);
  // Adds a measurement: the engine's CPU time divided by the reference's. It may have any size, as
  // Factor() clamps.
  void Add(const std::string& engine, double ratio) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static constexpr size_t kWindow = 5;

  const absl::Duration interval_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  BootTime next_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<double>> ratios_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::worker
