// D(e, n): the number of unary-binary trees with n internal nodes that grow from e empty nodes, in
// exact integers.
//
//   D(e, 0) = 1;  D(0, n) = 0 for n > 0;  D(e, n) = D(e-1, n) + D(e, n-1) + D(e+1, n-1)
//
// because the first empty node becomes a leaf, a unary or a binary node. D(1, n) are the large
// Schroeder numbers 1, 2, 6, 22, 90, 394, 1806, ...
#pragma once

#include <array>

namespace motzkin::generator {

// Bound of every generator: D(1, 30) is about 2^70, and expressions of more nodes are no use to
// anyone.
inline constexpr int kInternalNodesMax = 30;

// D(e, n) <= D(1, e + n - 1) < 2^71 for all that can be reached from one empty node.
using TreeCount = unsigned __int128;

namespace internal {

// From one empty node and kInternalNodesMax internal ones, e + n never grows past this.
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

// 0 <= n <= kInternalNodesMax, 0 <= e, e + n <= kInternalNodesMax + 1.
constexpr TreeCount CountTrees(int empty, int internal_nodes) {
  return internal::kTreeCounts[empty][internal_nodes];
}

}  // namespace motzkin::generator
