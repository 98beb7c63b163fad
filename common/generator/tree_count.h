// Counts trees in exact integers. D(e, n) is the number of unary-binary trees with n internal nodes
// that grow from e empty nodes:
//
//   D(e, 0) = 1;  D(0, n) = 0 for n > 0;  D(e, n) = D(e-1, n) + D(e, n-1) + D(e+1, n-1)
//
// The first empty node becomes a leaf, a unary or a binary node. D(1, n) are the large Schroeder
// numbers 1, 2, 6, 22, 90, 394, 1806, ...
#pragma once

#include <array>

namespace motzkin::generator {

// The bound of every generator. D(1, 30) is about 2^70, and larger functions are of no use.
inline constexpr int kInternalNodesMax = 30;

// 128 bits suffice: D(e, n) <= D(1, e + n - 1) < 2^71 for all that grows from one empty node.
using TreeCount = unsigned __int128;

namespace internal {

// Starting with one empty node and kInternalNodesMax internal ones, e + n never exceeds this.
inline constexpr int kTreeCountSum = kInternalNodesMax + 1;

using TreeCountTable = std::array<std::array<TreeCount, kInternalNodesMax + 1>, kTreeCountSum + 1>;

constexpr TreeCountTable MakeTreeCounts() {
  TreeCountTable table{};
  for (int e = 0; e <= kTreeCountSum; ++e) table[e][0] = 1;
  for (int n = 1; n <= kInternalNodesMax; ++n) {
    for (int e = 1; e + n <= kTreeCountSum; ++e) {
      table[e][n] = table[e - 1][n] + table[e][n - 1] + table[e + 1][n - 1];
    }
  }
  return table;
}

inline constexpr TreeCountTable kTreeCounts = MakeTreeCounts();

}  // namespace internal

// Returns D(empty, internal_nodes) for 0 <= internal_nodes <= kInternalNodesMax, empty >= 0 and a
// sum of both that is at most kInternalNodesMax + 1.
constexpr TreeCount CountTrees(int empty, int internal_nodes) {
  return internal::kTreeCounts[empty][internal_nodes];
}

}  // namespace motzkin::generator
