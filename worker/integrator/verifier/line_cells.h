// Pieces of the searched part of the line, [-8, 8], as valid_intervals.h and continuity.h cut it.
#pragma once

#include <vector>

#include "common/ball/ball.h"
#include "motzkin/v1/outcome.pb.h"

namespace motzkin::integrator {

inline constexpr long kCellBits = 10;  // the narrowest piece is 2^-10 wide
inline constexpr long kHalfWidth = 8;  // half the width of the searched part of the line
// A ball as wide as its piece would not become narrower with more bits.
inline constexpr slong kWideBits = 64;

// A piece of the line, in units of 2^-10.
struct Cell {
  long lower = 0;
  long upper = 0;
  long width() const { return upper - lower; }
};

// Returns all points of the piece.
ball::Ball ToBall(const Cell& cell);

// Joins neighbours, in ascending order, that are at most `gap` apart.
std::vector<Cell> Join(const std::vector<Cell>& cells, long gap);

google::protobuf::RepeatedPtrField<motzkin::v1::Interval> ToIntervals(
    const std::vector<Cell>& cells);

}  // namespace motzkin::integrator
