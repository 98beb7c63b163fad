// One attempt at a function of each kind, and the filters that the kinds share. An attempt that a
// filter refuses returns nothing; its caller goes on with the same random stream.
//
// The filters run in the order of their cost: first on the draft (no x, nested exponentials), then
// on the canonical form (undefined, constant, holds I, shrunk, too long), and in ball arithmetic
// last.
#pragma once

#include <optional>

#include "common/expression/expression.h"
#include "common/generator/draft.h"
#include "common/generator/function_sampler.h"
#include "common/generator/random_stream.h"

namespace motzkin::generator {

// The inputs of an attempt. The references must outlive it. `pool` is for this attempt alone: with
// a shared one, earlier attempts would decide whether its bounds are hit, and a function would
// depend on them.
struct Attempt {
  const v1::GeneratorSpec& spec;
  const DraftSampler& drafts;
  RandomStream& random;
  Draft& draft;  // reused, to save allocations
  expression::Pool& pool;
};

// Draws f, the integrand.
std::optional<GeneratedFunction> TryForward(const Attempt& attempt);
// Draws F, the integral; the integrand is its derivative.
std::optional<GeneratedFunction> TryBackward(const Attempt& attempt);
// Draws F and G; the integrand is F*g, where g = G'.
std::optional<GeneratedFunction> TryByParts(const Attempt& attempt);

// Draws a number of min .. max, each equally likely.
int DrawBetween(RandomStream& random, uint32_t min, uint32_t max);

// Draws the number of internal nodes: uniform, and now and then small if the spec says so.
int DrawNodeCount(const Attempt& attempt);

struct DrawnFunction {
  expression::Expr drawn = nullptr;      // node for node as drawn
  expression::Expr canonical = nullptr;  // holds x; its additive constant may be dropped
};

// Draws a function. Empty if its draft or its canonical form was refused.
std::optional<DrawnFunction> DrawFunction(const Attempt& attempt, int internal_nodes);

// Returns the canonical form of `expr`; null if it is undefined, does not hold x or holds I.
expression::Expr UsableCanonical(expression::Expr expr, expression::Pool& pool);

// Counts the operators in the prefix form of a presented expression, where the fraction bar of a
// rational counts as one.
uint64_t CountOperators(expression::Expr presented);

// Whether canonical rewriting left fewer operators than half of the nodes drawn, if the spec drops
// such functions. They would make small functions far more frequent than the spec asks for.
bool IsShrunk(const v1::GeneratorSpec& spec, expression::Expr presented, int internal_nodes);

bool IsTooLong(const v1::GeneratorSpec& spec, expression::Expr presented);

// Applies the last filter, in ball arithmetic, and computes the hashes. `canonical` is the
// canonical form of function.integrand.
std::optional<GeneratedFunction> Finish(GeneratedFunction function, expression::Expr canonical);

}  // namespace motzkin::generator
