#include "worker/integrator/verifier/pi_number.h"

#include <cstdlib>

namespace motzkin::integrator {
namespace {

using expression::Expr;
using expression::Op;

constexpr uint32_t kDepthMax = 300;  // The calls nest as deep as the expression.
constexpr long kPowerMax = 64;

// Returns sin(turns * pi / 2), which is 0, 1 or -1.
long Sine(const mpz_class& turns) {
  switch (mpz_fdiv_ui(turns.get_mpz_t(), 4)) {
    case 1:
      return 1;
    case 3:
      return -1;
    default:
      return 0;
  }
}

std::optional<PiNumber> OfFunction(Op op, const PiNumber& u) {
  if (op == Op::kExp && u.IsZero()) return PiNumber{1};
  if (op == Op::kLog && u.times_pi == 0 && u.rational == 1) return PiNumber{};
  if (op == Op::kSqrt && u.times_pi == 0 && (u.rational == 0 || u.rational == 1)) return u;
  const mpq_class turns = 2 * u.times_pi;
  if (u.rational != 0 || turns.get_den() != 1) return std::nullopt;
  const long sine = Sine(turns.get_num()), cosine = Sine(turns.get_num() + 1);
  if (op == Op::kSin) return PiNumber{sine};
  if (op == Op::kCos) return PiNumber{cosine};
  if (op == Op::kTan && cosine != 0) return PiNumber{};
  if (op == Op::kCot && sine != 0) return PiNumber{};
  return std::nullopt;
}

std::optional<PiNumber> Power(const PiNumber& base, const PiNumber& exponent) {
  const bool whole = exponent.times_pi == 0 && exponent.rational.get_den() == 1;
  if (!whole || base.times_pi != 0 || abs(exponent.rational) > kPowerMax) return std::nullopt;
  const long n = exponent.rational.get_num().get_si();
  if (n < 0 && base.rational == 0) return std::nullopt;
  mpq_class power = 1;
  for (long i = 0; i < std::labs(n); ++i) power *= base.rational;
  return PiNumber{n < 0 ? mpq_class(1 / power) : power};
}

}  // namespace

std::optional<PiNumber> ExactValues::Combine(Op op, const PiNumber& a, const PiNumber& b) const {
  switch (op) {
    case Op::kAdd:
      return PiNumber{a.rational + b.rational, a.times_pi + b.times_pi};
    case Op::kSub:
      return PiNumber{a.rational - b.rational, a.times_pi - b.times_pi};
    case Op::kMul:
      if (a.times_pi != 0 && b.times_pi != 0) return std::nullopt;
      return PiNumber{a.rational * b.rational, a.rational * b.times_pi + a.times_pi * b.rational};
    case Op::kDiv:
      if (b.times_pi != 0 || b.rational == 0) return std::nullopt;
      return PiNumber{a.rational / b.rational, a.times_pi / b.rational};
    default:
      return Power(a, b);
  }
}

std::optional<PiNumber> ExactValues::Of(Expr expr) {
  if (expr->depth() > kDepthMax) return std::nullopt;
  const auto found = known_.find(expr);
  if (found != known_.end()) return found->second;
  const std::optional<PiNumber> value = Compute(expr);
  known_.emplace(expr, value);
  return value;
}

std::optional<PiNumber> ExactValues::Compute(Expr expr) {
  switch (expr->op()) {
    case Op::kNumber:
      return PiNumber{expr->number()};
    case Op::kPi:
      return PiNumber{0, 1};
    case Op::kVariable:
      return x_;
    default:
      break;
  }
  if (expr->children().empty()) return std::nullopt;
  std::optional<PiNumber> value = Of(expr->child(0));
  if (!value) return std::nullopt;
  if (expr->op() == Op::kNeg) return Combine(Op::kSub, {}, *value);
  if (expr->children().size() == 1) return OfFunction(expr->op(), *value);
  switch (expr->op()) {
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul:
    case Op::kDiv:
    case Op::kPow:
      break;
    default:
      return std::nullopt;
  }
  for (const Expr child : expr->children().subspan(1)) {
    const std::optional<PiNumber> other = Of(child);
    if (!value || !other) return std::nullopt;
    value = Combine(expr->op(), *value, *other);
  }
  return value;
}

}  // namespace motzkin::integrator
