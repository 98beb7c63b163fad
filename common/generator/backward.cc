#include "common/expression/derivative.h"
#include "common/generator/attempt.h"
#include "common/generator/presentation.h"

namespace motzkin::generator {

using expression::Expr;

std::optional<GeneratedFunction> TryBackward(const Attempt& attempt) {
  const int internal_nodes = DrawNodeCount(attempt);
  const std::optional<DrawnFunction> drawn = DrawFunction(attempt, internal_nodes);
  if (!drawn) return std::nullopt;
  GeneratedFunction function;
  function.known_integral = Present(drawn->canonical, attempt.pool);
  // The filters apply to F: it is the answer that a model is to learn, and f follows from it.
  if (IsTooLong(attempt.spec, function.known_integral) ||
      IsShrunk(attempt.spec, function.known_integral, internal_nodes)) {
    return std::nullopt;
  }
  const Expr derivative =
      UsableCanonical(expression::Derivative(drawn->canonical, attempt.pool), attempt.pool);
  if (derivative == nullptr) return std::nullopt;
  function.integrand = Present(derivative, attempt.pool);
  if (IsTooLong(attempt.spec, function.integrand)) return std::nullopt;
  return Finish(function, derivative);
}

}  // namespace motzkin::generator
