// Evaluates an expression f and the derivative of another one, F, over one graph. Shared nodes are
// computed once per point, constants once per precision, and only values that a derivative rule
// reads are computed at all (derivative_rules.h).
//
//   evaluator.EvaluateValue(x, 128);      // f(x), cheap enough to look for points where f is real
//   evaluator.EvaluateDerivative();       // F'(x) at the same point and precision
//
// All functions take their principal branch (arithmetic.h). Move-only. Thread-compatible.
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
  // `value` and `differentiated` belong to one pool, which must outlive the evaluator.
  // UNIMPLEMENTED: an operation has no derivative rule or no value; the message names it.
  static absl::StatusOr<Evaluator> Create(expression::Expr value, expression::Expr differentiated);
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;
  ~Evaluator();

  // Evaluates f at `x`, a point or a wide ball, with `bits` of precision, 32 .. 8192.
  Realness EvaluateValue(const Ball& x, slong bits);
  // f(x); valid until the next call of EvaluateValue, and only if that did not return kUndefined.
  const Ball& value() const;

  // Evaluates F' at the point and precision of the last EvaluateValue. False: F has no finite
  // derivative there.
  bool EvaluateDerivative();
  const Ball& derivative() const;

  // Whether some argument since EvaluateValue was taken to lie on a branch cut. Conclusions from
  // the values are then likely, but not proved.
  bool assumed_cut() const;

  // Whether f or F holds abs, sign, Re, Im, conj or floor, whose rules hold at real x only.
  bool real_only() const;

  // The number of values and derivatives that one point takes.
  uint64_t steps() const;
  // The cost so far: nodes evaluated, each weighted by its precision in 64-bit words, special
  // functions more. It is the same on every machine, and so is a bound on it.
  uint64_t work() const;

 private:
  class Impl;
  explicit Evaluator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::ball
