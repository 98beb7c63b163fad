#include "dataset/balance.h"

#include <algorithm>

namespace motzkin::dataset {

BalancePlan::Cell& BalancePlan::CellOf(const Row& row) {
  const int64_t length = balance_ == Balance::kLabelAndLength ? TokenCount(row.integrand) : 0;
  return cells_[{row.split, length}];
}

void BalancePlan::Count(const Row& row, bool label) { ++CellOf(row).sides[label ? 1 : 0].rows; }

bool BalancePlan::Take(const Row& row, bool label) {
  if (balance_ == Balance::kNone) return true;
  Cell& cell = CellOf(row);
  Side& side = cell.sides[label ? 1 : 0];
  // Bresenham's way to draw a line: each call adds the number of wanted rows, and a row is taken
  // when `rows` is reached. So of `rows` calls exactly the wanted number is taken, evenly spread.
  side.credit += std::min(cell.sides[0].rows, cell.sides[1].rows);
  if (side.credit < side.rows) return false;
  side.credit -= side.rows;
  return true;
}

}  // namespace motzkin::dataset
