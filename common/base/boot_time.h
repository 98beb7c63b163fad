// A point in time on the machine's boot clock (Clock::Now()). That clock goes on while a laptop
// sleeps and never jumps, so it decides about leases, silence and time-outs.
//
// A point is not a duration: two points are subtracted, and only a duration is added to one.
//
// Immutable value.
#pragma once

#include <absl/time/time.h>

#include <compare>

namespace motzkin {

class BootTime {
 public:
  // The boot itself, before everything that a clock tells.
  constexpr BootTime() = default;
  // After everything that a clock tells.
  static BootTime Never() { return BootTime(absl::InfiniteDuration()); }

  friend absl::Duration operator-(BootTime a, BootTime b) { return a.since_boot_ - b.since_boot_; }
  friend BootTime operator+(BootTime a, absl::Duration b) { return BootTime(a.since_boot_ + b); }
  friend BootTime operator-(BootTime a, absl::Duration b) { return BootTime(a.since_boot_ - b); }
  BootTime& operator+=(absl::Duration by) { return *this = *this + by; }
  friend bool operator==(BootTime, BootTime) = default;
  friend std::strong_ordering operator<=>(BootTime, BootTime) = default;

 private:
  explicit constexpr BootTime(absl::Duration since_boot) : since_boot_(since_boot) {}

  absl::Duration since_boot_;
};

}  // namespace motzkin
