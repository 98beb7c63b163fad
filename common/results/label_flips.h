// How often a negative label of a job turned out wrong when it was computed again with ten times
// the budget: the view `label_flips`, for one job. A value.
#pragma once

#include <cstdint>

namespace motzkin::postgres {
class Row;
}

namespace motzkin {

struct LabelFlips {
  int64_t open = 0;  // Audits that wait for a worker.
  int64_t audited = 0;
  int64_t flips = 0;  // Of the audited.
  // flips / audited and its 95 % interval: 0 .. 1, and 0 while nothing is audited.
  double share = 0;
  double lower = 0, upper = 0;
};

// The columns are called as the members are; none is NULL.
LabelFlips LabelFlipsOf(const postgres::Row& row);

}  // namespace motzkin
