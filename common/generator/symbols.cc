#include "common/generator/symbols.h"

#include <fmt/format.h>

#include <vector>

#include "common/expression/operation.h"

namespace motzkin::generator {
namespace {

using expression::Format;
using expression::Op;

struct NamedSymbol {
  std::string name;
  Symbol symbol;
};

std::vector<NamedSymbol> ReadTable() {
  std::vector<NamedSymbol> symbols;
  for (const expression::Operation& operation : expression::AllOperations()) {
    const Op op = operation.op;
    // Op has the elementary functions from kSqrt to kAcsch, and others nowhere between.
    // The derivative of a sign is 0, which no generator wants.
    if (op < Op::kSqrt || op > Op::kAcsch || op == Op::kSign) continue;
    symbols.push_back({std::string(NameOf(op, Format::kInfix)), {op, 1}});
  }
  // The exponent belongs to the symbol, so these draw one operand and count as unary.
  for (int exponent = 2; exponent <= 5; ++exponent) {
    symbols.push_back({fmt::format("pow{}", exponent), {Op::kPow, 1, exponent}});
  }
  for (const Op op : {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv, Op::kPow}) {
    symbols.push_back({std::string(NameOf(op, Format::kPrefix)), {op, 2}});
  }
  return symbols;
}

const std::vector<NamedSymbol>& AllSymbols() {
  static const auto& symbols = *new std::vector<NamedSymbol>(ReadTable());
  return symbols;
}

}  // namespace

std::optional<Symbol> FindSymbol(std::string_view name, int arity) {
  for (const NamedSymbol& candidate : AllSymbols()) {
    if (candidate.name == name && candidate.symbol.arity == arity) return candidate.symbol;
  }
  return std::nullopt;
}

std::string SymbolNames(int arity) {
  std::string names;
  for (const NamedSymbol& candidate : AllSymbols()) {
    if (candidate.symbol.arity != arity) continue;
    if (!names.empty()) names += ' ';
    names += candidate.name;
  }
  return names;
}

}  // namespace motzkin::generator
