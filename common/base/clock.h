// Time behind an interface, so that tests can own it.
//
// There are two clocks, and they are never mixed. Boot time decides: leases, silence and time-outs
// are measured in it, because it goes on while a laptop sleeps and never jumps. Wall time is only
// recorded: it may jump by years, and nothing may break when it does.
#pragma once

#include <absl/time/time.h>

#include "common/base/boot_time.h"

namespace motzkin {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Boot time, the machine's sleep included (CLOCK_BOOTTIME). Never decreases.
  virtual BootTime Now() const = 0;
  // The date and time of the system. Only write it down; never compare it.
  virtual absl::Time WallTime() const = 0;
};

// The clocks of the system. Thread-safe.
class SystemClock final : public Clock {
 public:
  BootTime Now() const override;
  absl::Time WallTime() const override;
};

}  // namespace motzkin
