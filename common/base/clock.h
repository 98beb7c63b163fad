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

// A clock for tests that moves only when told to. Thread-compatible.
class FakeClock final : public Clock {
 public:
  BootTime Now() const override { return now_; }
  absl::Time WallTime() const override { return wall_; }
  void Advance(absl::Duration by) {
    now_ += by;
    wall_ += by;
  }
  // Acts as a user who sets the clock: wall time jumps, boot time does not.
  void JumpWallTime(absl::Duration by) { wall_ += by; }

 private:
  BootTime now_ = BootTime() + absl::Hours(1);
  absl::Time wall_ = absl::FromUnixSeconds(1'700'000'000);
};

}  // namespace motzkin
