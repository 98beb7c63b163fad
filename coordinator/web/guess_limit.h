// Bounds how often passwords are tried, by each source and in all. Tries come back with time, so
// no source is locked out for ever; and a browser in which the owner has signed in before has tries of its
// own, which strangers cannot use up. No I/O and no clock.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "common/base/boot_time.h"

namespace motzkin::coordinator::web {

class GuessLimit {
 public:
  // A source may try so often at once, and once more after each such time: 7,200 times a day.
  static constexpr int kOfSource = 5;
  static constexpr absl::Duration kSourceBack = absl::Seconds(12);
  // All strangers together. A password of eight random letters falls in ten thousand years.
  static constexpr int kInAll = 20;
  static constexpr absl::Duration kAllBack = absl::Seconds(3);
  // Browsers that are remembered. One more takes the place of the one that was remembered first.
  static constexpr size_t kBrowsersMax = 64;
  // A table that is full forgets all sources: with kInAll, it needs hours to get there.
  static constexpr size_t kSourcesMax = 4'096;

  // Counts a try. `browser` is the token of Remember(), or anything else. Returns zero if the
  // password may be looked at, and otherwise after what time to try again.
  absl::Duration Try(const std::string& source, std::string_view browser, BootTime now);
  // Takes a try back: the password was right.
  void Forgive(const std::string& source, std::string_view browser);
  // Returns a token for a browser in which the owner has signed in.
  std::string Remember();

 private:
  // Tries that are left, and when that was so.
  struct Bucket {
    double left;
    BootTime at;
  };
  static absl::Duration Wait(Bucket& bucket, int most, absl::Duration back, BootTime now);
  // Returns null if this is no token of Remember().
  Bucket* BrowserOf(std::string_view browser);

  Bucket all_{kInAll, {}};
  std::map<std::string, Bucket> sources_;
  struct Browser {
    std::string hash;
    Bucket bucket;
  };
  std::map<int64_t, Browser> browsers_;  // in the order in which they were remembered
  int64_t last_browser_ = 0;
};

}  // namespace motzkin::coordinator::web
