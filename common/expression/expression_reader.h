// An operator-precedence parser over the tokens of a Lexer. It has stacks of its own instead of
// recursion, so memory stays in proportion to the text, however deeply it nests. Inside this module
// only.
//
//   value   := number | constant | name ( values ) | name [ values ] | ( values ) | [ values ]
//   binding := ^ (right), unary -, * and / (left), + and - (left), from tight to loose;
//              but 2^-x is 2^(-x)
#pragma once

#include <absl/status/statusor.h>

#include <string_view>
#include <vector>

#include "common/expression/function_table.h"
#include "common/expression/parser.h"
#include "common/expression/token.h"

namespace motzkin::expression {

// Use it once. The arguments must outlive it. Thread-compatible.
class ExpressionReader {
 public:
  // In LaTeX, two adjacent values are a product.
  enum class Notation { kInfix, kLatex };

  ExpressionReader(Lexer& lexer, Pool& pool, const ParseLimits& limits, Notation notation,
                   Dialect dialect)
      : lexer_(lexer), pool_(pool), limits_(limits), notation_(notation), dialect_(dialect) {}

  // The errors are those of parser.h.
  absl::StatusOr<Expr> Read();

 private:
  // An operator that waits for its right operand.
  struct Pending {
    Op op;
    size_t column;
  };
  // An open bracket of a call, a list or a mere group.
  struct Frame {
    char open;
    size_t column;
    std::string_view name;  // empty if it is not a call
    size_t values_begin;    // its values and operators are above these
    size_t operators_begin;
    bool has_comma = false;
    std::string_view unknown;  // the unknown of a rootOf, once it was seen
  };

  absl::Status Advance();
  absl::Status ReadValue();
  absl::Status ReadAfterValue();
  absl::Status ReadNumber();
  absl::Status ReadName();
  absl::Status ReadUnknown(const Token& name);
  // Whether the bracket that follows a name is that of a call.
  bool OpensCall(const Token& open) const;
  absl::Status OpenFrame(const Token& open, std::string_view name, size_t column);
  absl::Status CloseFrame();
  absl::Status FinishCall(const Frame& frame, std::span<const ParsedValue> arguments);
  absl::Status Comma();
  absl::Status PushBinary(Op op);
  // Applies the operators above `begin` that bind tighter than an incoming `op`, or all of them.
  absl::Status ReduceFor(Op op);
  absl::Status ReduceTo(size_t begin);
  absl::Status ApplyTop();
  absl::Status PushValue(Expr expr, bool literal, size_t column);
  size_t operators_begin() const { return frames_.empty() ? 0 : frames_.back().operators_begin; }
  Frame* InnermostRootOf();

  Lexer& lexer_;
  Pool& pool_;
  const ParseLimits& limits_;
  const Notation notation_;
  const Dialect dialect_;
  Token token_;
  bool value_expected_ = true;
  bool done_ = false;
  std::vector<ParsedValue> values_;
  std::vector<Pending> operators_;
  std::vector<Frame> frames_;
};

}  // namespace motzkin::expression
