#include "common/expression/notation.h"

#include <absl/strings/str_cat.h>

#include "common/base/string_view.h"
#include "common/expression/operation.h"

namespace motzkin::expression {
namespace {

bool IsWrittenByName(Op op) {
  if (op == Op::kBound || op == Op::kRootOf) return false;
  return (op >= Op::kVariable && op < Op::kNeg) || op > Op::kPow;
}

// Does what InfixWriter::WriteFunction() does, with # for the operand.
std::string TextOf(const Operation& operation, Format format) {
  const std::string_view name = NameOf(operation.op, format);
  if (!name.empty()) return std::string(name);
  const std::string_view other = NameOf(operation.of_reciprocal, format);
  return other.empty() ? "" : absl::StrCat(ToAbsl(other), "(1/(#))");
}

}  // namespace

std::vector<Notation> NotationsIn(Format format) {
  std::vector<Notation> notations;
  for (const Operation& operation : AllOperations()) {
    if (!IsWrittenByName(operation.op)) continue;
    std::string text = TextOf(operation, format);
    if (!text.empty()) notations.push_back({operation.prefix, operation.arity, std::move(text)});
  }
  return notations;
}

}  // namespace motzkin::expression
