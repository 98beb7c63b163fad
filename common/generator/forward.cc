#include "common/generator/attempt.h"
#include "common/generator/presentation.h"

namespace motzkin::generator {

std::optional<GeneratedFunction> TryForward(const Attempt& attempt) {
  const int internal_nodes = DrawNodeCount(attempt);
  const std::optional<DrawnFunction> drawn = DrawFunction(attempt, internal_nodes);
  if (!drawn) return std::nullopt;
  GeneratedFunction function;
  // The hashes are those of the canonical form even if the function is stored as it was drawn.
  function.integrand =
      attempt.spec.canonicalize() ? Present(drawn->canonical, attempt.pool) : drawn->drawn;
  if (IsTooLong(attempt.spec, function.integrand) ||
      IsShrunk(attempt.spec, function.integrand, internal_nodes)) {
    return std::nullopt;
  }
  return Finish(function, drawn->canonical);
}

}  // namespace motzkin::generator
