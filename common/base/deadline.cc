#include "common/base/deadline.h"

#include <time.h>

#include <algorithm>

#include "common/base/check.h"

namespace motzkin {
namespace {

absl::Duration Now() {
  timespec now;
  MOTZKIN_CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
  return absl::DurationFromTimespec(now);
}

// One hour, which keeps the value within poll()'s int. A poll that ends early is repeated by its
// caller, so the limit is harmless.
constexpr int64_t kPollMillisMax = 3'600'000;

}  // namespace

Deadline Deadline::After(absl::Duration duration) { return Deadline(Now() + duration); }

absl::Duration Deadline::Remaining() const {
  if (at_ == absl::InfiniteDuration()) return at_;
  return std::max(at_ - Now(), absl::ZeroDuration());
}

int Deadline::PollMillis() const {
  if (at_ == absl::InfiniteDuration()) return -1;
  const int64_t millis = absl::ToInt64Milliseconds(absl::Ceil(Remaining(), absl::Milliseconds(1)));
  return static_cast<int>(std::min(millis, kPollMillisMax));
}

}  // namespace motzkin
