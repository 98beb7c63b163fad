#include "common/generator/attempt.h"

#include <absl/container/flat_hash_set.h>

#include <vector>

#include "common/ball/function_filter.h"
#include "common/expression/canonical.h"
#include "common/expression/printer.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;

int DrawBetween(RandomStream& random, uint32_t min, uint32_t max) {
  return static_cast<int>(min + random.Below(uint64_t{max} - min + 1));
}

// Visits each distinct node once; a walk over the tree could be exponential.
bool HoldsImaginaryUnit(Expr expr) {
  absl::flat_hash_set<Expr> seen = {expr};
  std::vector<Expr> waiting = {expr};
  while (!waiting.empty()) {
    const Expr node = waiting.back();
    waiting.pop_back();
    if (node->op() == Op::kI) return true;
    for (const Expr child : node->children()) {
      if (seen.insert(child).second) waiting.push_back(child);
    }
  }
  return false;
}

bool DraftIsRefused(const v1::GeneratorSpec& spec, const Draft& draft) {
  if (!HoldsVariable(draft)) return true;
  return spec.nested_exponentials_max() > 0 &&
         NestedExponentials(draft) >= static_cast<int>(spec.nested_exponentials_max());
}

}  // namespace

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
