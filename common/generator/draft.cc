#include "common/generator/draft.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "common/base/check.h"
#include "common/generator/logarithmic_integer.h"
#include "common/generator/tree_count.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;

WeightedChoice<Symbol> MakeChoice(const WeightedSymbols& symbols, int arity) {
  WeightedChoice<Symbol> choice;
  // The order of the list decides which random number draws which operator, so the same operators
  // in another order make other functions.
  for (const v1::WeightedSymbol& weighted : symbols) {
    choice.Add(FindSymbol(weighted.symbol(), arity).value(), weighted.weight());
  }
  return choice;
}

// Folds a draft from its last node to its first. In preorder a node comes before its children, so
// going backwards the values of its children are on top of the stack, the first child uppermost.
template <typename Value, typename Leaf, typename Unary, typename Binary>
Value Fold(const Draft& draft, Leaf leaf, Unary unary, Binary binary) {
  std::array<Value, kInternalNodesMax + 1> stack;  // at most one entry a leaf
  size_t top = 0;
  for (auto node = draft.nodes.rbegin(); node != draft.nodes.rend(); ++node) {
    if (node->arity == 0) {
      stack[top++] = leaf(*node);
    } else if (node->arity == 1) {
      stack[top - 1] = unary(*node, stack[top - 1]);
    } else {
      stack[top - 2] = binary(*node, stack[top - 1], stack[top - 2]);
      --top;
    }
  }
  MOTZKIN_CHECK(top == 1);
  return stack[0];
}

}  // namespace

DraftSampler::DraftSampler(const v1::GeneratorSpec& spec)
    : unary_(MakeChoice(spec.unary(), 1)),
      binary_(MakeChoice(spec.binary(), 2)),
      leaves_(spec.leaves()) {}

void DraftSampler::Draw(int internal_nodes, RandomStream& random, Draft& draft) const {
  SampleTree(internal_nodes, random, draft.shape);
  draft.nodes.clear();
  for (const uint8_t arity : draft.shape) {
    if (arity == 0) {
      draft.nodes.push_back(DrawLeaf(random));
    } else {
      const Symbol& symbol = (arity == 1 ? unary_ : binary_).Draw(random);
      draft.nodes.push_back({symbol.op, arity, symbol.exponent});
    }
  }
}

DraftNode DraftSampler::DrawLeaf(RandomStream& random) const {
  // These draws and their order are part of the generator's version.
  if (random.Chance(leaves_.variable_permille(), 1'000)) return {Op::kVariable, 0, 0};
  if (leaves_.integers() == v1::LeafSpec::INTEGERS_LOGARITHMIC) {
    return {Op::kNumber, 0, LogarithmicInteger(random.Next())};
  }
  const auto span =
      static_cast<uint64_t>(int64_t{leaves_.integer_max()} - leaves_.integer_min() + 1);
  const auto value =
      static_cast<int32_t>(leaves_.integer_min() + static_cast<int64_t>(random.Below(span)));
  const bool negate = leaves_.signed_integers() && random.Chance(1, 2);
  return {Op::kNumber, 0, negate ? -value : value};
}

bool HoldsVariable(const Draft& draft) {
  return std::any_of(draft.nodes.begin(), draft.nodes.end(),
                     [](const DraftNode& node) { return node.op == Op::kVariable; });
}

int NestedExponentials(const Draft& draft) {
  return Fold<int>(
      draft, [](const DraftNode&) { return 0; },
      [](const DraftNode& node, int inner) {
        // The published code counts these three as exponentials.
        const bool exponential =
            node.op == Op::kExp || node.op == Op::kSinh || node.op == Op::kCosh;
        return inner + (exponential ? 1 : 0);
      },
      [](const DraftNode&, int first, int second) { return std::max(first, second); });
}

Expr BuildExpression(const Draft& draft, Pool& pool) {
  return Fold<Expr>(
      draft,
      [&pool](const DraftNode& node) {
        return node.op == Op::kVariable ? pool.Variable() : pool.Integer(node.value);
      },
      [&pool](const DraftNode& node, Expr inner) {
        if (node.op == Op::kPow) return pool.Pow(inner, pool.Integer(node.value));
        return pool.Unary(node.op, inner);
      },
      [&pool](const DraftNode& node, Expr first, Expr second) {
        return pool.Binary(node.op, first, second);
      });
}

}  // namespace motzkin::generator
