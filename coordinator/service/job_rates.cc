#include "coordinator/service/job_rates.h"

namespace motzkin::coordinator {
namespace {

constexpr absl::Duration kWindow = absl::Minutes(1);
// Polls come about once a second. A bit less lets one that comes early count, and bounds the looks
// that are kept for every interval.
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(900);
// A rate over a shorter time says more about batching than about speed.
constexpr absl::Duration kWindowMin = absl::Seconds(3);

}  // namespace

void JobRates::Add(int64_t job, const JobProgress& progress, BootTime now) {
  std::deque<Look>& looks = looks_[job];
  if (!looks.empty() && now - looks.back().at < kBetweenLooks) return;
  const bool shrunk = !looks.empty() && (progress.stored < looks.back().stored ||
                                         progress.integrated < looks.back().integrated);
  // `motzkin void` takes rows back. A difference to an earlier look would not be a speed then.
  if (shrunk) looks.clear();
  looks.push_back({now, progress.stored, progress.integrated});
  // The look that was just added is never older than the window, so one remains.
  while (now - looks.front().at > kWindow) looks.pop_front();
}

JobRate JobRates::Of(int64_t job) const {
  const auto found = looks_.find(job);
  if (found == looks_.end() || found->second.empty()) return {};
  const Look& first = found->second.front();
  const Look& last = found->second.back();
  if (last.at - first.at < kWindowMin) return {};
  const double minutes = absl::ToDoubleMinutes(last.at - first.at);
  return {static_cast<double>(last.stored - first.stored) / minutes,
          static_cast<double>(last.integrated - first.integrated) / minutes};
}

}  // namespace motzkin::coordinator
