#include "worker/machine/tally.h"

#include <algorithm>

#include "common/words/words.h"

namespace motzkin::worker {

int64_t Totals::integrated() const {
  const auto found = outcomes.find("integrated");
  return found == outcomes.end() ? 0 : found->second;
}

Tally::Tally(const Clock& clock) : clock_(clock), started_(clock.Now()) {}

void Tally::Count(const v1::Result& result) {
  const int64_t second = absl::ToInt64Seconds(clock_.Now() - BootTime());
  const auto at = static_cast<size_t>(second % kWindowSeconds);
  const absl::MutexLock lock(&mutex_);
  ++totals_.functions;
  ++totals_.outcomes[Word(result.outcome())];
  AddCpu(result);
  // The entry may still hold the count of the same second of an earlier round of the ring.
  if (recent_second_[at] != second) recent_[at] = 0;
  recent_second_[at] = second;
  ++recent_[at];
}

void Tally::CountAudit(const v1::Result& result) {
  const absl::MutexLock lock(&mutex_);
  AddCpu(result);
}

void Tally::AddCpu(const v1::Result& result) {
  for (const v1::StepResult& step : result.steps()) {
    totals_.cas += absl::Microseconds(step.cpu_us());
    totals_.verifier += absl::Microseconds(step.verifier_us());
  }
}

void Tally::CountCas(absl::Duration cpu) {
  const absl::MutexLock lock(&mutex_);
  totals_.cas += cpu;
}

Totals Tally::totals() const {
  const absl::MutexLock lock(&mutex_);
  return totals_;
}

double Tally::FunctionsPerMinute() const {
  const BootTime now = clock_.Now();
  const int64_t oldest = absl::ToInt64Seconds(now - BootTime()) - kWindowSeconds;
  int64_t functions = 0;
  const absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < recent_.size(); ++i) {
    // Entries of seconds without a function are stale and keep the number of an older second.
    if (recent_second_[i] > oldest) functions += recent_[i];
  }
  // At least a second, so that the first function does not make a rate of thousands.
  const absl::Duration window =
      std::clamp(now - started_, absl::Seconds(1), absl::Seconds(kWindowSeconds));
  return static_cast<double>(functions) / absl::FDivDuration(window, absl::Minutes(1));
}

}  // namespace motzkin::worker
