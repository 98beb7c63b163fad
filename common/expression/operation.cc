#include "common/expression/operation.h"

#include <unordered_map>

#include "common/base/check.h"

namespace motzkin::expression {
namespace {

using Names = std::unordered_map<std::string_view, Op>;

// Returns the operations by the names that `key` returns for them. Those with an empty name are
// left out.
template <typename Key>
Names OperationsBy(const Key& key) {
  Names names;
  for (const Operation& operation : AllOperations()) {
    if (!key(operation).empty()) names.emplace(key(operation), operation.op);
  }
  return names;
}

Op Find(const Names& names, std::string_view name) {
  const auto found = names.find(name);
  return found == names.end() ? Op::kUndefined : found->second;
}

}  // namespace

int Arity(Op op) { return OperationOf(op).arity; }

bool IsFunction(Op op) { return op >= Op::kSqrt && op <= Op::kEllipticK; }

bool IsSpecial(Op op) { return op >= Op::kEi && op <= Op::kWeierstrassZeta; }

size_t DifferentiableArgument(Expr node) {
  const int argument = OperationOf(node->op()).differentiable;
  return argument < 0 ? node->children().size() - 1 : static_cast<size_t>(argument);
}

std::string_view NameOf(Op op, Format format) {
  const Operation& operation = OperationOf(op);
  const std::string_view infix = operation.infix.empty() ? operation.prefix : operation.infix;
  const auto or_infix = [&](std::string_view name) {
    if (name == Operation::kNone) return std::string_view();
    return name.empty() ? infix : name;
  };
  switch (format) {
    case Format::kPrefix:
      return operation.prefix;
    case Format::kInfix:
      return infix;
    case Format::kLatex:
      return operation.latex;
    case Format::kSympy:
      return or_infix(operation.sympy);
    case Format::kGiac:
      return or_infix(operation.giac);
    case Format::kFricas:
      return or_infix(operation.fricas);
  }
  MOTZKIN_CHECK(false);
}

Op OpOfPrefixToken(std::string_view token) {
  static const auto& operations =
      *new Names(OperationsBy([](const Operation& operation) { return operation.prefix; }));
  return Find(operations, token);
}

Op OpOfLatexName(std::string_view name) {
  static const auto& operations =
      *new Names(OperationsBy([](const Operation& operation) { return operation.latex; }));
  return Find(operations, name);
}

}  // namespace motzkin::expression
