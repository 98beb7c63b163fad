#include "common/generator/tree_sampler.h"

#include "common/base/check.h"
#include "common/generator/tree_count.h"

namespace motzkin::generator {

NextNode ChooseNextNode(int empty, int internal_nodes, unsigned __int128 choice) {
  // Walks through the intervals that the pairs (leaves, arity) own, in their order.
  for (int leaves = 0; leaves < empty; ++leaves) {
    // If the next `leaves` empty places become leaves and the one after them becomes this node, its
    // children take its place among those that are still empty.
    const TreeCount unary = CountTrees(empty - leaves, internal_nodes - 1);
    if (choice < unary) return {leaves, 1};
    choice -= unary;
    const TreeCount binary = CountTrees(empty - leaves + 1, internal_nodes - 1);
    if (choice < binary) return {leaves, 2};
    choice -= binary;
  }
  MOTZKIN_CHECK(false && "choice is below the number of trees");
  return {};
}

void SampleTree(int internal_nodes, RandomStream& random, TreeShape& shape) {
  MOTZKIN_CHECK(internal_nodes >= 0 && internal_nodes <= kInternalNodesMax);
  shape.clear();
  // Draws where the next internal node goes, each choice weighted by the number of trees that
  // complete it. The product of these probabilities is the same for every tree, 1 / D(1,
  // internal_nodes).
  int empty = 1;
  for (int left = internal_nodes; left > 0; --left) {
    const auto [leaves, arity] =
        ChooseNextNode(empty, left, random.Below128(CountTrees(empty, left)));
    shape.insert(shape.end(), leaves, 0);
    shape.push_back(static_cast<uint8_t>(arity));
    // The leaves and the node itself are no longer empty, and its children are.
    empty += arity - leaves - 1;
  }
  shape.insert(shape.end(), empty, 0);
}

}  // namespace motzkin::generator
