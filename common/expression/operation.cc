#include "common/expression/operation.h"

#include <map>

#include "common/base/check.h"

namespace motzkin::expression {
namespace {

struct Operation {
  Op op;
  int arity;
  std::string_view prefix, infix, latex, sympy, giac, fricas;
};

constexpr int kAny = -1;

// In the order of Op. Prefix, infix and LaTeX name everything. Where an engine's own name would
// mean something else, its column is empty: FriCAS's ellipticF(z, m) is our F(asin(z), m).
// clang-format off
constexpr Operation kOperations[] = {
    {Op::kUndefined, 0, "", "", "", "", "", ""},
    {Op::kNumber, 0, "", "", "", "", "", ""},
    {Op::kVariable, 0, "x", "x", "x", "x", "x", "x"},
    {Op::kPi, 0, "pi", "pi", "\\pi", "pi", "pi", "%pi"},
    {Op::kE, 0, "E", "e", "e", "E", "e", "%e"},
    {Op::kI, 0, "I", "i", "i", "I", "i", "%i"},
    {Op::kEulerGamma, 0, "EulerGamma", "EulerGamma", "\\gamma", "EulerGamma", "euler_gamma", ""},
    {Op::kCatalan, 0, "Catalan", "Catalan", "G", "Catalan", "catalan", ""},
    {Op::kBound, 0, "bound", "t", "t", "", "", "t"},
    {Op::kNeg, 1, "neg", "", "", "", "", ""},
    {Op::kAdd, kAny, "add", "", "", "", "", ""},
    {Op::kSub, 2, "sub", "", "", "", "", ""},
    {Op::kMul, kAny, "mul", "", "", "", "", ""},
    {Op::kDiv, 2, "div", "", "", "", "", ""},
    {Op::kPow, 2, "pow", "", "", "", "", ""},
    {Op::kSqrt, 1, "sqrt", "sqrt", "\\sqrt", "sqrt", "sqrt", "sqrt"},
    {Op::kExp, 1, "exp", "exp", "\\exp", "exp", "exp", "exp"},
    {Op::kLog, 1, "ln", "log", "\\ln", "log", "ln", "log"},
    {Op::kAbs, 1, "abs", "abs", "\\operatorname{abs}", "Abs", "abs", "abs"},
    {Op::kSign, 1, "sign", "sign", "\\operatorname{sign}", "sign", "sign", "sign"},
    {Op::kSin, 1, "sin", "sin", "\\sin", "sin", "sin", "sin"},
    {Op::kCos, 1, "cos", "cos", "\\cos", "cos", "cos", "cos"},
    {Op::kTan, 1, "tan", "tan", "\\tan", "tan", "tan", "tan"},
    {Op::kCot, 1, "cot", "cot", "\\cot", "cot", "cot", "cot"},
    {Op::kSec, 1, "sec", "sec", "\\sec", "sec", "sec", "sec"},
    {Op::kCsc, 1, "csc", "csc", "\\csc", "csc", "csc", "csc"},
    {Op::kAsin, 1, "asin", "asin", "\\arcsin", "asin", "asin", "asin"},
    {Op::kAcos, 1, "acos", "acos", "\\arccos", "acos", "acos", "acos"},
    {Op::kAtan, 1, "atan", "atan", "\\arctan", "atan", "atan", "atan"},
    {Op::kAcot, 1, "acot", "acot", "\\operatorname{acot}", "acot", "acot", ""},
    {Op::kAsec, 1, "asec", "asec", "\\operatorname{asec}", "asec", "asec", "asec"},
    {Op::kAcsc, 1, "acsc", "acsc", "\\operatorname{acsc}", "acsc", "acsc", "acsc"},
    {Op::kSinh, 1, "sinh", "sinh", "\\sinh", "sinh", "sinh", "sinh"},
    {Op::kCosh, 1, "cosh", "cosh", "\\cosh", "cosh", "cosh", "cosh"},
    {Op::kTanh, 1, "tanh", "tanh", "\\tanh", "tanh", "tanh", "tanh"},
    {Op::kCoth, 1, "coth", "coth", "\\coth", "coth", "coth", "coth"},
    {Op::kSech, 1, "sech", "sech", "\\operatorname{sech}", "sech", "sech", "sech"},
    {Op::kCsch, 1, "csch", "csch", "\\operatorname{csch}", "csch", "csch", "csch"},
    {Op::kAsinh, 1, "asinh", "asinh", "\\operatorname{asinh}", "asinh", "asinh", "asinh"},
    {Op::kAcosh, 1, "acosh", "acosh", "\\operatorname{acosh}", "acosh", "acosh", "acosh"},
    {Op::kAtanh, 1, "atanh", "atanh", "\\operatorname{atanh}", "atanh", "atanh", "atanh"},
    {Op::kAcoth, 1, "acoth", "acoth", "\\operatorname{acoth}", "acoth", "acoth", "acoth"},
    {Op::kAsech, 1, "asech", "asech", "\\operatorname{asech}", "asech", "", "asech"},
    {Op::kAcsch, 1, "acsch", "acsch", "\\operatorname{acsch}", "acsch", "", "acsch"},
    {Op::kRe, 1, "re", "re", "\\operatorname{re}", "re", "re", "real"},
    {Op::kIm, 1, "im", "im", "\\operatorname{im}", "im", "im", "imag"},
    {Op::kConj, 1, "conj", "conj", "\\operatorname{conj}", "conjugate", "conj", "conjugate"},
    {Op::kFloor, 1, "floor", "floor", "\\operatorname{floor}", "floor", "floor", "floor"},
    {Op::kEi, 1, "Ei", "Ei", "\\operatorname{Ei}", "Ei", "Ei", "Ei"},
    {Op::kLi, 1, "li", "li", "\\operatorname{li}", "li", "Li", "li"},
    {Op::kSi, 1, "Si", "Si", "\\operatorname{Si}", "Si", "Si", "Si"},
    {Op::kCi, 1, "Ci", "Ci", "\\operatorname{Ci}", "Ci", "Ci", "Ci"},
    {Op::kShi, 1, "Shi", "Shi", "\\operatorname{Shi}", "Shi", "", "Shi"},
    {Op::kChi, 1, "Chi", "Chi", "\\operatorname{Chi}", "Chi", "", "Chi"},
    {Op::kErf, 1, "erf", "erf", "\\operatorname{erf}", "erf", "erf", "erf"},
    {Op::kErfc, 1, "erfc", "erfc", "\\operatorname{erfc}", "erfc", "erfc", ""},
    {Op::kErfi, 1, "erfi", "erfi", "\\operatorname{erfi}", "erfi", "", "erfi"},
    {Op::kFresnelS, 1, "fresnels", "fresnels", "\\operatorname{fresnels}", "fresnels", "", "fresnelS"},
    {Op::kFresnelC, 1, "fresnelc", "fresnelc", "\\operatorname{fresnelc}", "fresnelc", "", "fresnelC"},
    {Op::kGamma, 1, "gamma", "gamma", "\\Gamma", "gamma", "Gamma", "Gamma"},
    {Op::kLogGamma, 1, "loggamma", "loggamma", "\\operatorname{loggamma}", "loggamma", "lnGamma", ""},
    {Op::kDigamma, 1, "digamma", "digamma", "\\operatorname{digamma}", "digamma", "Psi", "digamma"},
    {Op::kLambertW, 1, "LambertW", "LambertW", "\\operatorname{LambertW}", "LambertW", "LambertW", "lambertW"},
    {Op::kDilog, 1, "dilog", "dilog", "\\operatorname{dilog}", "", "", "dilog"},
    {Op::kEllipticK, 1, "elliptic_k", "elliptic_k", "\\operatorname{EllipticK}", "elliptic_k", "", "ellipticK"},
    {Op::kPolylog, 2, "polylog", "polylog", "\\operatorname{polylog}", "polylog", "", "polylog"},
    {Op::kUpperGamma, 2, "uppergamma", "uppergamma", "\\operatorname{uppergamma}", "uppergamma", "Gamma", "Gamma"},
    {Op::kLowerGamma, 2, "lowergamma", "lowergamma", "\\operatorname{lowergamma}", "lowergamma", "igamma", ""},
    {Op::kExpIntegralE, 2, "expint", "expint", "\\operatorname{expint}", "expint", "", ""},
    {Op::kEllipticF, 2, "elliptic_f", "elliptic_f", "\\operatorname{EllipticF}", "elliptic_f", "", ""},
    {Op::kEllipticE, 2, "elliptic_e", "elliptic_e", "\\operatorname{EllipticE}", "elliptic_e", "", ""},
    {Op::kEllipticPi, 3, "elliptic_pi", "elliptic_pi", "\\operatorname{EllipticPi}", "elliptic_pi", "", ""},
    {Op::kBesselJ, 2, "besselj", "besselj", "\\operatorname{besselj}", "besselj", "", "besselJ"},
    {Op::kBesselY, 2, "bessely", "bessely", "\\operatorname{bessely}", "bessely", "", "besselY"},
    {Op::kBesselI, 2, "besseli", "besseli", "\\operatorname{besseli}", "besseli", "", "besselI"},
    {Op::kBesselK, 2, "besselk", "besselk", "\\operatorname{besselk}", "besselk", "", "besselK"},
    {Op::kHypergeometric, kAny, "hyper", "hyper", "\\operatorname{hyper}", "hyper", "", "hypergeometricF"},
    {Op::kWeierstrassP, 3, "weierstrassP", "weierstrassP", "\\operatorname{weierstrassP}", "", "", "weierstrassP"},
    {Op::kWeierstrassPPrime, 3, "weierstrassPPrime", "weierstrassPPrime", "\\operatorname{weierstrassPPrime}", "", "", "weierstrassPPrime"},
    {Op::kWeierstrassPInverse, 3, "weierstrassPInverse", "weierstrassPInverse", "\\operatorname{weierstrassPInverse}", "", "", "weierstrassPInverse"},
    {Op::kWeierstrassZeta, 3, "weierstrassZeta", "weierstrassZeta", "\\operatorname{weierstrassZeta}", "", "", "weierstrassZeta"},
    {Op::kRootOf, 1, "rootof", "rootOf", "\\operatorname{rootOf}", "", "", "rootOf"},
};
// clang-format on

constexpr bool TableFollowsOp() {
  for (size_t i = 0; i < std::size(kOperations); ++i) {
    if (static_cast<size_t>(kOperations[i].op) != i) return false;
  }
  return std::size(kOperations) == static_cast<size_t>(Op::kRootOf) + 1;
}
static_assert(TableFollowsOp());

const Operation& Get(Op op) { return kOperations[static_cast<size_t>(op)]; }

}  // namespace

int Arity(Op op) { return Get(op).arity; }

bool IsFunction(Op op) { return op >= Op::kSqrt && op <= Op::kEllipticK; }

bool IsSpecial(Op op) { return op >= Op::kEi && op <= Op::kWeierstrassZeta; }

std::string_view NameOf(Op op, Format format) {
  const Operation& operation = Get(op);
  switch (format) {
    case Format::kPrefix:
      return operation.prefix;
    case Format::kInfix:
      return operation.infix;
    case Format::kLatex:
      return operation.latex;
    case Format::kSympy:
      return operation.sympy;
    case Format::kGiac:
      return operation.giac;
    case Format::kFricas:
      return operation.fricas;
  }
  MOTZKIN_CHECK(false);
}

Op OpOfPrefixToken(std::string_view token) {
  static const auto& ops = *new std::map<std::string_view, Op>([] {
    std::map<std::string_view, Op> map;
    for (const Operation& operation : kOperations) {
      if (!operation.prefix.empty()) map.emplace(operation.prefix, operation.op);
    }
    return map;
  }());
  const auto found = ops.find(token);
  return found == ops.end() ? Op::kUndefined : found->second;
}

}  // namespace motzkin::expression
