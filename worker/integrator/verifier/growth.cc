#include "worker/integrator/verifier/growth.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::BallOf;
using ball::RealBallOf;

// Each power of L or exponential is traded for a part of a power of t.
bool IsPositive(const Ball& a) { return a.IsReal() && arb_is_positive(a.real()) != 0; }
bool IsNegative(const Ball& a) { return a.IsReal() && arb_is_negative(a.real()) != 0; }

}  // namespace

GrowthRules::GrowthRules(Ball delta, slong bits) : delta_(std::move(delta)), bits_(bits) {
  log_ = RealBallOf(arb_log, delta_.real(), bits_);
  acb_neg(log_.get(), log_.get());
}

Ball GrowthRules::Number(const mpq_class& value) const {
  Ball result;
  fmpq_t rational;
  fmpq_init(rational);
  fmpq_set_mpq(rational, value.get_mpq_t());
  arb_set_fmpq(result.real(), rational, bits_);
  fmpq_clear(rational);
  return result;
}

Ball GrowthRules::PowerOf(const Ball& base, const mpq_class& exponent) const {
  if (exponent.get_den() == 1) {
    // arb_pow() has no value for a ball around 0.
    fmpz_t power;
    fmpz_init(power);
    fmpz_set_mpz(power, exponent.get_num_mpz_t());
    Ball result = RealBallOf(arb_pow_fmpz, base.real(), power, bits_);
    fmpz_clear(power);
    return result;
  }
  if (!base.ContainsZero()) return RealBallOf(arb_pow, base.real(), Number(exponent).real(), bits_);
  // The base is not negative, and the exponent is positive.
  Ball most;
  arb_get_ubound_arf(arb_midref(most.real()), base.real(), bits_);
  const Ball power = RealBallOf(arb_pow, most.real(), Number(exponent).real(), bits_);
  return RealBallOf(arb_union, Ball(0).real(), power.real(), bits_);
}

std::optional<Ball> GrowthRules::Supremum(const mpq_class& p, const mpq_class& q, const Ball& k,
                                          const mpq_class& m) const {
  // The derivative by s = log(t) of the logarithm is p - q/L - k m t^-m. Where it is not negative for
  // all t, the greatest value is that at delta. With k <= 0 and m > 0, the last term only grows.
  if (m != 0 && !IsNegative(k)) return std::nullopt;
  Ball slope = Number(p);
  Ball lost = BallOf(acb_div, Number(q).get(), log_.get(), bits_);
  if (q > 0) acb_sub(slope.get(), slope.get(), lost.get(), bits_);
  Ball value = PowerOf(delta_, p);
  acb_mul(value.get(), value.get(), PowerOf(log_, q).get(), bits_);
  if (m != 0) {
    const Ball exponent = BallOf(acb_mul, k.get(), PowerOf(delta_, -m).get(), bits_);
    const Ball gained = BallOf(acb_mul, exponent.get(), Number(m).get(), bits_);
    acb_sub(slope.get(), slope.get(), gained.get(), bits_);
    acb_mul(value.get(), value.get(), RealBallOf(arb_exp, exponent.real(), bits_).get(), bits_);
  }
  if (arb_is_nonnegative(slope.real()) == 0 || !value.IsFinite()) return std::nullopt;
  return value;
}

std::optional<Ball> GrowthRules::Range(const Growth& a) const {
  if (a.IsFlat()) return a.c;
  const std::optional<Ball> most = Supremum(a.p, a.q, a.k, a.m);
  if (!most) return std::nullopt;
  const Ball whole = RealBallOf(arb_union, Ball(0).real(), most->real(), bits_);
  return BallOf(acb_mul, a.c.get(), whole.get(), bits_);
}

std::optional<Growth> GrowthRules::Add(const Growth& a, const Growth& b) const {
  if (acb_is_zero(a.c.get()) != 0) return b;
  if (acb_is_zero(b.c.get()) != 0) return a;
  // b is measured by a; if it grows beyond it, the other way round.
  for (const auto& [first, second] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    Growth ratio{second->c, second->p - first->p, second->q - first->q};
    if (first->m == second->m) {
      ratio.m = first->m;
      ratio.k = BallOf(acb_sub, second->k.get(), first->k.get(), bits_);
      if (acb_equal(first->k.get(), second->k.get()) != 0 && acb_is_exact(first->k.get()) != 0)
        ratio.m = 0;
    } else if (first->m == 0) {
      ratio.m = second->m;
      ratio.k = second->k;
    } else if (second->m == 0) {
      ratio.m = first->m;
      ratio.k = BallOf(acb_neg, first->k.get());
    } else {
      continue;
    }
    const std::optional<Ball> part = Range(ratio);
    if (!part) continue;
    Growth sum = *first;
    acb_add(sum.c.get(), sum.c.get(), part->get(), bits_);
    return sum;
  }
  return std::nullopt;
}

