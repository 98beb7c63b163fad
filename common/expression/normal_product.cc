#include "common/expression/normal_product.h"

#include <algorithm>
#include <utility>

#include "common/expression/exact_numbers.h"
#include "common/expression/term_order.h"

namespace motzkin::expression {
namespace {

bool IsWhole(const mpq_class& value) { return value.get_den() == 1; }

size_t Bits(const mpq_class& value) {
  return std::max(mpz_sizeinbase(value.get_num_mpz_t(), 2),
                  mpz_sizeinbase(value.get_den_mpz_t(), 2));
}

// Whether value^exponent is small enough to be carried out: 2^1000 is, and 9^9^9 stays a power.
bool CanCarryOut(const mpq_class& value, const mpq_class& exponent) {
  constexpr unsigned long kResultBitsMax = 1'024;
  return abs(exponent) * Bits(value) <= kResultBitsMax;
}

// Returns value^exponent for a value other than 0. Powers of numbers in lowest terms are in lowest
// terms, so only the reciprocal has to be canonicalized.
mpq_class WholePower(const mpq_class& value, long exponent) {
  const unsigned long size = static_cast<unsigned long>(exponent < 0 ? -exponent : exponent);
  mpq_class power;
  mpz_pow_ui(power.get_num_mpz_t(), value.get_num_mpz_t(), size);
  mpz_pow_ui(power.get_den_mpz_t(), value.get_den_mpz_t(), size);
  return exponent < 0 ? mpq_class(1 / power) : power;
}

// Whether (u^a)^b is u^(a*b) on the principal branch: the argument of u^a is then within (-pi, pi).
bool IsInnerRoot(Expr power) {
  return power->op() == Op::kPow && power->child(1)->op() == Op::kNumber &&
         abs(power->child(1)->number()) < 1;
}

// Returns the rational term of an exponent; null if it has none.
Expr RationalTerm(Expr exponent) {
  if (exponent->op() != Op::kAdd || exponent->children().back()->op() != Op::kNumber)
    return nullptr;
  return exponent->children().back();
}

// Returns the u of log(u) and c*log(u); null for all other expressions.
Expr LogArgument(Expr exponent) {
  if (HasCoefficient(exponent) && exponent->children().size() == 2) exponent = exponent->child(1);
  return exponent->op() == Op::kLog ? exponent->child(0) : nullptr;
}

}  // namespace

void NormalProduct::MultiplyPower(Expr base, Expr exponent) {
  if (base->op() == Op::kUndefined || exponent->op() == Op::kUndefined || undefined_ ||
      !builder_.Spend(1)) {
    // An undefined factor makes the whole product undefined, even if another factor is 0.
    undefined_ = true;
  } else if (exponent->op() != Op::kNumber) {
    MultiplySymbolicPower(base, exponent);
  } else if (!IsWhole(exponent->number())) {
    MultiplyFractionalPower(base, exponent);
  } else if (exponent->number() != 0) {
    // u^0 is 1 for every u that has a value, 0 included, and changes nothing.
    MultiplyWholePower(base, exponent);
  }
}

void NormalProduct::MultiplyWholePower(Expr base, Expr exponent) {
  const mpq_class& n = exponent->number();
  switch (base->op()) {
    case Op::kNumber:
      return MultiplyNumberWholePower(base->number(), n);
    case Op::kI:
      // i is (-1)^(1/2).
      phase_ += n / 2;
      return;
    case Op::kMul:
      // A whole exponent may be distributed over factors, and multiplied into an inner exponent, on
      // any branch.
      for (const Expr factor : base->children()) MultiplyPower(factor, exponent);
      return;
    case Op::kPow:
      return MultiplyPower(base->child(0), builder_.Scale(base->child(1), n));
    case Op::kExp:
      return MultiplyPower(pool().Leaf(Op::kE), builder_.Scale(base->child(0), n));
    case Op::kAdd: {
      const mpq_class content = NormalBuilder::Content(base);
      // (2*x + 2)^3 is 8*(x + 1)^3, so that sums which differ by a factor have one base.
      MultiplyNumberWholePower(content, n);
      return Keep(builder_.Scale(base, 1 / content), exponent);
    }
    default:
      return Keep(base, exponent);
  }
}

void NormalProduct::MultiplyNumber(const mpq_class& value) {
  if (value == 1) return;
  coefficient_ *= value;
  // The pool bounds numbers as they become nodes. The coefficient becomes one only in Finish(), and
  // must not grow beyond all bounds until then.
  undefined_ = undefined_ || Bits(coefficient_) > pool().limits().number_bits;
}

void NormalProduct::MultiplyNumberWholePower(const mpq_class& value, const mpq_class& exponent) {
  if (exponent == 1) return MultiplyNumber(value);
  if (value == 0) {
    // 0^-1 has no value.
    undefined_ = undefined_ || exponent < 0;
    coefficient_ = 0;
  } else if (value == 1 || value == -1) {
    if (value < 0) phase_ += exponent;
  } else if (CanCarryOut(value, exponent)) {
    MultiplyNumber(WholePower(value, exponent.get_num().get_si()));
  } else {
    if (value < 0) phase_ += exponent;
    // The power is too large to carry out, so only its sign is.
    KeepNumberPower(abs(value), pool().Number(exponent));
  }
}

void NormalProduct::MultiplyFractionalPower(Expr base, Expr exponent) {
  const mpq_class& r = exponent->number();
  switch (base->op()) {
    case Op::kNumber:
      return MultiplyNumberFractionalPower(base->number(), r);
    case Op::kI:
      phase_ += r / 2;
      return;
    case Op::kMul: {
      if (base->child(0)->op() != Op::kNumber || base->child(0)->number() == -1)
        return Keep(base, exponent);
      // A negative coefficient leaves its sign inside: (-2*u)^r is 2^r*(-u)^r, but (-u)^r is not
      // always (-1)^r*u^r on the principal branch.
      const mpq_class coefficient = base->child(0)->number();
      const Expr rest = builder_.WithoutCoefficient(base);
      MultiplyNumberFractionalPower(abs(coefficient), r);
      return coefficient > 0 ? MultiplyPower(rest, exponent)
                             : Keep(builder_.Negate(rest), exponent);
    }
    case Op::kAdd: {
      // The sign stays inside, as above.
      const mpq_class content = abs(NormalBuilder::Content(base));
      if (content != 1) MultiplyNumberFractionalPower(content, r);
      return Keep(builder_.Scale(base, 1 / content), exponent);
    }
    case Op::kPow:
      if (!IsInnerRoot(base)) return Keep(base, exponent);
      return MultiplyPower(base->child(0), pool().Number(base->child(1)->number() * r));
    case Op::kExp:
      // exp(c) is positive for a rational c, so exp(c)^r is exp(c*r). For other arguments it may
      // lie on another branch.
      if (base->child(0)->op() != Op::kNumber) return Keep(base, exponent);
      return MultiplyPower(pool().Leaf(Op::kE), pool().Number(base->child(0)->number() * r));
    default:
      return Keep(base, exponent);
  }
}

void NormalProduct::MultiplyNumberFractionalPower(mpq_class value, const mpq_class& exponent) {
  if (value == 0) return MultiplyNumberWholePower(value, exponent);
  // (-v)^r is (-1)^r v^r for v > 0 on the principal branch.
  if (value < 0) {
    phase_ += exponent;
    value = -value;
  }
  if (value == 1) return;
  if (!CanCarryOut(value, exponent)) return KeepNumberPower(value, pool().Number(exponent));
  // (a/b)^r is a^r*b^-r for positive a and b, so radicals have whole bases.
  if (value.get_num() != 1) radicals_.push_back({value.get_num(), exponent});
  if (value.get_den() != 1) radicals_.push_back({value.get_den(), -exponent});
}

void NormalProduct::MultiplySymbolicPower(Expr base, Expr exponent) {
  if (base->op() == Op::kNumber) return MultiplyNumberSymbolicPower(base, exponent);
  if (IsInnerRoot(base))
    return MultiplyPower(base->child(0), builder_.Scale(exponent, base->child(1)->number()));
  const Expr log_argument = base->op() == Op::kE ? LogArgument(exponent) : nullptr;
  if (log_argument == nullptr) return Keep(base, exponent);
  // exp(log(u)) is u and exp(c*log(u)) is u^c, by the definition of the principal power.
  const bool plain = exponent->op() == Op::kLog;
  MultiplyPower(log_argument, plain ? pool().Integer(1) : exponent->child(0));
}

void NormalProduct::MultiplyNumberSymbolicPower(Expr base, Expr exponent) {
  const mpq_class& value = base->number();
  if (value == 1) return;
  if (value <= 0) return Keep(base, exponent);
  const Expr rational = RationalTerm(exponent);
  if (rational == nullptr || !CanCarryOut(value, rational->number()))
    return KeepNumberPower(value, exponent);
  // 2^(x + 3) is 8*2^x, so that the two have one form.
  MultiplyPower(base, rational);
  KeepNumberPower(value, builder_.SumOfTwo(exponent, -1, rational));
}

void NormalProduct::KeepNumberPower(const mpq_class& value, Expr exponent) {
  // (1/2)^x is kept as 2^(-x), so that powers of a number and of its reciprocal have one base.
  if (value > 1) {
    Keep(pool().Number(value), exponent);
  } else {
    Keep(pool().Number(1 / value), builder_.Negate(exponent));
  }
}

bool NormalProduct::MergeBases() {
  // Equal bases are the same node, and sorting makes them neighbours.
  const auto same_base = [](const Power& a, const Power& b) { return a.base == b.base; };
  std::sort(powers_.begin(), powers_.end(),
            [](const Power& a, const Power& b) { return CompareTerms(a.base, b.base) < 0; });
  if (std::adjacent_find(powers_.begin(), powers_.end(), same_base) == powers_.end()) return false;
  std::vector<Power> merged;
  for (const Power& power : powers_) {
    if (!merged.empty() && merged.back().base == power.base) {
      merged.back().exponent = builder_.SumOfTwo(merged.back().exponent, 1, power.exponent);
    } else {
      merged.push_back(power);
    }
  }
  powers_ = std::move(merged);
  return true;
}

Expr NormalProduct::AsFactor(const Power& power) {
  if (power.exponent->IsInteger(1)) return power.base;
  if (power.base->op() == Op::kE) return pool().Unary(Op::kExp, power.exponent);
  return pool().Pow(power.base, power.exponent);
}

// Adds what remains of (-1)^phase besides a sign: i, or another root.
void NormalProduct::AddPhase(std::vector<Expr>& factors) {
  if (phase_ == 0) return;
  // (-1)^phase is (-1)^floor(phase), which is a sign, times a root with an exponent from 0 to 1.
  const mpz_class half_turns = Floor(phase_);
  const mpq_class rest = phase_ - half_turns;
  if (mpz_odd_p(half_turns.get_mpz_t()) != 0) coefficient_ = -coefficient_;
  if (rest == mpq_class(1, 2)) {
    factors.push_back(pool().Leaf(Op::kI));
  } else if (rest != 0) {
    factors.push_back(pool().Pow(pool().Integer(-1), pool().Number(rest)));
  }
}

void NormalProduct::AddRadicals(std::vector<Expr>& factors) {
  if (radicals_.empty()) return;
  coefficient_ *= NormalizeRadicals(radicals_);
  for (const Radical& radical : radicals_) {
    factors.push_back(
        pool().Pow(pool().Number(mpq_class(radical.base)), pool().Number(radical.exponent)));
  }
}

Expr NormalProduct::Finish() {
  // A merged power can come apart again: (2*x)^(1/2) times itself is 2*x. Each round merges bases,
  // so this ends.
  while (MergeBases()) {
    for (const Power& power : std::exchange(powers_, {})) MultiplyPower(power.base, power.exponent);
  }
  std::vector<Expr> factors;
  factors.reserve(powers_.size());
  for (const Power& power : powers_) factors.push_back(AsFactor(power));
  AddPhase(factors);
  AddRadicals(factors);
  for (const Expr factor : factors) undefined_ = undefined_ || factor->op() == Op::kUndefined;
  if (undefined_) return pool().Undefined();
  // This follows the check for undefined factors, because 0 times an undefined factor has no value.
  if (coefficient_ == 0) return pool().Integer(0);
  if (factors.empty()) return pool().Number(coefficient_);
  // Scale() multiplies a sum out, because a number times a sum is not a product.
  if (factors.size() == 1) return builder_.Scale(factors.front(), coefficient_);
  std::sort(factors.begin(), factors.end(), [](Expr a, Expr b) { return CompareTerms(a, b) < 0; });
  // In front, where HasCoefficient() expects a coefficient.
  if (coefficient_ != 1) factors.insert(factors.begin(), pool().Number(coefficient_));
  return pool().Make(Op::kMul, factors);
}

Expr NormalBuilder::Power(Expr base, Expr exponent) {
  NormalProduct product(*this);
  product.MultiplyPower(base, exponent);
  return product.Finish();
}

}  // namespace motzkin::expression
