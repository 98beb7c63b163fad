#include "common/results/label_flips.h"

#include "common/postgres/rows.h"

namespace motzkin {

LabelFlips LabelFlipsOf(const postgres::Row& row) {
  return {.open = row.Int("open"),
          .audited = row.Int("audited"),
          .flips = row.Int("flips"),
          .share = row.Real("share"),
          .lower = row.Real("lower"),
          .upper = row.Real("upper")};
}

}  // namespace motzkin
