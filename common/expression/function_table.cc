#include "common/expression/function_table.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "common/base/edit_distance.h"
#include "common/base/string_view.h"
#include "common/expression/call_builders.h"
#include "common/expression/exact_numbers.h"
#include "common/expression/operation.h"
#include "common/expression/rule_reader.h"
#include "common/expression/token.h"

namespace motzkin::expression {
namespace {

// Calls that are not one operation of ours with the same arguments, each as a rule (rule_reader.h)
// in which a, b and c are the arguments. A rule translates the convention of the system that uses the
// name; a wrong one would make the verifier refute right answers. The rows of a name are in the order
// of their numbers of arguments.
// clang-format off
struct Translation {
  std::string_view name;
  size_t arguments;
  std::string_view rule;
  Dialect dialect = Dialect::kAny;
};
constexpr Translation kTranslated[] = {
    // log(u) or, in SymPy, log(u, base).
    {"log", 1, "ln a"}, {"log", 2, "div ln a ln b"},
    {"log10", 1, "div ln a ln 10"}, {"log2", 1, "div ln a ln 2"}, {"log1p", 1, "ln add 1 a"},
    {"exp2", 1, "pow 2 a"}, {"expm1", 1, "sub exp a 1"}, {"\\frac", 2, "div a b"},
    // u^(1/3) as in SymPy. C's cbrt would give the real root for negative u.
    {"cbrt", 1, "pow a div 1 3"}, {"root", 2, "pow a div 1 b"}, {"nthRoot", 2, "pow a div 1 b"},
    // Gamma(s, z) is the upper incomplete function, on which giac, FriCAS and Mathematica agree.
    {"Gamma", 1, "gamma a"}, {"Gamma", 2, "uppergamma a b"}, {"E1", 1, "expint 1 a"},
    // SymPy's and Mathematica's E(phi, m), E(m), Pi(n, phi, m) and Pi(n, m) are Legendre's
    // integrals with the parameter m; the complete ones go up to phi = pi/2.
    {"elliptic_e", 1, "elliptic_e div pi 2 a"}, {"elliptic_e", 2, "elliptic_e a b"},
    {"EllipticE", 1, "elliptic_e div pi 2 a"}, {"EllipticE", 2, "elliptic_e a b"},
    {"elliptic_pi", 2, "elliptic_pi a div pi 2 b"}, {"elliptic_pi", 3, "elliptic_pi a b c"},
    {"EllipticPi", 2, "elliptic_pi a div pi 2 b"}, {"EllipticPi", 3, "elliptic_pi a b c"},
    // FriCAS's have z = sin(phi) in place of phi, and first: F(z, m), E(z, m), E(m), Pi(z, n, m).
    {"ellipticF", 2, "elliptic_f asin a b"}, {"ellipticPi", 3, "elliptic_pi b asin a c"},
    {"ellipticE", 1, "elliptic_e div pi 2 a"}, {"ellipticE", 2, "elliptic_e asin a b"},
    // Maple's have the modulus k, where m = k^2, and z = sin(phi) first. Those with a C have the
    // complementary modulus.
    {"EllipticF", 2, "elliptic_f asin a pow b 2", Dialect::kMaple},
    {"EllipticE", 1, "elliptic_e div pi 2 pow a 2", Dialect::kMaple},
    {"EllipticE", 2, "elliptic_e asin a pow b 2", Dialect::kMaple},
    {"EllipticK", 1, "elliptic_k pow a 2", Dialect::kMaple},
    {"EllipticPi", 2, "elliptic_pi a div pi 2 pow b 2", Dialect::kMaple},
    {"EllipticPi", 3, "elliptic_pi b asin a pow c 2", Dialect::kMaple},
    {"EllipticCK", 1, "elliptic_k sub 1 pow a 2"}, {"EllipticCE", 1, "elliptic_e div pi 2 sub 1 pow a 2"},
    {"EllipticCPi", 2, "elliptic_pi a div pi 2 sub 1 pow b 2"},
    {"GAMMA", 1, "gamma a"}, {"GAMMA", 2, "uppergamma a b"}, {"lnGAMMA", 1, "loggamma a"},
    {"Ei", 1, "Ei a", Dialect::kMaple}, {"Ei", 2, "expint a b", Dialect::kMaple},
    {"Ssi", 1, "sub Si a div pi 2"}, {"csgn", 1, "sign a"},
    {"WeierstrassP", 3, "weierstrassP b c a", Dialect::kMaple},
    {"WeierstrassPPrime", 3, "weierstrassPPrime b c a", Dialect::kMaple},
    {"WeierstrassZeta", 3, "weierstrassZeta b c a", Dialect::kMaple},
    // Two systems continue the arccotangent through 0 instead of jumping there.
    {"arccot", 1, "sub div pi 2 atan a", Dialect::kMaple}, {"acot", 1, "sub div pi 2 atan a", Dialect::kFricas},
    // The angle of the point (x, y): atan2(y, x) and Maple's arctan(y, x), but Mathematica's ArcTan[x, y].
    {"atan2", 2, "neg mul I ln div add b mul I a sqrt add pow a 2 pow b 2"},
    {"arctan", 1, "atan a"}, {"arctan", 2, "neg mul I ln div add b mul I a sqrt add pow a 2 pow b 2"},
    {"ArcTan", 1, "atan a"}, {"ArcTan", 2, "neg mul I ln div add a mul I b sqrt add pow a 2 pow b 2"},
    // Mathematica's Log[base, u], and its other names.
    {"Log", 1, "ln a"}, {"Log", 2, "div ln b ln a"}, {"Power", 2, "pow a b"}, {"Sinc", 1, "div sin a a"},
    {"CubeRoot", 1, "mul sign a pow abs a div 1 3"}, {"Erf", 1, "erf a"}, {"Erf", 2, "sub erf b erf a"},
    // SymPy's Li is 0 at 2.
    {"Li", 1, "sub li a li 2", Dialect::kSympy}, {"sinc", 1, "div sin a a"}, {"erf2", 2, "sub erf b erf a"},
    {"logb", 2, "div ln a ln b"}, {"sq", 1, "pow a 2", Dialect::kGiac}, {"inv", 1, "div 1 a", Dialect::kGiac},
    // LatexLexer makes these of \sqrt[a]{b}, \log_a b and \sin^a b.
    {"\\root", 2, "pow b div 1 a"}, {"\\log", 2, "div ln b ln a"}, {"\\power", 2, "pow b a"},
};

// Calls whose meaning depends on the values of the arguments. All calls that are in neither table
// are operations of ours and come from the table of operations.
constexpr Function kBuilt[] = {
    {"surd", 2, 2, BuildSurd},
    {"Integer", 1, 1, BuildInteger}, {"Rational", 1, 2, BuildRational},
    {"complex", 2, 2, BuildComplex}, {"float", 3, 3, BuildFloat},
    {"polygamma", 2, 2, BuildPolygamma}, {"PolyGamma", 2, 2, BuildPolygamma},
    {"LambertW", 1, 2, BuildLambertW}, {"ProductLog", 1, 2, BuildProductLog},
    {"hyper", 3, 3, BuildHypergeometric, true}, {"HypergeometricPFQ", 3, 3, BuildHypergeometric, true},
    {"hypergeometricF", 3, 3, BuildHypergeometric, true},
    {"Hypergeometric2F1", 4, 4, BuildHypergeometric2F1},
    {"rootOf", 2, 2, BuildRootOf}, {"zeroOf", 2, 2, BuildRootOf},
    {"rootof", 1, 1, BuildGiacRootof, true}, {"RootOf", 1, 1, BuildMapleRootOf},
    {"Surd", 2, 2, BuildSurd}, {"real_root", 2, 2, BuildSurd}, {"hypergeom", 3, 3, BuildHypergeometric, true},
};
constexpr std::pair<Dialect, Function> kBuiltInDialect[] = {
    {Dialect::kMaple, {"Psi", 1, 2, BuildMaplePsi}}, {Dialect::kGiac, {"Psi", 1, 2, BuildGiacPsi}},
    {Dialect::kMaple, {"LambertW", 1, 2, BuildProductLog}},
};
constexpr std::tuple<Dialect, std::string_view, Op> kConstantsInDialect[] = {
    {Dialect::kMaple, "gamma", Op::kEulerGamma},
    // These write exp(1), E or %e, and I or %i. The small letters are parameters.
    {Dialect::kMaple, "e", Op::kUndefined}, {Dialect::kMaple, "i", Op::kUndefined},
    {Dialect::kMathematica, "e", Op::kUndefined}, {Dialect::kMathematica, "i", Op::kUndefined},
    {Dialect::kSympy, "e", Op::kUndefined}, {Dialect::kSympy, "i", Op::kUndefined},
    {Dialect::kFricas, "e", Op::kUndefined}, {Dialect::kFricas, "i", Op::kUndefined},
};

// Names that engines write and that have no meaning as an answer, with the reason.
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

// The functions and constants by all of their spellings. Those of kAny hold for all dialects, unless a
// dialect has the name itself.
struct Names {
  std::map<std::string_view, Function> functions;
  std::map<std::string_view, Op> constants;
};
using AllDialects = std::array<Names, 6>;

Names& Of(AllDialects& names, Dialect dialect) { return names[static_cast<size_t>(dialect)]; }

AllDialects ReadTables() {
  AllDialects all;
  Names& names = Of(all, Dialect::kAny);
  for (const Function& function : kBuilt) names.functions.emplace(function.name, function);
  for (const auto& [dialect, function] : kBuiltInDialect) {
    Of(all, dialect).functions.emplace(function.name, function);
  }
  for (const auto& [dialect, name, op] : kConstantsInDialect) {
    Of(all, dialect).constants.emplace(name, op);
  }
  for (const auto& [name, arguments, rule, dialect] : kTranslated) {
    Function& function = Of(all, dialect)
                             .functions.try_emplace(name, Function{name, arguments, arguments})
                             .first->second;
    function.arguments_max = arguments;
    function.rules[arguments - function.arguments_min] = rule;
  }
  for (const Operation& operation : AllOperations()) {
    for (std::string_view rest = operation.reads; !rest.empty();) {
      const std::string_view name = TakeWord(rest);
      const auto arity = static_cast<size_t>(operation.arity);
      if (arity == 0) {
        names.constants.emplace(name, operation.op);
      } else {
        names.functions.emplace(name,
                                Function{name, arity, arity, nullptr, false, operation.op, {}});
      }
    }
  }
  return all;
}

const Names& NamesOf(Dialect dialect) {
  static const auto& names = *new AllDialects(ReadTables());
  return names[static_cast<size_t>(dialect)];
}

const Names& AllNames() { return NamesOf(Dialect::kAny); }

// Returns why a known name is refused; empty for other names.
std::string_view Refusal(std::string_view name) {
  for (const auto& [refused, reason] : kRefused) {
    if (refused == name) return reason;
  }
  return {};
}

// Returns the known function nearest to a misspelt one, with at most one wrong letter in three.
// Among equally near ones it prefers small letters, as ours have, and then the shortest. Empty if
// none is near.
std::string_view NearestFunction(std::string_view name) {
  constexpr size_t kLongestName = 24;
  if (name.size() > kLongestName) return {};
  const std::string lower = absl::AsciiStrToLower(ToAbsl(name));
  std::tuple<size_t, bool, size_t, std::string_view> best = {name.size() / 3 + 1, false, 0, {}};
  for (const auto& [known, function] : AllNames().functions) {
    const size_t distance = std::min(EditDistance(name, known), EditDistance(lower, known));
    // Small letters win, because our own names have them.
    const bool capital = absl::ascii_isupper(static_cast<unsigned char>(known[0]));
    best = std::min(best, {distance, capital, known.size(), known});
  }
  return std::get<std::string_view>(best);
}

// Builds what a rule says and never simplifies. Only a quotient of integers is the rational number,
// as where it is written with a slash.
struct ExactBuild {
  Pool& pool;

