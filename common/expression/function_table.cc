#include "common/expression/function_table.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "common/base/string_view.h"
#include "common/expression/call_builders.h"
#include "common/expression/token.h"

namespace motzkin::expression {
namespace {

struct Alias {
  std::string_view name;
  Op op;
};

// clang-format off
constexpr Alias kConstants[] = {
    {"x", Op::kVariable},
    {"pi", Op::kPi}, {"Pi", Op::kPi}, {"PI", Op::kPi}, {"%pi", Op::kPi}, {"M_PI", Op::kPi},
    {"e", Op::kE}, {"E", Op::kE}, {"%e", Op::kE}, {"M_E", Op::kE},
    {"i", Op::kI}, {"I", Op::kI}, {"%i", Op::kI},
    {"EulerGamma", Op::kEulerGamma}, {"euler_gamma", Op::kEulerGamma},
    {"Catalan", Op::kCatalan}, {"catalan", Op::kCatalan},
};

// Functions that are one operation of ours with the same arguments. SymPy and we agree on names; after
// them C, giac, FriCAS and Mathematica (in SymPy's brackets, as the Rubi suites are translated).
constexpr Alias kOperations[] = {
    {"sqrt", Op::kSqrt}, {"Sqrt", Op::kSqrt},
    {"exp", Op::kExp}, {"Exp", Op::kExp},
    {"abs", Op::kAbs}, {"Abs", Op::kAbs}, {"fabs", Op::kAbs},
    {"sign", Op::kSign}, {"Sign", Op::kSign}, {"sgn", Op::kSign}, {"signum", Op::kSign},
    {"sin", Op::kSin}, {"Sin", Op::kSin}, {"cos", Op::kCos}, {"Cos", Op::kCos},
    {"tan", Op::kTan}, {"Tan", Op::kTan}, {"cot", Op::kCot}, {"Cot", Op::kCot},
    {"sec", Op::kSec}, {"Sec", Op::kSec}, {"csc", Op::kCsc}, {"Csc", Op::kCsc},
    {"asin", Op::kAsin}, {"arcsin", Op::kAsin}, {"ArcSin", Op::kAsin},
    {"acos", Op::kAcos}, {"arccos", Op::kAcos}, {"ArcCos", Op::kAcos},
    {"atan", Op::kAtan}, {"arctan", Op::kAtan}, {"ArcTan", Op::kAtan},
    {"acot", Op::kAcot}, {"arccot", Op::kAcot}, {"ArcCot", Op::kAcot},
    {"asec", Op::kAsec}, {"arcsec", Op::kAsec}, {"ArcSec", Op::kAsec},
    {"acsc", Op::kAcsc}, {"arccsc", Op::kAcsc}, {"ArcCsc", Op::kAcsc},
    {"sinh", Op::kSinh}, {"Sinh", Op::kSinh}, {"cosh", Op::kCosh}, {"Cosh", Op::kCosh},
    {"tanh", Op::kTanh}, {"Tanh", Op::kTanh}, {"coth", Op::kCoth}, {"Coth", Op::kCoth},
    {"sech", Op::kSech}, {"Sech", Op::kSech}, {"csch", Op::kCsch}, {"Csch", Op::kCsch},
    {"asinh", Op::kAsinh}, {"arcsinh", Op::kAsinh}, {"arsinh", Op::kAsinh}, {"ArcSinh", Op::kAsinh},
    {"acosh", Op::kAcosh}, {"arccosh", Op::kAcosh}, {"arcosh", Op::kAcosh}, {"ArcCosh", Op::kAcosh},
    {"atanh", Op::kAtanh}, {"arctanh", Op::kAtanh}, {"artanh", Op::kAtanh}, {"ArcTanh", Op::kAtanh},
    {"acoth", Op::kAcoth}, {"arccoth", Op::kAcoth}, {"arcoth", Op::kAcoth}, {"ArcCoth", Op::kAcoth},
    {"asech", Op::kAsech}, {"arcsech", Op::kAsech}, {"arsech", Op::kAsech}, {"ArcSech", Op::kAsech},
    {"acsch", Op::kAcsch}, {"arccsch", Op::kAcsch}, {"arcsch", Op::kAcsch}, {"ArcCsch", Op::kAcsch},
    {"re", Op::kRe}, {"Re", Op::kRe}, {"real", Op::kRe},
    {"im", Op::kIm}, {"Im", Op::kIm}, {"imag", Op::kIm},
    {"conj", Op::kConj}, {"conjugate", Op::kConj}, {"Conjugate", Op::kConj},
    {"floor", Op::kFloor}, {"Floor", Op::kFloor},
    {"Ei", Op::kEi}, {"ExpIntegralEi", Op::kEi},
    {"li", Op::kLi}, {"Li", Op::kLi}, {"LogIntegral", Op::kLi},  // giac's Li is li; SymPy's differs by a constant
    {"Si", Op::kSi}, {"SinIntegral", Op::kSi}, {"Ci", Op::kCi}, {"CosIntegral", Op::kCi},
    {"Shi", Op::kShi}, {"SinhIntegral", Op::kShi}, {"Chi", Op::kChi}, {"CoshIntegral", Op::kChi},
    {"erf", Op::kErf}, {"Erf", Op::kErf}, {"erfc", Op::kErfc}, {"Erfc", Op::kErfc},
    {"erfi", Op::kErfi}, {"Erfi", Op::kErfi},
    {"fresnels", Op::kFresnelS}, {"fresnelS", Op::kFresnelS}, {"FresnelS", Op::kFresnelS},
    {"fresnelc", Op::kFresnelC}, {"fresnelC", Op::kFresnelC}, {"FresnelC", Op::kFresnelC},
    {"gamma", Op::kGamma}, {"tgamma", Op::kGamma},
    {"loggamma", Op::kLogGamma}, {"lgamma", Op::kLogGamma}, {"lnGamma", Op::kLogGamma},
    {"logGamma", Op::kLogGamma}, {"LogGamma", Op::kLogGamma},
    {"digamma", Op::kDigamma}, {"Psi", Op::kDigamma}, {"psi", Op::kDigamma},
    {"lambertW", Op::kLambertW}, {"dilog", Op::kDilog},
    {"elliptic_k", Op::kEllipticK}, {"ellipticK", Op::kEllipticK}, {"EllipticK", Op::kEllipticK},
    {"polylog", Op::kPolylog}, {"PolyLog", Op::kPolylog},
    {"uppergamma", Op::kUpperGamma}, {"ugamma", Op::kUpperGamma},
    {"lowergamma", Op::kLowerGamma}, {"igamma", Op::kLowerGamma},
    {"expint", Op::kExpIntegralE}, {"ExpIntegralE", Op::kExpIntegralE},
    {"elliptic_f", Op::kEllipticF}, {"EllipticF", Op::kEllipticF},
    {"besselj", Op::kBesselJ}, {"besselJ", Op::kBesselJ}, {"BesselJ", Op::kBesselJ},
    {"bessely", Op::kBesselY}, {"besselY", Op::kBesselY}, {"BesselY", Op::kBesselY},
    {"besseli", Op::kBesselI}, {"besselI", Op::kBesselI}, {"BesselI", Op::kBesselI},
    {"besselk", Op::kBesselK}, {"besselK", Op::kBesselK}, {"BesselK", Op::kBesselK},
    {"weierstrassP", Op::kWeierstrassP}, {"weierstrassPPrime", Op::kWeierstrassPPrime},
    {"weierstrassPInverse", Op::kWeierstrassPInverse}, {"weierstrassZeta", Op::kWeierstrassZeta},
};

constexpr Function kBuilt[] = {
    {"log", 1, 2, BuildLog}, {"ln", 1, 1, BuildLog}, {"Log", 1, 1, BuildLog},
    {"log10", 1, 1, BuildLog10}, {"log2", 1, 1, BuildLog2}, {"log1p", 1, 1, BuildLog1p},
    {"exp2", 1, 1, BuildExp2}, {"expm1", 1, 1, BuildExpm1},
    {"pow", 2, 2, BuildPow}, {"Pow", 2, 2, BuildPow}, {"\\frac", 2, 2, BuildQuotient},
    {"cbrt", 1, 1, BuildCbrt}, {"root", 2, 2, BuildRoot}, {"nthRoot", 2, 2, BuildRoot},
    {"surd", 2, 2, BuildSurd},
    {"Integer", 1, 1, BuildInteger}, {"Rational", 1, 2, BuildRational},
    {"complex", 2, 2, BuildComplex}, {"float", 3, 3, BuildFloat},
    {"Gamma", 1, 2, BuildGamma}, {"polygamma", 2, 2, BuildPolygamma},
    {"PolyGamma", 2, 2, BuildPolygamma}, {"E1", 1, 1, BuildE1},
    {"LambertW", 1, 2, BuildLambertW}, {"ProductLog", 1, 2, BuildProductLog},
    {"elliptic_e", 1, 2, BuildEllipticE}, {"EllipticE", 1, 2, BuildEllipticE},
    {"elliptic_pi", 2, 3, BuildEllipticPi}, {"EllipticPi", 2, 3, BuildEllipticPi},
    {"ellipticF", 2, 2, BuildFricasEllipticF}, {"ellipticE", 1, 2, BuildFricasEllipticE},
    {"ellipticPi", 3, 3, BuildFricasEllipticPi},
    {"hyper", 3, 3, BuildHypergeometric, true}, {"HypergeometricPFQ", 3, 3, BuildHypergeometric, true},
    {"hypergeometricF", 3, 3, BuildHypergeometric, true},
    {"Hypergeometric2F1", 4, 4, BuildHypergeometric2F1},
    {"rootOf", 2, 2, BuildRootOf}, {"zeroOf", 2, 2, BuildRootOf},
    {"rootof", 1, 1, BuildGiacRootof, true},
};

constexpr std::pair<std::string_view, std::string_view> kRefused[] = {
    {"integrate", "an integral left unevaluated"}, {"int", "an integral left unevaluated"},
    {"Integral", "an integral left unevaluated"}, {"integral", "an integral left unevaluated"},
    {"CannotIntegrate", "an integral left unevaluated"}, {"Unintegrable", "an integral left unevaluated"},
    {"Piecewise", "a function defined by cases has no tree here"},
    {"piecewise", "a function defined by cases has no tree here"},
    {"RootSum", "a sum over the roots of a polynomial has no tree here"},
    {"Sum", "a symbolic sum has no tree here"}, {"sum", "a symbolic sum has no tree here"},
    {"undef", "an undefined value"}, {"nan", "an undefined value"}, {"NaN", "an undefined value"},
    {"oo", "an infinite value"}, {"zoo", "an infinite value"}, {"inf", "an infinite value"},
    {"infinity", "an infinite value"}, {"Infinity", "an infinite value"}, {"%infinity", "an infinite value"},
    {"factorial", "factorials are not accepted; write gamma(x + 1)"},
    {"diff", "a derivative left unevaluated"}, {"Derivative", "a derivative left unevaluated"},
    {"limit", "a limit left unevaluated"}, {"Limit", "a limit left unevaluated"},
};
// clang-format on

using FunctionMap = std::map<std::string_view, Function>;

const FunctionMap& Functions() {
  static const auto& functions = *new FunctionMap([] {
    FunctionMap map;
    for (const auto& [name, op] : kOperations) {
      const auto arity = static_cast<size_t>(Arity(op));
      map.emplace(name,
                  Function{.name = name, .arguments_min = arity, .arguments_max = arity, .op = op});
    }
    for (const Function& function : kBuilt) map.emplace(function.name, function);
    return map;
  }());
  return functions;
}

// Why a known name is refused; empty for others.
std::string_view Refusal(std::string_view name) {
  for (const auto& [refused, reason] : kRefused) {
    if (refused == name) return reason;
  }
  return {};
}

// Levenshtein's.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i + 1);
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

// The known function nearest to a misspelt one: another case, or one wrong letter in three. Among
// equals one in small letters, as ours are, and the shortest. Empty when none is near.
std::string_view NearestFunction(std::string_view name) {
  constexpr size_t kLongestName = 24;
  if (name.size() > kLongestName) return {};
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  std::tuple<size_t, bool, size_t, std::string_view> best = {name.size() / 3 + 1, false, 0, {}};
  for (const auto& [known, function] : Functions()) {
    const size_t distance = std::min(EditDistance(name, known), EditDistance(lower, known));
    const bool capital = absl::ascii_isupper(static_cast<unsigned char>(known[0]));
    best = std::min(best, {distance, capital, known.size(), known});
  }
  return std::get<std::string_view>(best);
}

}  // namespace

const Function* FindFunction(std::string_view name) {
  const auto found = Functions().find(name);
  return found == Functions().end() ? nullptr : &found->second;
}

Op FindConstant(std::string_view name) {
  for (const auto& [constant, op] : kConstants) {
    if (constant == name) return op;
  }
  return Op::kUndefined;
}

std::string ExplainUnknownFunction(std::string_view name) {
  if (const std::string_view reason = Refusal(name); !reason.empty()) {
    return fmt::format("{} is refused: {}", Quoted(name), reason);
  }
  if (FindConstant(name) != Op::kUndefined) {
    return fmt::format("{} is not a function; a product is written with *", Quoted(name));
  }
  const std::string_view nearest = NearestFunction(name);
  if (nearest.empty()) return fmt::format("unknown function {}", Quoted(name));
  return fmt::format("unknown function {}; did you mean '{}'?", Quoted(name), nearest);
}

std::string ExplainUnknownName(std::string_view name) {
  if (const std::string_view reason = Refusal(name); !reason.empty()) {
    return fmt::format("{} is refused: {}", Quoted(name), reason);
  }
  if (FindFunction(name) != nullptr)
    return fmt::format("{} needs arguments in parentheses", Quoted(name));
  return fmt::format(
      "unknown name {}; the variable is x, the constants are pi, e, i, EulerGamma, Catalan",
      Quoted(name));
}

absl::StatusOr<Expr> BuildCall(const Function& function, std::span<const ParsedValue> arguments,
                               Pool& pool) {
  if (arguments.size() < function.arguments_min || arguments.size() > function.arguments_max) {
    const std::string range =
        function.arguments_min == function.arguments_max
            ? fmt::format("{}", function.arguments_min)
            : fmt::format("{} to {}", function.arguments_min, function.arguments_max);
    return absl::InvalidArgumentError(
        fmt::format("'{}' takes {} arguments, not {}", function.name, range, arguments.size()));
  }
  if (!function.takes_lists &&
      std::any_of(arguments.begin(), arguments.end(),
                  [](const ParsedValue& value) { return value.expr == nullptr; })) {
    return absl::InvalidArgumentError(fmt::format("'{}' takes no lists", function.name));
  }
  if (function.build != nullptr) return function.build(arguments, pool);
  std::vector<Expr> children;
  for (const ParsedValue& argument : arguments) children.push_back(argument.expr);
  return pool.Make(function.op, children);
}

}  // namespace motzkin::expression
