#include "common/generator/symbols.h"

namespace motzkin::generator {
namespace {

using expression::Op;

struct NamedSymbol {
  std::string_view name;
  Symbol symbol;
};

// A linear search is enough: names are looked up once a sampler, when it is made.
constexpr NamedSymbol kSymbols[] = {
    {"sqrt", {Op::kSqrt, 1}},   {"exp", {Op::kExp, 1}},     {"log", {Op::kLog, 1}},
    {"abs", {Op::kAbs, 1}},     {"sin", {Op::kSin, 1}},     {"cos", {Op::kCos, 1}},
    {"tan", {Op::kTan, 1}},     {"cot", {Op::kCot, 1}},     {"sec", {Op::kSec, 1}},
    {"csc", {Op::kCsc, 1}},     {"asin", {Op::kAsin, 1}},   {"acos", {Op::kAcos, 1}},
    {"atan", {Op::kAtan, 1}},   {"acot", {Op::kAcot, 1}},   {"asec", {Op::kAsec, 1}},
    {"acsc", {Op::kAcsc, 1}},   {"sinh", {Op::kSinh, 1}},   {"cosh", {Op::kCosh, 1}},
    {"tanh", {Op::kTanh, 1}},   {"coth", {Op::kCoth, 1}},   {"sech", {Op::kSech, 1}},
    {"csch", {Op::kCsch, 1}},   {"asinh", {Op::kAsinh, 1}}, {"acosh", {Op::kAcosh, 1}},
    {"atanh", {Op::kAtanh, 1}}, {"acoth", {Op::kAcoth, 1}}, {"asech", {Op::kAsech, 1}},
    {"acsch", {Op::kAcsch, 1}}, {"pow2", {Op::kPow, 1, 2}}, {"pow3", {Op::kPow, 1, 3}},
    {"pow4", {Op::kPow, 1, 4}}, {"pow5", {Op::kPow, 1, 5}}, {"add", {Op::kAdd, 2}},
    {"sub", {Op::kSub, 2}},     {"mul", {Op::kMul, 2}},     {"div", {Op::kDiv, 2}},
    {"pow", {Op::kPow, 2}},
};

}  // namespace

std::optional<Symbol> FindSymbol(std::string_view name, int arity) {
  for (const NamedSymbol& candidate : kSymbols) {
    if (candidate.name == name && candidate.symbol.arity == arity) return candidate.symbol;
  }
  return std::nullopt;
}

std::string SymbolNames(int arity) {
  std::string names;
  for (const NamedSymbol& candidate : kSymbols) {
    if (candidate.symbol.arity != arity) continue;
    if (!names.empty()) names += ' ';
    names += candidate.name;
  }
  return names;
}

}  // namespace motzkin::generator
