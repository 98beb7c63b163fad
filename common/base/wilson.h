// The interval of Wilson for a share that was counted (E. B. Wilson, "Probable Inference, the Law of
// Succession, and Statistical Inference", JASA 22, 1927, p. 209). Unlike the normal approximation it
// stays within 0 .. 1 and says something of small counts.
#pragma once

#include <cstdint>

namespace motzkin {

struct ShareInterval {
  double lower = 0, upper = 1;  // of 0 .. 1
};

// Returns the 95 % interval of a share of which `hits` in `of` were seen: all of 0 .. 1 if nothing
// was counted. Thread-safe.
ShareInterval WilsonInterval(int64_t hits, int64_t of);

}  // namespace motzkin
