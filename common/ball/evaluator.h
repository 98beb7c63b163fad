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
#include <vector>

#include "common/ball/arithmetic.h"
#include "common/ball/ball.h"
#include "common/ball/derivative_rules.h"
#include "common/ball/evaluation_plan.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

enum class Realness {
  kUndefined,     // no finite value at this point and precision
  kStrictlyReal,  // every node below it has an imaginary part of exactly 0
  kComplex,
};

class Evaluator final : private NodeValues {
 public:
  // `value` and `differentiated` belong to one pool, which must outlive the evaluator.
  // UNIMPLEMENTED: an operation has no derivative rule or no value; the message names it.
  static absl::StatusOr<Evaluator> Create(expression::Expr value, expression::Expr differentiated);
  Evaluator(Evaluator&&) = default;
  Evaluator& operator=(Evaluator&&) = default;

  // Evaluates f at `x`, a point or a wide ball, with `bits` of precision, 32 .. 8192.
  Realness EvaluateValue(const Ball& x, slong bits);
  // The same in the other modes of Arithmetic: for a complex `x` around which f continues what it is on
  // the real line, where it must be strictly real; and for a wide real `x` across jumps and corners.
  // F' has no value after them. A call of EvaluateValue() with the same precision must come before.
  Realness ContinueValue(const Ball& x, slong bits) {
    return ValueInMode(x, bits, Arithmetic::Mode::kContinuation);
  }
  Realness EncloseValue(const Ball& x, slong bits) {
    return ValueInMode(x, bits, Arithmetic::Mode::kEnclosure);
  }
  // f(x); valid until the next call of EvaluateValue, and only if that did not return kUndefined.
  const Ball& value() const { return Value(value_); }

  // Evaluates F' at the point and precision of the last EvaluateValue. False: F has no finite
  // derivative there.
  bool EvaluateDerivative();
  const Ball& derivative() const {
    return differentiated_->has_variable() ? Derivative(differentiated_) : zero_;
  }

  // Whether some argument since EvaluateValue was taken to lie on a branch cut. Conclusions from
  // the values are then likely, but not proved.
  bool assumed_cut() const {
    return arithmetic_.assumed_cut() || value_group_.assumed_cut || derivative_group_.assumed_cut;
  }

  // Whether f or F holds abs, sign, Re, Im, conj or floor, whose rules hold at real x only.
  bool real_only() const { return plan_.real_only; }

  // The number of values and derivatives that one point takes.
  uint64_t steps() const { return plan_.slots; }
  // The cost so far: nodes evaluated, each weighted by its precision in 64-bit words, special
  // functions more. It is the same on every machine, and so is a bound on it.
  uint64_t work() const { return work_; }

 private:
  // The state of one list of constants, which is computed again only when the precision changes.
  struct ConstantGroup {
    slong bits = 0;
    bool defined = false;
    bool real = true;
    bool assumed_cut = false;
  };

  Evaluator(EvaluationPlan plan, expression::Expr value, expression::Expr differentiated);

  const Ball& Value(expression::Expr node) const override {
    return balls_[plan_.value_slot[node->id()]];
  }
  const Ball& Derivative(expression::Expr node) const override {
    return balls_[plan_.derivative_slot[node->id()]];
  }
  Realness ValueInMode(const Ball& x, slong bits, Arithmetic::Mode mode);
  bool RefreshConstants(ConstantGroup& group, const std::vector<PlanStep>& steps);
  // Runs the steps and stops at the first node without a value. Clears `real` when a node is not
  // exactly real: a real value with a complex node below it does not count as strictly real.
  bool Run(const std::vector<PlanStep>& steps, bool& real);
  Ball Compute(const PlanStep& step);
  Ball Accumulate(expression::Expr node) const;
  Ball Power(const PlanStep& step);
  Ball FunctionValue(expression::Expr node);
  Ball HypergeometricValue(expression::Expr node) const;

  EvaluationPlan plan_;
  expression::Expr value_, differentiated_;
  std::vector<Ball> balls_;
  Ball zero_;
  Ball x_;
  Arithmetic arithmetic_{64};
  ConstantGroup value_group_, derivative_group_;
  uint64_t work_ = 0;
};

}  // namespace motzkin::ball
