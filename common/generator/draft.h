// A function as drawn: a random tree with its operators and leaves, not yet an expression.
//
// Most draws are thrown away, so the cheap filters look at this flat form; only what passes them is
// built and brought into canonical form.
#pragma once

#include <cstdint>
#include <vector>

#include "common/expression/expression.h"
#include "common/generator/generator_spec.h"
#include "common/generator/symbols.h"
#include "common/generator/tree_sampler.h"
#include "common/generator/weighted_choice.h"

namespace motzkin::generator {

// One node of a draft in preorder.
struct DraftNode {
  expression::Op op = expression::Op::kUndefined;  // kVariable and kNumber: leaves.
  uint8_t arity = 0;
  int32_t value = 0;  // Of a number; the exponent of pow2 .. pow5.
};

// The tree in preorder and space to draw it in: reuse one to save its allocations.
struct Draft {
  std::vector<DraftNode> nodes;
  TreeShape shape;
};

// Draws drafts by the weights and leaves of a spec. Immutable. Thread-safe.
class DraftSampler {
 public:
  // `spec` has passed ValidateSpec().
  explicit DraftSampler(const GeneratorSpec& spec);

  // A tree of `internal_nodes` nodes, its operators and leaves independent of each other and of the
  // shape. Draws from `random` in this order: the shape, then each node in preorder.
  void Draw(int internal_nodes, RandomStream& random, Draft& draft) const;

 private:
  DraftNode DrawLeaf(RandomStream& random) const;

  WeightedChoice<Symbol> unary_;
  WeightedChoice<Symbol> binary_;
  LeafSpec leaves_;
};

bool HoldsVariable(const Draft& draft);

// The most exponentials (exp, sinh and cosh, as in the published code) on a path from root to leaf.
int NestedExponentials(const Draft& draft);

// The draft as an expression, node for node.
expression::Expr BuildExpression(const Draft& draft, expression::Pool& pool);

}  // namespace motzkin::generator
