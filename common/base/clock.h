// Time, behind an interface so that tests own it.
//
// Two clocks, never mixed: boot time decides (leases, silence, time-outs; it goes on while a laptop
// sleeps and never jumps), wall time records (it may jump by years and nothing may break).
#pragma once

#include <absl/time/time.h>

namespace motzkin {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Time since boot, sleep included (CLOCK_BOOTTIME). Never decreases.
  virtual absl::Duration SinceBoot() const = 0;
  // For records only.
  virtual absl::Time WallTime() const = 0;
};

// The system's. Thread-safe.
class SystemClock final : public Clock {
 public:
  absl::Duration SinceBoot() const override;
  absl::Time WallTime() const override;
};

// Moves only when told to. Thread-compatible.
class FakeClock final : public Clock {
 public:
  absl::Duration SinceBoot() const override { return since_boot_; }
  absl::Time WallTime() const override { return wall_; }
  void Advance(absl::Duration by) {
    since_boot_ += by;
    wall_ += by;
  }
  // The owner sets the clock: wall time jumps, boot time does not.
  void JumpWallTime(absl::Duration by) { wall_ += by; }

 private:
  absl::Duration since_boot_ = absl::Hours(1);
  absl::Time wall_ = absl::FromUnixSeconds(1'700'000'000);
};

}  // namespace motzkin
