// Uniformly distributed random unary-binary trees.
#pragma once

#include <cstdint>
#include <vector>

#include "common/generator/random_stream.h"

namespace motzkin::generator {

// The shape of a tree in preorder: the number of children of each node, 0, 1 or 2.
using TreeShape = std::vector<uint8_t>;

// The place of the next internal node among the `empty` nodes: the first `leaves` of them become
// leaves, and the one after them an internal node with `arity` children.
struct NextNode {
  int leaves = 0;
  int arity = 0;
};

// Returns the choice that number `choice`, 0 <= choice < CountTrees(empty, internal_nodes), stands
// for. Each (leaves, arity) owns as many numbers as it has completions: a unary node after k leaves
// D(empty - k, n - 1), a binary one D(empty - k + 1, n - 1).
NextNode ChooseNextNode(int empty, int internal_nodes, unsigned __int128 choice);

// Draws a tree with `internal_nodes` internal nodes, 0 .. kInternalNodesMax. Every such tree is
// exactly equally likely.
void SampleTree(int internal_nodes, RandomStream& random, TreeShape& shape);

}  // namespace motzkin::generator
