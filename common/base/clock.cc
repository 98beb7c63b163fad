#include "common/base/clock.h"

#include <absl/time/clock.h>
#include <time.h>

#include "common/base/check.h"

namespace motzkin {

BootTime SystemClock::Now() const {
  timespec now;
  MOTZKIN_CHECK(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
  return BootTime() + absl::DurationFromTimespec(now);
}

absl::Time SystemClock::WallTime() const { return absl::Now(); }

}  // namespace motzkin
