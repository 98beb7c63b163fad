// A function as it is drawn: a random tree with operators and leaves, not yet an expression.
//
// Most draws are thrown away, so the cheap filters look at this flat form. Only a draft that passes
// them is built as an expression and brought into canonical form.
#pragma once

#include <cstdint>
#include <vector>

#include "common/expression/expression.h"
#include "common/generator/symbols.h"
#include "common/generator/tree_sampler.h"
#include "common/generator/weighted_choice.h"

namespace motzkin::generator {

// One node of a draft in preorder.
struct DraftNode {
  expression::Op op = expression::Op::kUndefined;  // kVariable and kNumber are leaves
  uint8_t arity = 0;
  int32_t value = 0;  // the number, or the exponent of pow2 .. pow5
};

// A tree in preorder, with the space to draw it in; reuse one to save allocations.
struct Draft {
  std::vector<DraftNode> nodes;
  TreeShape shape;
};

// Draws drafts with the weights and leaves of a spec. Immutable. Thread-safe.
class DraftSampler {
 public:
  // `spec` must have passed ValidateSpec().
  explicit DraftSampler(const v1::GeneratorSpec& spec);

  // Draws a tree of `internal_nodes` nodes, with operators and leaves independent of each other and
  // of the shape. It draws from `random` in a fixed order, the shape first and then each node in
  // preorder; another order would be another generator version.
  void Draw(int internal_nodes, RandomStream& random, Draft& draft) const;

 private:
  DraftNode DrawLeaf(RandomStream& random) const;

  WeightedChoice<Symbol> unary_;
  WeightedChoice<Symbol> binary_;
  v1::LeafSpec leaves_;
};

bool HoldsVariable(const Draft& draft);

// Returns the largest number of exponentials on a path from the root to a leaf. As in the published
// code, exp, sinh and cosh count.
int NestedExponentials(const Draft& draft);

// Builds the draft as an expression, node for node.
expression::Expr BuildExpression(const Draft& draft, expression::Pool& pool);

}  // namespace motzkin::generator
