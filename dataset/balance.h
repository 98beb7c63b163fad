// Takes as many true as false rows from each split, or from each split and integrand length, so
// that the length says nothing about the label. It needs two passes over the same rows in the same
// order:
//
//   for (row : rows) plan.Count(row);
//   for (row : rows) if (plan.Take(row)) write(row);
//
// The rows that are left out of the larger side are spread evenly over the indices. Memory holds a
// few numbers for each length. The choice depends on the rows alone. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "dataset/row.h"

namespace motzkin::dataset {

enum class Balance { kNone, kLabel, kLabelAndLength };

class BalancePlan {
 public:
  explicit BalancePlan(Balance balance) : balance_(balance) {}

  // The first pass. Count every row that the second pass will offer, and no other.
  void Count(const Row& row, bool label);
  // Whether the row belongs into the dataset. The k-th call for a cell and label is about the k-th
  // row that was counted there.
  bool Take(const Row& row, bool label);

 private:
  struct Side {
    int64_t rows = 0;
    int64_t credit = 0;  // a row is taken whenever this reaches `rows`
  };
  struct Cell {
    Side sides[2];  // by label
  };
  Cell& CellOf(const Row& row);

  const Balance balance_;
  std::map<std::pair<Split, int64_t>, Cell> cells_;  // by split and length
};

}  // namespace motzkin::dataset
