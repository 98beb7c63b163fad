#include "common/ball/special_functions.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "common/ball/polylog.h"

namespace motzkin::ball {
namespace {

using expression::Op;

// Arb's special functions can take seconds for arguments of 2^64 and more; such an argument counts
// as having no value.
constexpr slong kArgumentExponentMax = 64;

// The same limit for the parameters of hypergeometric functions, which are small fractions in real
// answers.
constexpr slong kParameterExponentMax = 6;

// FriCAS's dilog(z) is Li_2(1 - z).
void Dilog(acb_t result, const acb_t z, slong bits) {
  Ball reflected = BallOf(acb_sub_ui, z, ulong{1}, bits);
  acb_neg(reflected.get(), reflected.get());
  acb_hypgeom_dilog(result, reflected.get(), bits);
}

void LambertW(acb_t result, const acb_t z, slong bits) {
  fmpz_t principal;
  fmpz_init(principal);
  acb_lambertw(result, z, principal, 0, bits);
  fmpz_clear(principal);
}

// Arb computes both at once; the integrands have pi/2 t^2, which the 1 asks for.
void FresnelS(acb_t result, const acb_t z, slong bits) {
  acb_hypgeom_fresnel(result, nullptr, z, 1, bits);
}
void FresnelC(acb_t result, const acb_t z, slong bits) {
  acb_hypgeom_fresnel(nullptr, result, z, 1, bits);
}

int Everywhere(const arb_t) { return 1; }
int Nowhere(const arb_t) { return 0; }

// A function of one argument. Arb leaves an imaginary part of a radius on some results that are
// real, which must go for them to count as real, so the row says at which real arguments they are.
struct OfOne {
  Op op;
  void (*function)(acb_t, const acb_t, slong);
  int (*is_real_at)(const arb_t);
};

constexpr OfOne kOfOne[] = {
    // Ei is real on both sides of 0, although it has a cut along the negative axis.
    {Op::kEi, acb_hypgeom_ei, Everywhere},
    {Op::kLi, [](acb_t r, const acb_t a, slong p) { acb_hypgeom_li(r, a, 0, p); }, arb_is_positive},
    {Op::kSi, acb_hypgeom_si, Everywhere},
    {Op::kCi, acb_hypgeom_ci, arb_is_positive},
    {Op::kShi, acb_hypgeom_shi, Everywhere},
    {Op::kChi, acb_hypgeom_chi, arb_is_positive},
    {Op::kErf, acb_hypgeom_erf, Everywhere},
    {Op::kErfc, acb_hypgeom_erfc, Everywhere},
    {Op::kErfi, acb_hypgeom_erfi, Everywhere},
    {Op::kFresnelS, FresnelS, Everywhere},
    {Op::kFresnelC, FresnelC, Everywhere},
    {Op::kGamma, acb_gamma, Everywhere},
    {Op::kLogGamma, acb_lgamma, arb_is_positive},
    {Op::kDigamma, acb_digamma, Everywhere},
    // The principal branch is real from -1/e on. Balls below 0 are left as they are, because they
    // may reach beyond that.
    {Op::kLambertW, LambertW, arb_is_nonnegative},
    {Op::kDilog, Dilog, arb_is_positive},
    {Op::kEllipticK, acb_elliptic_k, Nowhere},
};

using Arguments = std::span<const Ball* const>;

// These call a function of Arb that takes two arguments or, in the second case, a flag after them.
template <auto kFunction>
void CallWithTwo(acb_t result, Arguments arguments, slong bits) {
  kFunction(result, arguments[0]->get(), arguments[1]->get(), bits);
}
template <auto kFunction>
void CallWithTwoAndFlag(acb_t result, Arguments arguments, slong bits) {
  kFunction(result, arguments[0]->get(), arguments[1]->get(), 0, bits);
}
void EllipticPi(acb_t result, Arguments arguments, slong bits) {
  acb_elliptic_pi_inc(result, arguments[0]->get(), arguments[1]->get(), arguments[2]->get(), 0,
                      bits);
}

struct OfSeveral {
  Op op;
  void (*function)(acb_t, Arguments, slong);
};

constexpr OfSeveral kOfSeveral[] = {
    {Op::kPolylog, CallWithTwo<Polylog>},
    {Op::kUpperGamma, CallWithTwoAndFlag<acb_hypgeom_gamma_upper>},
    {Op::kLowerGamma, CallWithTwoAndFlag<acb_hypgeom_gamma_lower>},
    {Op::kExpIntegralE, CallWithTwo<acb_hypgeom_expint>},
    {Op::kEllipticF, CallWithTwoAndFlag<acb_elliptic_f>},
    {Op::kEllipticE, CallWithTwoAndFlag<acb_elliptic_e_inc>},
    {Op::kEllipticPi, EllipticPi},
    {Op::kBesselJ, CallWithTwo<acb_hypgeom_bessel_j>},
    {Op::kBesselY, CallWithTwo<acb_hypgeom_bessel_y>},
    {Op::kBesselI, CallWithTwo<acb_hypgeom_bessel_i>},
    {Op::kBesselK, CallWithTwo<acb_hypgeom_bessel_k>},
};

// Whether all of them are below 2^exponent_max.
bool AreModerate(Arguments arguments, slong exponent_max) {
  return std::all_of(arguments.begin(), arguments.end(),
                     [&](const Ball* argument) { return argument->IsBelow(exponent_max); });
}

}  // namespace

Ball SpecialFunction(Op op, const Ball& z, slong bits) {
  const auto* const row = std::find_if(std::begin(kOfOne), std::end(kOfOne),
                                       [op](const OfOne& each) { return each.op == op; });
  if (row == std::end(kOfOne) || !z.IsBelow(kArgumentExponentMax)) return Ball::Undefined();
  Ball result = BallOf(row->function, z.get(), bits);
  if (z.IsReal() && row->is_real_at(z.real()) != 0) arb_zero(result.imag());
  return result;
}

Ball Trigamma(const Ball& z, slong bits) {
  return BallOf(acb_polygamma, Ball(1).get(), z.get(), bits);
}

Ball SpecialFunction(Op op, std::span<const Ball* const> arguments, slong bits) {
  const auto* const row = std::find_if(std::begin(kOfSeveral), std::end(kOfSeveral),
                                       [op](const OfSeveral& each) { return each.op == op; });
  if (row == std::end(kOfSeveral) || !AreModerate(arguments, kArgumentExponentMax)) {
    return Ball::Undefined();
  }
  return BallOf(row->function, arguments, bits);
}

Ball Hypergeometric(std::span<const Ball* const> upper, std::span<const Ball* const> lower,
                    const Ball& z, long shift, slong bits) {
  if (!z.IsBelow(kArgumentExponentMax) || !AreModerate(upper, kParameterExponentMax) ||
      !AreModerate(lower, kParameterExponentMax)) {
    return Ball::Undefined();
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

Ball CompleteEllipticE(const Ball& m, slong bits) { return BallOf(acb_elliptic_e, m.get(), bits); }

}  // namespace motzkin::ball
