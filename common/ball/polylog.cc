#include "common/ball/polylog.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace motzkin::ball {
namespace {

// Coefficients are kept, and beyond these bounds they would take too long to make for one answer.
constexpr slong kOrderMax = 8;
constexpr slong kBitsMax = 256;
constexpr slong kGuardBits = 20;
// Up to this absolute value Li_s(z) = sum of z^k / k^s converges faster than the series in log z.
constexpr double kSmall = 0.25;
constexpr double kLarge = 4;

// Returns the bound of |z| that `get` gives: acb_get_mag() from above, acb_get_mag_lower() from below.
double BoundOf(const acb_t z, void (*get)(mag_t, const acb_t)) {
  mag_t bound;
  mag_init(bound);
  get(bound, z);
  const double value = mag_get_d(bound);
  mag_clear(bound);
  return value;
}

double UpperBound(const acb_t z) { return BoundOf(z, acb_get_mag); }
double LowerBound(const acb_t z) { return BoundOf(z, acb_get_mag_lower); }

// Adds an error to both parts.
void Widen(acb_t z, double error) {
  mag_t bound;
  mag_init(bound);
  mag_set_d(bound, error);
  acb_add_error_mag(z, bound);
  mag_clear(bound);
}

// Returns how many terms it takes until ratio^terms is below 2^-bits.
slong TermsFor(double ratio, slong bits) {
  return static_cast<slong>(std::ceil(static_cast<double>(bits) / -std::log2(ratio))) + 1;
}

// The coefficients of both series, of one order to one precision. They grow as far as they are asked
// for.
struct Coefficients {
  std::vector<Ball> powers;  // 1 / k^order, from k = 1
  std::vector<Ball> zetas;   // zeta(order - k) / k!, from k = 0; 0 at the pole of zeta
};

Coefficients& CoefficientsOf(slong order, slong bits) {
  thread_local std::map<std::pair<slong, slong>, Coefficients> kept;
  return kept[{order, bits}];
}

// Li_s(z) = sum of z^k / k^s. Since 1 / k^s <= 1, what follows N terms is at most |z|^(N+1) / (1 - |z|).
void BySmallness(acb_t result, slong order, const acb_t z, slong bits) {
  const double size = UpperBound(z);
  const slong terms = size == 0 ? 1 : TermsFor(size, bits);
  std::vector<Ball>& powers = CoefficientsOf(order, bits).powers;
  for (auto k = static_cast<ulong>(powers.size()) + 1; std::ssize(powers) < terms; ++k) {
    Ball power(static_cast<long>(k));
    arb_pow_ui(power.real(), power.real(), static_cast<ulong>(order), bits);
    powers.push_back(BallOf(acb_inv, power.get(), bits));
  }
  Ball sum;
  for (slong k = terms; k >= 1; --k) {
    acb_add(sum.get(), sum.get(), powers[static_cast<size_t>(k - 1)].get(), bits);
    acb_mul(sum.get(), sum.get(), z, bits);
  }
  Widen(sum.get(), std::pow(size, static_cast<double>(terms + 1)) / (1 - size) * (1 + 1e-9));
  acb_set(result, sum.get());
}

Ball ZetaCoefficient(slong order, slong k, slong bits) {
  Ball coefficient;
  if (k == order - 1) return coefficient;
  arb_set_si(coefficient.real(), order - k);
  arb_zeta(coefficient.real(), coefficient.real(), bits);
  arb_t factorial;
  arb_init(factorial);
  arb_fac_ui(factorial, static_cast<ulong>(k), bits);
  arb_div(coefficient.real(), coefficient.real(), factorial, bits);
  arb_clear(factorial);
  return coefficient;
}

// Li_s(e^m) = m^(s-1) / (s-1)! (H_(s-1) - log(-m)) + sum of zeta(s-k) m^k / k! without k = s-1, for
// |m| < 2 pi (D. C. Wood, The computation of polylogarithms, 1992, equation 9.5).
//
// For k > s, |zeta(s-k)| < 4 (k-s)! / (2 pi)^(k-s+1) by the functional equation, so what follows the
// term N is at most 4 (2 pi)^(s-1) r^(N+1) / (1 - r) with r = |m| / (2 pi).
void ByLogarithm(acb_t result, slong order, const acb_t z, slong bits) {
  const Ball m = BallOf(acb_log, z, bits);
  const double ratio = UpperBound(m.get()) / (2 * M_PI) * (1 + 1e-9);
  const slong terms = std::max(TermsFor(ratio, bits), order + 1);
  std::vector<Ball>& zetas = CoefficientsOf(order, bits).zetas;
  while (std::ssize(zetas) <= terms)
    zetas.push_back(ZetaCoefficient(order, std::ssize(zetas), bits));
  Ball sum;
  for (slong k = terms; k >= 0; --k) {
    acb_mul(sum.get(), sum.get(), m.get(), bits);
    acb_add(sum.get(), sum.get(), zetas[static_cast<size_t>(k)].get(), bits);
  }
  const double tail = 4 * std::pow(2 * M_PI, static_cast<double>(order - 1)) *
                      std::pow(ratio, static_cast<double>(terms + 1)) / (1 - ratio);
  Widen(sum.get(), tail * (1 + 1e-9));

  Ball singular = BallOf(acb_neg, m.get());
  acb_log(singular.get(), singular.get(), bits);
  acb_neg(singular.get(), singular.get());
  for (slong k = 1; k < order; ++k) {
    Ball part(1);
    acb_div_si(part.get(), part.get(), k, bits);
    acb_add(singular.get(), singular.get(), part.get(), bits);
  }
  for (slong k = 1; k < order; ++k) {
    acb_mul(singular.get(), singular.get(), m.get(), bits);
    acb_div_si(singular.get(), singular.get(), k, bits);
  }
  acb_add(result, sum.get(), singular.get(), bits);
}

// Returns the order if a series of ours is for it, else 0. Arb has elementary formulas below 3.
slong WholeOrder(const acb_t order) {
  const arb_srcptr real = acb_realref(order);
  if (arb_is_zero(acb_imagref(order)) == 0 || arb_is_int(real) == 0) return 0;
  const double value = arf_get_d(arb_midref(real), ARF_RND_NEAR);
  return value >= 3 && value <= static_cast<double>(kOrderMax) ? static_cast<slong>(value) : 0;
}

enum class Series { kNone, kSmallness, kLogarithm };

Series SeriesAt(const acb_t z) {
  const bool may_be_real = arb_contains_zero(acb_imagref(z)) != 0;
  Ball one(1);
  // On the cut, and where a ball reaches over it, the side matters, which Arb takes care of.
  if (acb_is_finite(z) == 0 || (may_be_real && arb_lt(acb_realref(z), one.real()) == 0)) {
    return Series::kNone;
  }
  const double size = UpperBound(z);
  if (size <= kSmall) return Series::kSmallness;
  if (size >= kLarge || LowerBound(z) < kSmall / 2) return Series::kNone;
  // The logarithm of a ball that reaches over the negative axis is of no use. A negative number itself has
  // a logarithm, and Li_s is the same on both sides there.
  const bool over_negative_axis =
      may_be_real && arb_is_zero(acb_imagref(z)) == 0 && arb_is_positive(acb_realref(z)) == 0;
  return over_negative_axis ? Series::kNone : Series::kLogarithm;
}

}  // namespace

void Polylog(acb_t result, const acb_t order, const acb_t z, slong bits) {
  const slong whole = bits <= kBitsMax ? WholeOrder(order) : 0;
  const Series series = whole == 0 ? Series::kNone : SeriesAt(z);
  if (series == Series::kNone) return acb_polylog(result, order, z, bits);
  // SeriesAt() has seen that a real z is below 1, where the function is real.
  const bool real = arb_is_zero(acb_imagref(z)) != 0;
  if (series == Series::kSmallness) {
    BySmallness(result, whole, z, bits + kGuardBits);
  } else {
    ByLogarithm(result, whole, z, bits + kGuardBits);
  }
  if (real) arb_zero(acb_imagref(result));
}

}  // namespace motzkin::ball
