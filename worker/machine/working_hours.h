// The hours of the day in which a worker may work, as its owner writes them: "22:00-07:00".
//
// Immutable.
#pragma once

#include <absl/status/statusor.h>

#include <optional>
#include <string>
#include <string_view>

namespace motzkin::worker {

class WorkingHours {
 public:
  // Takes two times of the local day, HH:MM or only HH, from 00:00 to 24:00, with a dash between
  // them. The second may be on the next day. INVALID_ARGUMENT: it is not that, or the
  // two are equal.
  static absl::StatusOr<WorkingHours> Parse(std::string_view text);

  // `minute` counts from midnight, 0 .. 1439.
  bool Contain(int minute) const;
  // As the owner wrote them, but with minutes.
  std::string ToString() const;

 private:
  WorkingHours(int begin, int end) : begin_(begin), end_(end) {}

  int begin_;  // in minutes from midnight; the first that counts
  int end_;    // the first that does not count any more
};

// Returns the minutes since midnight on this machine's wall clock, 0 .. 1439. The owner's hours are
// the one thing that is decided by that clock, because they are about it: after a jump the worker
// is right again within seconds.
int MinuteOfDay();

}  // namespace motzkin::worker
