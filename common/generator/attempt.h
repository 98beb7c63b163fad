// One attempt at a function of each kind, and the filters they share. An attempt that a filter
// refuses is empty; its caller goes on with the same random stream.
//
// Filters in the order of their cost: what the draft shows (no x, nested exponentials), what the
// canonical form shows (undefined, constant, holds I, shrunk, too long), and ball arithmetic last.
#pragma once

#include <optional>

#include "common/expression/expression.h"
#include "common/generator/draft.h"
#include "common/generator/function_sampler.h"
#include "common/generator/generator_spec.h"
#include "common/generator/random_stream.h"

namespace motzkin::generator {

// What an attempt works with. The references outlive it; `pool` is for this attempt alone, so that
// its bounds are hit or not whatever was tried before.
struct Attempt {
  const GeneratorSpec& spec;
  const DraftSampler& drafts;
  RandomStream& random;
  Draft& draft;  // Space for drawing.
  expression::Pool& pool;
};

// Draw f.
std::optional<GeneratedFunction> TryForward(const Attempt& attempt);
// Draw F; the integrand is its derivative.
std::optional<GeneratedFunction> TryBackward(const Attempt& attempt);
// Draw F and G; the integrand is F*g, where g = G'.
std::optional<GeneratedFunction> TryByParts(const Attempt& attempt);

// What the kinds share:

// Number of internal nodes: uniform, and now and then small, as the spec has it.
int DrawNodeCount(const Attempt& attempt);

struct DrawnFunction {
  expression::Expr drawn = nullptr;      // Node for node as drawn.
  expression::Expr canonical = nullptr;  // Holds x; its additive constant possibly removed.
};

// Empty: the draft or its canonical form was refused.
std::optional<DrawnFunction> DrawFunction(const Attempt& attempt, int internal_nodes);

// The canonical form of `expr`; null when it is undefined, does not hold x or holds I.
expression::Expr UsableCanonical(expression::Expr expr, expression::Pool& pool);

// Operators of the prefix form of a presented expression; the fraction bar of a rational counts.
uint64_t CountOperators(expression::Expr presented);

// Too few operators are left of the `internal_nodes` drawn, and the spec minds.
bool IsShrunk(const GeneratorSpec& spec, expression::Expr presented, int internal_nodes);

bool IsTooLong(const GeneratorSpec& spec, expression::Expr presented);

// The last filter, balls, and the hashes. `canonical` is the canonical form of function.integrand.
std::optional<GeneratedFunction> Finish(GeneratedFunction function, expression::Expr canonical);

}  // namespace motzkin::generator
