// Builds expressions from rules: prefix tokens of ours in which a letter stands for an operand,
// digits for an integer, and "dec t" and "inc t" for t - 1 and t + 1. The derivatives of
// operation_table.cc and the calls of function_table.cc are such rules. Inside this module only.
#pragma once

#include <absl/strings/numbers.h>

#include <array>
#include <string_view>

#include "common/base/check.h"
#include "common/base/string_view.h"
#include "common/expression/expression.h"
#include "common/expression/operation.h"
#include "common/expression/token.h"

namespace motzkin::expression {

// The rules are known to be right, since the tests build all of them, so mistakes in them are
// CHECKed. `Build` makes integers and operations; the readers differ in whether it simplifies.
// Use it once. Thread-compatible.
template <typename Operand, typename Build>
class RuleReader {
 public:
  // `operand` returns the expression that a letter stands for; null if it stands for none. Both
  // must outlive the reader.
  RuleReader(std::string_view rule, const Operand& operand, Build& build)
      : rest_(rule), operand_(operand), build_(build) {}

  Expr Read() {
    const std::string_view token = TakeWord(rest_);
    if (token.size() == 1) {
      if (const Expr operand = operand_(token.front()); operand != nullptr) return operand;
    }
    if (int integer = 0; absl::SimpleAtoi(ToAbsl(token), &integer)) return build_.Integer(integer);
    if constexpr (requires(Expr t) { build_.Decrement(t); }) {
      if (token == "dec") return build_.Decrement(Read());
      if (token == "inc") return build_.Increment(Read());
    }
    const Op op = OpOfPrefixToken(token);
    MOTZKIN_CHECK(op != Op::kUndefined);
    std::array<Expr, 3> operands = {};
    const size_t count = Arity(op) < 0 ? 2 : static_cast<size_t>(Arity(op));
    for (size_t i = 0; i < count; ++i) operands[i] = Read();
    return build_.Make(op, {operands.data(), count});
  }

 private:
  std::string_view rest_;
  const Operand& operand_;
  Build& build_;
};

}  // namespace motzkin::expression
