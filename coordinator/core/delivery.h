// Counts the rows that the store accepted from one worker lately. No other measure of a worker is
// beyond what the worker can make up, so it bounds what the worker is lent.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <deque>

#include "common/base/boot_time.h"

namespace motzkin::coordinator {

class Delivery {
 public:
  // So much of the past counts: as much work as a worker holds, but a minute at least, because the
  // store is looked at every few seconds only.
  static absl::Duration Window(absl::Duration buffer);

  // `rows` > 0 were stored, as was seen at `now`. The memory that this takes is bounded.
  void Add(int64_t rows, BootTime now, absl::Duration window);
  // Forgets what is older than `window`. Called about once a second.
  void Expire(BootTime now, absl::Duration window);

  // Counts the rows of the last window.
  int64_t recent() const { return recent_; }
  // Returns rows a minute since the first of them; 0 if there are none.
  double PerMinute() const;
  // Returns when the last row was seen; time 0, the boot, if there was none. It is never forgotten.
  BootTime last() const { return last_; }

 private:
  struct Part {
    BootTime begin;
    int64_t rows = 0;
  };

  std::deque<Part> parts_;
  int64_t recent_ = 0;
  absl::Duration age_;  // The oldest part was this old at the last Expire() or Add().
  BootTime last_;
};

}  // namespace motzkin::coordinator
