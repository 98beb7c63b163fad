// For queries that return one number, in a column of any name.
#pragma once

#include <cstdint>

#include "common/base/check.h"
#include "common/postgres/rows.h"

namespace motzkin::test {

inline int64_t OnlyNumber(const postgres::Rows& rows) {
  MOTZKIN_CHECK(rows.size() == 1 && rows.columns().size() == 1);
  return rows.front().Int(rows.columns().front());
}

}  // namespace motzkin::test
