// A row of the view `label_flips`: how often the negative labels of a job turned out wrong when
// they were computed again with ten times the budget. A value.
#pragma once

#include <cstdint>

namespace motzkin::postgres {
class Row;
}

namespace motzkin {

struct LabelFlips {
  int64_t open = 0;  // audits that wait for a worker
  int64_t audited = 0;
  int64_t flips = 0;  // the audited functions whose label was wrong
  // flips / audited and its 95 % interval: 0 .. 1, and 0 while nothing is audited.
  double share = 0;
  double lower = 0, upper = 0;
};

// Reads the columns that have the names of the members. None of them may be NULL.
LabelFlips LabelFlipsOf(const postgres::Row& row);

}  // namespace motzkin
