#include "worker/machine/speed_gauge.h"

#include <algorithm>
#include <vector>

namespace motzkin::worker {

SpeedGauge::SpeedGauge(const SpeedFactors& at_start, absl::Duration interval, const Clock& clock)
    : interval_(interval), clock_(clock), next_(clock.Now() + interval) {
  for (const auto& [engine, factor] : at_start) ratios_[engine].push_back(factor);
}

double SpeedGauge::Factor(const std::string& engine) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = ratios_.find(engine);
  if (found == ratios_.end()) return 1;
  std::vector<double> ratios(found->second.begin(), found->second.end());
  // For an even number of measurements the lower one in the middle counts, so that a single slow
  // measurement of two does not make the machine a slow one.
  const auto median = ratios.begin() + static_cast<std::ptrdiff_t>((ratios.size() - 1) / 2);
  std::nth_element(ratios.begin(), median, ratios.end());
  return std::clamp(*median, kSpeedFactorMin, kSpeedFactorMax);
}

bool SpeedGauge::TakeTurn() {
  const BootTime now = clock_.Now();
  const absl::MutexLock lock(&mutex_);
  // All slots ask; the first one after the interval measures for the whole machine.
  if (now < next_) return false;
  next_ = now + interval_;
  return true;
}

void SpeedGauge::Add(const std::string& engine, double ratio) {
  const absl::MutexLock lock(&mutex_);
  std::deque<double>& ratios = ratios_[engine];
  ratios.push_back(ratio);
  if (ratios.size() > kWindow) ratios.pop_front();
}

}  // namespace motzkin::worker
