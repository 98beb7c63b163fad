// A clock for tests that moves only when told to. Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include "common/base/clock.h"

namespace motzkin {

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
