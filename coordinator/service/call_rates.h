// How many calls someone begins, and who may not connect for a while because those were too many. A
// call that its caller ends as soon as it has begun is never under way long enough to be counted
// there, and still costs as much as any other: HTTP/2's rapid reset.
//
// Bounds: kCallsAtOnce calls, and kCallsASecond on average, of one holder of a certificate; four times
// that of all strangers together. At most kKnownMax holders are kept; those that have not called lately
// are forgotten first.
//
// Thread-compatible.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/time/time.h>

#include <cstddef>
#include <string>

#include "common/base/boot_time.h"

namespace motzkin::coordinator {

class CallRates {
 public:
  // A worker of 64 cores with short functions submits 25 times a second; a script of its owner's calls
  // `motzkin` some ten times a second.
  static constexpr double kCallsASecond = 100;
  static constexpr double kCallsAtOnce = 400;
  // A source that is barred costs a connection that is accepted and closed. In this time it could
  // otherwise have had as many calls as in four seconds of being honest.
  static constexpr absl::Duration kBarTime = absl::Seconds(10);
  static constexpr size_t kKnownMax = 4'096;

  // Notes that the holder of a certificate begins a call, or a stranger if `holder` is empty. Returns
  // false if that is one too many.
  bool Take(const std::string& holder, BootTime now);
  // Keeps a source out for kBarTime.
  void Bar(const std::string& source, BootTime now) { barred_until_[source] = now + kBarTime; }
  bool Barred(const std::string& source, BootTime now) const;
  // Forgets those who may do again as much as a newcomer.
  void Forget(BootTime now);

 private:
  struct Bucket {
    double calls = kCallsAtOnce;  // so many may begin at `at`; a stranger's counts as a quarter
    BootTime at;
  };

  absl::flat_hash_map<std::string, Bucket> buckets_;
  absl::flat_hash_map<std::string, BootTime> barred_until_;
};

}  // namespace motzkin::coordinator
