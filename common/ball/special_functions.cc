#include "common/ball/special_functions.h"

#include <vector>

namespace motzkin::ball {
namespace {

using expression::Op;

// Arb's special functions can take seconds for arguments of 2^64 and more; such an argument counts
// as having no value.
constexpr slong kArgumentExponentMax = 64;

// The same limit for the parameters of hypergeometric functions, which are small fractions in real
// answers.
constexpr slong kParameterExponentMax = 6;

bool IsModerate(const Ball& z, slong exponent_max = kArgumentExponentMax) {
  mag_t bound;
  mag_init(bound);
  acb_get_mag(bound, z.get());
  const bool moderate = mag_cmp_2exp_si(bound, exponent_max) < 0;
  mag_clear(bound);
  return moderate;
}

// These are real for positive arguments and have a cut along the negative ones. Arb leaves an
// imaginary part of a radius on some of them, which must go for the result to count as real.
template <typename Function>
Ball RealWherePositive(Function function, const Ball& z, slong bits) {
  Ball result;
  function(result.get(), z.get(), bits);
  if (z.IsReal() && arb_is_positive(z.real())) arb_zero(result.imag());
  return result;
}

Ball Normalized(void (*function)(acb_t, const acb_t, int, slong), const Ball& z, slong bits) {
  Ball result;
  function(result.get(), z.get(), 1, bits);  // 1: the integrand has pi/2 t^2
  if (z.IsReal()) arb_zero(result.imag());
  return result;
}

Ball FresnelS(const Ball& z, slong bits) {
  return Normalized(
      [](acb_t r, const acb_t a, int n, slong p) { acb_hypgeom_fresnel(r, nullptr, a, n, p); }, z,
      bits);
}

Ball FresnelC(const Ball& z, slong bits) {
  return Normalized(
      [](acb_t r, const acb_t a, int n, slong p) { acb_hypgeom_fresnel(nullptr, r, a, n, p); }, z,
      bits);
}

// Evaluates a function that is real on the real line and has no branch cut.
template <typename Function>
Ball RealOnReal(Function function, const Ball& z, slong bits) {
  Ball result;
  function(result.get(), z.get(), bits);
  if (z.IsReal()) arb_zero(result.imag());
  return result;
}

// FriCAS's dilog(z) is Li_2(1 - z).
Ball Dilog(const Ball& z, slong bits) {
  Ball reflected, result;
  acb_sub_ui(reflected.get(), z.get(), 1, bits);
  acb_neg(reflected.get(), reflected.get());
  acb_hypgeom_dilog(result.get(), reflected.get(), bits);
  if (z.IsReal() && arb_is_positive(z.real())) arb_zero(result.imag());
  return result;
}

Ball LambertW(const Ball& z, slong bits) {
  Ball result;
  fmpz_t principal;
  fmpz_init(principal);
  acb_lambertw(result.get(), z.get(), principal, 0, bits);
  fmpz_clear(principal);
  // The principal branch is real from -1/e on. Balls below 0 are left as they are, because they may
  // reach beyond that.
  if (z.IsReal() && arb_is_nonnegative(z.real())) arb_zero(result.imag());
  return result;
}

Ball EllipticK(const Ball& m, slong bits) {
  Ball result;
  acb_elliptic_k(result.get(), m.get(), bits);
  return result;
}

}  // namespace

Ball SpecialFunction(Op op, const Ball& z, slong bits) {
  if (!IsModerate(z)) return Ball::Undefined();
  switch (op) {
    case Op::kEi:
      // Ei is real on both sides of 0, although it has a cut along the negative axis.
      return z.IsReal() ? RealOnReal(acb_hypgeom_ei, z, bits)
                        : RealWherePositive(acb_hypgeom_ei, z, bits);
    case Op::kLi:
      return RealWherePositive([](acb_t r, const acb_t a, slong p) { acb_hypgeom_li(r, a, 0, p); },
                               z, bits);
    case Op::kSi:
      return RealOnReal(acb_hypgeom_si, z, bits);
    case Op::kCi:
      return RealWherePositive(acb_hypgeom_ci, z, bits);
    case Op::kShi:
      return RealOnReal(acb_hypgeom_shi, z, bits);
    case Op::kChi:
      return RealWherePositive(acb_hypgeom_chi, z, bits);
    case Op::kErf:
      return RealOnReal(acb_hypgeom_erf, z, bits);
    case Op::kErfc:
      return RealOnReal(acb_hypgeom_erfc, z, bits);
    case Op::kErfi:
      return RealOnReal(acb_hypgeom_erfi, z, bits);
    case Op::kFresnelS:
      return FresnelS(z, bits);
    case Op::kFresnelC:
      return FresnelC(z, bits);
    case Op::kGamma:
      return RealOnReal(acb_gamma, z, bits);
    case Op::kLogGamma:
      return RealWherePositive(acb_lgamma, z, bits);
    case Op::kDigamma:
      return RealOnReal(acb_digamma, z, bits);
    case Op::kLambertW:
      return LambertW(z, bits);
    case Op::kDilog:
      return Dilog(z, bits);
    case Op::kEllipticK:
      return EllipticK(z, bits);
    default:
      return Ball::Undefined();
  }
}

Ball Trigamma(const Ball& z, slong bits) {
  const Ball one(1);
  Ball result;
  acb_polygamma(result.get(), one.get(), z.get(), bits);
  return result;
}

Ball SpecialFunction(Op op, std::span<const Ball* const> arguments, slong bits) {
  for (const Ball* argument : arguments) {
    if (!IsModerate(*argument)) return Ball::Undefined();
  }
  const auto arg = [&](size_t i) { return arguments[i]->get(); };
  Ball result;
  switch (op) {
    case Op::kPolylog:
      acb_polylog(result.get(), arg(0), arg(1), bits);
      break;
    case Op::kUpperGamma:
      acb_hypgeom_gamma_upper(result.get(), arg(0), arg(1), 0, bits);
      break;
    case Op::kLowerGamma:
      acb_hypgeom_gamma_lower(result.get(), arg(0), arg(1), 0, bits);
      break;
    case Op::kExpIntegralE:
      acb_hypgeom_expint(result.get(), arg(0), arg(1), bits);
      break;
    case Op::kEllipticF:
      acb_elliptic_f(result.get(), arg(0), arg(1), 0, bits);
      break;
    case Op::kEllipticE:
      acb_elliptic_e_inc(result.get(), arg(0), arg(1), 0, bits);
      break;
    case Op::kEllipticPi:
      acb_elliptic_pi_inc(result.get(), arg(0), arg(1), arg(2), 0, bits);
      break;
    case Op::kBesselJ:
      acb_hypgeom_bessel_j(result.get(), arg(0), arg(1), bits);
      break;
    case Op::kBesselY:
      acb_hypgeom_bessel_y(result.get(), arg(0), arg(1), bits);
      break;
    case Op::kBesselI:
      acb_hypgeom_bessel_i(result.get(), arg(0), arg(1), bits);
      break;
    case Op::kBesselK:
      acb_hypgeom_bessel_k(result.get(), arg(0), arg(1), bits);
      break;
    default:
      return Ball::Undefined();
  }
  return result;
}

Ball Hypergeometric(std::span<const Ball* const> upper, std::span<const Ball* const> lower,
                    const Ball& z, long shift, slong bits) {
  if (!IsModerate(z)) return Ball::Undefined();
  for (const auto& parameters : {upper, lower}) {
    for (const Ball* parameter : parameters) {
      if (!IsModerate(*parameter, kParameterExponentMax)) return Ball::Undefined();
    }
  }
  const auto shifted = [&](std::span<const Ball* const> parameters) {
    std::vector<Ball> result(parameters.size());
    for (size_t i = 0; i < parameters.size(); ++i) {
      acb_add_si(result[i].get(), parameters[i]->get(), shift, bits);
    }
    return result;
  };
  static_assert(sizeof(Ball) == sizeof(acb_struct), "a vector of balls is an array of acb_struct");
  std::vector<Ball> a = shifted(upper);
  std::vector<Ball> b = shifted(lower);
  Ball result;
  acb_hypgeom_pfq(result.get(), reinterpret_cast<acb_ptr>(a.data()), static_cast<slong>(a.size()),
                  reinterpret_cast<acb_ptr>(b.data()), static_cast<slong>(b.size()), z.get(), 0,
                  bits);
  return result;
}

Ball CompleteEllipticE(const Ball& m, slong bits) {
  Ball result;
  acb_elliptic_e(result.get(), m.get(), bits);
  return result;
}

}  // namespace motzkin::ball
