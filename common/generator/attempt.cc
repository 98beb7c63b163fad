#include "common/generator/attempt.h"

#include <algorithm>
#include <vector>

#include "common/ball/function_filter.h"
#include "common/expression/canonical.h"
#include "common/expression/distinct_nodes.h"
#include "common/expression/printer.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;

bool HoldsImaginaryUnit(Expr expr) {
  const std::vector<Expr> nodes = expression::DistinctNodes(expr);
  return std::any_of(nodes.begin(), nodes.end(), [](Expr node) { return node->op() == Op::kI; });
}

bool DraftIsRefused(const v1::GeneratorSpec& spec, const Draft& draft) {
  if (!HoldsVariable(draft)) return true;
  // The number itself is refused already, as in the published code: of 4, three may be nested.
  return spec.nested_exponentials_max() > 0 &&
         NestedExponentials(draft) >= static_cast<int>(spec.nested_exponentials_max());
}

}  // namespace

int DrawBetween(RandomStream& random, uint32_t min, uint32_t max) {
  return static_cast<int>(min + random.Below(uint64_t{max} - min + 1));
}

int DrawNodeCount(const Attempt& attempt) {
  const v1::GeneratorSpec& spec = attempt.spec;
  if (spec.small_one_in() > 0 && attempt.random.Chance(1, spec.small_one_in())) {
    return DrawBetween(attempt.random, spec.small_nodes_min(), spec.small_nodes_max());
  }
  return DrawBetween(attempt.random, spec.nodes_min(), spec.nodes_max());
}

std::optional<DrawnFunction> DrawFunction(const Attempt& attempt, int internal_nodes) {
  attempt.drafts.Draw(internal_nodes, attempt.random, attempt.draft);
  // This is drawn even where it does not matter, so that the verdict of a filter does not shift the
  // draws after it.
  const bool drop_constant = attempt.random.Chance(attempt.spec.drop_constant_permille(), 1'000);
  if (DraftIsRefused(attempt.spec, attempt.draft)) return std::nullopt;
  const Expr drawn = BuildExpression(attempt.draft, attempt.pool);
  Expr canonical = UsableCanonical(drawn, attempt.pool);
  // Without its constant the function may be constant or empty, so it is checked once more.
  if (canonical != nullptr && drop_constant) {
    canonical =
        UsableCanonical(expression::DropAdditiveConstant(canonical, attempt.pool), attempt.pool);
  }
  if (canonical == nullptr) return std::nullopt;
  return DrawnFunction{drawn, canonical};
}

Expr UsableCanonical(Expr expr, Pool& pool) {
  const Expr canonical = expression::Canonical(expr, pool);
  const bool usable = canonical->op() != Op::kUndefined && canonical->has_variable() &&
                      !HoldsImaginaryUnit(canonical);
  return usable ? canonical : nullptr;
}

// Recursion over shared nodes is fine here: callers have already bounded the number of tokens.
uint64_t CountOperators(Expr presented) {
  // A rational is printed as a division, so it counts as one operator.
  if (presented->op() == Op::kNumber) return presented->number().get_den() == 1 ? 0 : 1;
  if (presented->children().empty()) return 0;
  uint64_t operators = 1;
  for (const Expr child : presented->children()) operators += CountOperators(child);
  return operators;
}

bool IsShrunk(const v1::GeneratorSpec& spec, Expr presented, int internal_nodes) {
  return spec.drop_shrunk() &&
         2 * CountOperators(presented) < static_cast<uint64_t>(internal_nodes);
}

bool IsTooLong(const v1::GeneratorSpec& spec, Expr presented) {
  // Undefined means that the pool of the attempt ran full while the function was presented.
  return presented->op() == Op::kUndefined || expression::TokenCount(presented) > spec.tokens_max();
}

std::optional<GeneratedFunction> Finish(GeneratedFunction function, Expr canonical) {
  // The presented form is judged, not the canonical one: they are equal, but only the first is
  // stored.
  if (ball::Classify(function.integrand) != ball::FunctionClass::kUsable) return std::nullopt;
  function.canonical_hash = expression::CanonicalHash(canonical);
  function.skeleton_hash = expression::SkeletonHash(canonical);
  return function;
}

}  // namespace motzkin::generator
