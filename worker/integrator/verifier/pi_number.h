// Exact values at ends such as pi/2, where balls cannot tell that cos(x) is 0.
#pragma once

#include <gmpxx.h>

#include <map>
#include <optional>

#include "common/expression/expression.h"

namespace motzkin::integrator {

// rational + times_pi * pi
struct PiNumber {
  mpq_class rational = 0;
  mpq_class times_pi = 0;

  bool IsZero() const { return rational == 0 && times_pi == 0; }
};

// The values of expressions at one place. Thread-compatible.
class ExactValues {
 public:
  // Without a place, of expressions without x.
  explicit ExactValues(std::optional<PiNumber> x) : x_(std::move(x)) {}

  // Returns the value if simple rules give it exactly: sums and rational multiples, and sin, cos, tan,
  // exp, log and powers where their values are whole. `expr` must outlive this.
  std::optional<PiNumber> Of(expression::Expr expr);

 private:
  std::optional<PiNumber> Compute(expression::Expr expr);
  std::optional<PiNumber> Combine(expression::Op op, const PiNumber& a, const PiNumber& b) const;

  const std::optional<PiNumber> x_;
  std::map<expression::Expr, std::optional<PiNumber>> known_;
};

}  // namespace motzkin::integrator
