#include "worker/integrator/verifier/line_cells.h"

namespace motzkin::integrator {

ball::Ball ToBall(const Cell& cell) {
  ball::Ball result;
  arf_t lower, upper;
  arf_init(lower);
  arf_init(upper);
  arf_set_si_2exp_si(lower, cell.lower, -kCellBits);
  arf_set_si_2exp_si(upper, cell.upper, -kCellBits);
  arb_set_interval_arf(result.real(), lower, upper, kWideBits);
  arf_clear(lower);
  arf_clear(upper);
  return result;
}

std::vector<Cell> Join(const std::vector<Cell>& cells, long gap) {
  std::vector<Cell> joined;
  for (const Cell& cell : cells) {
    if (!joined.empty() && cell.lower - joined.back().upper <= gap) {
      joined.back().upper = cell.upper;
    } else {
      joined.push_back(cell);
    }
  }
  return joined;
}

google::protobuf::RepeatedPtrField<motzkin::v1::Interval> ToIntervals(
    const std::vector<Cell>& cells) {
  google::protobuf::RepeatedPtrField<motzkin::v1::Interval> intervals;
  const double unit = 1.0 / (1l << kCellBits);
  for (const Cell& cell : cells) {
    motzkin::v1::Interval& interval = *intervals.Add();
    interval.set_lower(static_cast<double>(cell.lower) * unit);
    interval.set_upper(static_cast<double>(cell.upper) * unit);
  }
  return intervals;
}

}  // namespace motzkin::integrator
