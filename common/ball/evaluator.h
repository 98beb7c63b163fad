// Evaluates an expression and the derivative of another one, over one graph: what they share is
// computed once per point, constants once per precision, and only values that a derivative rule
// reads are computed at all (derivative_rules.h).
//
//   evaluator.EvaluateValue(x, 128);      // f(x), cheap enough to look for points where f is real
//   evaluator.EvaluateDerivative();       // F'(x) at the same point and precision
//
// Branches: principal, as arithmetic.h says. Move-only. Thread-compatible.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>

#include "common/ball/ball.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

enum class Realness {
  kUndefined,     // no finite value at this point and precision
  kStrictlyReal,  // every node below it has an imaginary part of exactly 0
  kComplex,
};

class Evaluator {
 public:
  // `value` and `differentiated` belong to one pool, which outlives the evaluator. UNIMPLEMENTED:
  // an operation has no derivative rule or no value (the message names it).
  static absl::StatusOr<Evaluator> Create(expression::Expr value, expression::Expr differentiated);
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;
  ~Evaluator();

  // At `x`, a point or a wide ball, with `bits` of precision, 32 .. 8192.
  Realness EvaluateValue(const Ball& x, slong bits);
  // Valid until the next call, if it was not kUndefined.
  const Ball& value() const;

  // At the point and precision of the last EvaluateValue. False: no finite derivative there.
  bool EvaluateDerivative();
  const Ball& derivative() const;

  // Since EvaluateValue something was taken to lie on a branch cut: what follows from the values is
  // likely, not proved.
  bool assumed_cut() const;

  // Holds abs, sign, Re, Im, conj or floor: its rules hold at real x only.
  bool real_only() const;

  // Nodes that one point takes: values and derivatives.
  uint64_t steps() const;
  // Nodes evaluated so far, each weighted by its precision in 64-bit words, special functions more:
  // the same on every machine, so a bound on it is too.
  uint64_t work() const;

 private:
  class Impl;
  explicit Evaluator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::ball