  Expr Integer(long value) { return pool.Integer(value); }
  Expr Make(Op op, std::span<const Expr> children) {
    return op == Op::kDiv ? Quotient(pool, children[0], children[1]) : pool.Make(op, children);
  }
};

}  // namespace

const Function* FindFunction(std::string_view name, Dialect dialect) {
  for (const Names* names : {&NamesOf(dialect), &AllNames()}) {
    const auto found = names->functions.find(name);
    if (found != names->functions.end()) return &found->second;
  }
  return nullptr;
}

Op FindConstant(std::string_view name, Dialect dialect) {
  for (const Names* names : {&NamesOf(dialect), &AllNames()}) {
    const auto found = names->constants.find(name);
    if (found != names->constants.end()) return found->second;
  }
  return Op::kUndefined;
}

std::string ExplainUnknownFunction(std::string_view name, Dialect dialect) {
  if (const std::string_view reason = Refusal(name); !reason.empty()) {
    return fmt::format("{} is refused: {}", Quoted(name), reason);
  }
  if (FindConstant(name, dialect) != Op::kUndefined) {
    return fmt::format("{} is not a function; a product is written with *", Quoted(name));
  }
  const std::string_view nearest = NearestFunction(name);
  if (nearest.empty()) return fmt::format("unknown function {}", Quoted(name));
  return fmt::format("unknown function {}; did you mean '{}'?", Quoted(name), nearest);
}

std::string ExplainUnknownName(std::string_view name, Dialect dialect) {
  if (const std::string_view reason = Refusal(name); !reason.empty()) {
    return fmt::format("{} is refused: {}", Quoted(name), reason);
  }
  if (FindFunction(name, dialect) != nullptr)
    return fmt::format("{} needs arguments in parentheses", Quoted(name));
  const bool small = FindConstant("e", dialect) != Op::kUndefined;
  return fmt::format("unknown name {}; the variable is x, the constants are pi, {}, EulerGamma, Catalan",
                     Quoted(name), small ? "e, i" : "E, I");
}

Expr BuildRule(std::string_view rule, std::span<const Expr> operands, Pool& pool) {
  const auto operand = [&](char letter) -> Expr {
    const auto index = static_cast<size_t>(letter - 'a');
    return index < operands.size() ? operands[index] : nullptr;
  };
  ExactBuild build{pool};
  return RuleReader(rule, operand, build).Read();
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
  if (function.op == Op::kUndefined)
    return BuildRule(function.rules[arguments.size() - function.arguments_min], children, pool);
  return pool.Make(function.op, children);
}

}  // namespace motzkin::expression
