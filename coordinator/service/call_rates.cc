#include "coordinator/service/call_rates.h"

#include <algorithm>

namespace motzkin::coordinator {
namespace {

constexpr double kCostOfStranger = 0.25;

double Refilled(double calls, absl::Duration since) {
  return std::min(CallRates::kCallsAtOnce,
                  calls + absl::ToDoubleSeconds(since) * CallRates::kCallsASecond);
}

}  // namespace

bool CallRates::Take(const std::string& holder, BootTime now) {
  // A table that is full begins anew: who floods us is found again by his next calls.
  if (buckets_.size() >= kKnownMax) Forget(now);
  if (buckets_.size() >= kKnownMax) buckets_.clear();
  Bucket& bucket = buckets_.try_emplace(holder, Bucket{.at = now}).first->second;
  bucket.calls = Refilled(bucket.calls, now - bucket.at);
  bucket.at = now;
  const double cost = holder.empty() ? kCostOfStranger : 1;
  if (bucket.calls < cost) return false;
  bucket.calls -= cost;
  return true;
}

bool CallRates::Barred(const std::string& source, BootTime now) const {
  const auto found = barred_until_.find(source);
  return found != barred_until_.end() && now < found->second;
}

void CallRates::Forget(BootTime now) {
  absl::erase_if(buckets_, [now](const auto& entry) {
    return Refilled(entry.second.calls, now - entry.second.at) >= kCallsAtOnce;
  });
  absl::erase_if(barred_until_, [now](const auto& entry) { return entry.second <= now; });
}

}  // namespace motzkin::coordinator