std::optional<Growth> GrowthRules::Mul(const Growth& a, const Growth& b) const {
  Growth product{BallOf(acb_mul, a.c.get(), b.c.get(), bits_), a.p + b.p, a.q + b.q};
  if (a.m == 0 || b.m == 0) {
    product.m = a.m == 0 ? b.m : a.m;
    product.k = a.m == 0 ? b.k : a.k;
    return product;
  }
  // The slower exponential is a part of the faster one.
  const Growth& fast = a.m >= b.m ? a : b;
  const Growth& slow = a.m >= b.m ? b : a;
  Ball part = slow.k;
  if (fast.m != slow.m) {
    const std::optional<Ball> range = Range({slow.k, fast.m - slow.m});
    if (!range) return std::nullopt;
    part = *range;
  }
  product.m = fast.m;
  product.k = BallOf(acb_add, fast.k.get(), part.get(), bits_);
  if (acb_is_zero(product.k.get()) != 0) product.m = 0;
  if (product.m != 0 && product.k.ContainsZero()) return std::nullopt;
  return product;
}

std::optional<Growth> GrowthRules::Power(const Growth& a, const mpq_class& exponent) const {
  const bool whole = exponent.get_den() == 1;
  if (!whole && arb_is_nonnegative(a.c.real()) == 0) return std::nullopt;
  if (exponent < 0 && a.c.ContainsZero()) return std::nullopt;
  Growth power{PowerOf(a.c, exponent), a.p * exponent, a.q * exponent};
  power.m = a.m;
  power.k = BallOf(acb_mul, a.k.get(), Number(exponent).get(), bits_);
  if (!power.c.IsFinite()) return std::nullopt;
  return power;
}

std::optional<Growth> GrowthRules::Exp(const Growth& a) const {
  if (const std::optional<Ball> range = Range(a)) {
    Growth result = Constant(RealBallOf(arb_exp, range->real(), bits_));
    return result.c.IsFinite() ? std::optional(result) : std::nullopt;
  }
  if (a.m == 0 && a.p == 0 && a.q == 1) return ExpOfLog(a.c);
  if (a.m != 0 || a.q != 0 || a.p >= 0 || a.c.ContainsZero()) return std::nullopt;
  Growth result = Constant(Ball(1));
  result.k = a.c;
  result.m = -a.p;
  return result;
}

std::optional<Growth> GrowthRules::ExpOfLog(const Ball& c) const {
  // exp(c L) is t^-c, which is at most the power with the greatest c, rounded up. Beyond the fourth power
  // nothing is integrable.
  constexpr double kSteps = 64;
  if (!c.IsFinite() || !c.IsBelow(2)) return std::nullopt;
  arf_t most;
  arf_init(most);
  arb_get_ubound_arf(most, c.real(), bits_);
  const double steps = std::ceil(std::max(0.0, arf_get_d(most, ARF_RND_CEIL)) * kSteps);
  arf_clear(most);
  Growth result = Constant(RealBallOf(arb_union, Ball(0).real(), Ball(1).real(), bits_));
  result.p = -mpq_class(steps) / mpq_class(kSteps);
  return result;
}

std::optional<Growth> GrowthRules::Log(const Growth& a) const {
  if (!IsPositive(a.c)) return std::nullopt;
  const Ball log_c = RealBallOf(arb_log, a.c.real(), bits_);
  if (a.IsFlat()) return Constant(log_c);
  if (a.q != 0) return std::nullopt;
  // -p L + log(C), as a multiple of L.
  const Ball inverse = BallOf(acb_inv, log_.get(), bits_);
  const Ball part = RealBallOf(arb_union, Ball(0).real(), inverse.real(), bits_);
  Growth result{BallOf(acb_mul, log_c.get(), part.get(), bits_), 0, 1};
  acb_sub(result.c.get(), result.c.get(), Number(a.p).get(), bits_);
  if (a.m == 0) return result;
  return Add(result, {a.k, -a.m});
}

std::optional<Ball> GrowthRules::Integral(const Growth& a) const {
  // A part of t^(p+1) bounds the logarithm and the exponential; the rest is integrated.
  for (const mpq_class& rest : {mpq_class(8), mpq_class(1), mpq_class(1, 2), mpq_class(1, 8)}) {
    const mpq_class kept = a.m != 0 ? rest : mpq_class((a.p + 1) * rest);
    if (kept <= 0 || (a.m == 0 && rest > 1)) continue;
    const std::optional<Ball> most = Supremum(a.p + 1 - kept, a.q, a.k, a.m);
    if (!most) continue;
    // The integral of t^(kept - 1).
    Ball bound = BallOf(acb_div, PowerOf(delta_, kept).get(), Number(kept).get(), bits_);
    acb_mul(bound.get(), bound.get(), most->get(), bits_);
    acb_mul(bound.get(), bound.get(), a.c.get(), bits_);
    if (!bound.IsFinite()) continue;
    Ball around;
    acb_get_mag(arb_radref(around.real()), bound.get());
    return around;
  }
  return std::nullopt;
}

}  // namespace motzkin::integrator
