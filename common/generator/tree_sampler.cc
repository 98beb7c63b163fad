#include "common/generator/tree_sampler.h"

#include "common/base/check.h"
#include "common/generator/tree_count.h"

namespace motzkin::generator {

NextNode ChooseNextNode(int empty, int internal_nodes, unsigned __int128 choice) {
  for (int leaves = 0; leaves < empty; ++leaves) {
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
  int empty = 1;
  for (int left = internal_nodes; left > 0; --left) {
    const auto [leaves, arity] =
        ChooseNextNode(empty, left, random.Below128(CountTrees(empty, left)));
    shape.insert(shape.end(), leaves, 0);
    shape.push_back(static_cast<uint8_t>(arity));
    empty += arity - leaves - 1;
  }
  shape.insert(shape.end(), empty, 0);
}

}  // namespace motzkin::generator
