#include <vector>

#include "common/expression/canonical.h"
#include "common/expression/derivative.h"
#include "common/generator/attempt.h"
#include "common/generator/presentation.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;

// Returns the factors of a canonical form that hold no x, as one product, or 1 if there are none.
Expr ConstantFactor(Expr canonical, Pool& pool) {
  std::vector<Expr> constants;
  if (canonical->op() == Op::kMul) {
    for (const Expr factor : canonical->children()) {
      if (!factor->has_variable()) constants.push_back(factor);
    }
  }
  if (constants.empty()) return pool.Integer(1);
  return constants.size() == 1 ? constants[0] : pool.Make(Op::kMul, constants);
}

Expr Quotient(Expr dividend, Expr divisor, Pool& pool) {
  return expression::Canonical(pool.Div(dividend, divisor), pool);
}

struct Pair {
  Expr function = nullptr;
  Expr derivative = nullptr;
};

// Draws a function with its derivative. Unlike UsableCanonical() this accepts a constant
// derivative: for G = x, g is 1, and F*g is a fine integrand.
std::optional<Pair> DrawPair(const Attempt& attempt, int internal_nodes) {
  const std::optional<DrawnFunction> drawn = DrawFunction(attempt, internal_nodes);
  if (!drawn) return std::nullopt;
  const Expr derivative =
      expression::Canonical(expression::Derivative(drawn->canonical, attempt.pool), attempt.pool);
  if (derivative->op() == Op::kUndefined) return std::nullopt;
  return Pair{drawn->canonical, derivative};
}

}  // namespace

std::optional<GeneratedFunction> TryByParts(const Attempt& attempt) {
  Pool& pool = attempt.pool;
  const v1::GeneratorSpec& spec = attempt.spec;
  // The order of these draws is part of the generator's version. Whether a factor is dropped is
  // drawn before it is known that F and G are usable.
  const int nodes_of_f = DrawNodeCount(attempt);
  const int nodes_of_g =
      DrawBetween(attempt.random, spec.parts_nodes_min(), spec.parts_nodes_max());
  const bool drop_factor = attempt.random.Chance(1, 2);
  const std::optional<Pair> f = DrawPair(attempt, nodes_of_f);
  if (!f) return std::nullopt;
  std::optional<Pair> g = DrawPair(attempt, nodes_of_g);
  if (!g) return std::nullopt;

  // As in the published code, g loses its constant factor and G is divided by it. F*g then loses
  // its own in half of the cases, and f*G and F*G are divided by the same factor, so that the
  // integral of F*g stays F*G minus that of f*G.
  const Expr factor_of_g = ConstantFactor(g->derivative, pool);
  g = Pair{Quotient(g->function, factor_of_g, pool), Quotient(g->derivative, factor_of_g, pool)};
  Expr integrand = UsableCanonical(pool.Mul(f->function, g->derivative), pool);
  if (integrand == nullptr) return std::nullopt;
  const Expr factor = drop_factor ? ConstantFactor(integrand, pool) : pool.Integer(1);
  integrand = Quotient(integrand, factor, pool);

  GeneratedFunction function;
  function.integrand = Present(integrand, pool);
  function.parts_integrand =
      Present(Quotient(pool.Mul(f->derivative, g->function), factor, pool), pool);
  function.parts_product =
      Present(Quotient(pool.Mul(f->function, g->function), factor, pool), pool);
  for (const Expr part : {function.integrand, function.parts_integrand, function.parts_product}) {
    if (IsTooLong(spec, part)) return std::nullopt;
  }
  return Finish(function, integrand);
}

}  // namespace motzkin::generator
