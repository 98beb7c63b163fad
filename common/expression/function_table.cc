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
#include "common/expression/operation.h"
#include "common/expression/token.h"

namespace motzkin::expression {
namespace {

// The calls that need a translation. All others are operations of ours and come from the table of
// operations.
// clang-format off
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

// The functions and constants by all of their spellings.
struct Names {
  std::map<std::string_view, Function> functions;
  std::map<std::string_view, Op> constants;
};

Names ReadTables() {
  Names names;
  for (const Function& function : kBuilt) names.functions.emplace(function.name, function);
  for (const Operation& operation : AllOperations()) {
    for (std::string_view rest = operation.reads; !rest.empty();) {
      const std::string_view name = TakeWord(rest);
      const auto arity = static_cast<size_t>(operation.arity);
      if (arity == 0) {
        names.constants.emplace(name, operation.op);
      } else {
        names.functions.emplace(name, Function{name, arity, arity, nullptr, false, operation.op});
      }
    }
  }
  return names;
}

const Names& AllNames() {
  static const auto& names = *new Names(ReadTables());
  return names;
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
  for (const auto& [known, function] : AllNames().functions) {
    const size_t distance = std::min(EditDistance(name, known), EditDistance(lower, known));
    // Small letters win, because our own names have them.
    const bool capital = absl::ascii_isupper(static_cast<unsigned char>(known[0]));
    best = std::min(best, {distance, capital, known.size(), known});
  }
  return std::get<std::string_view>(best);
}

}  // namespace

const Function* FindFunction(std::string_view name) {
  const auto found = AllNames().functions.find(name);
  return found == AllNames().functions.end() ? nullptr : &found->second;
}

Op FindConstant(std::string_view name) {
  const auto found = AllNames().constants.find(name);
  return found == AllNames().constants.end() ? Op::kUndefined : found->second;
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
