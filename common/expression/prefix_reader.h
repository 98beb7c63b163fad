// Reads prefix tokens from the last to the first. An operation then finds its operands on a stack,
// and nesting costs nothing. Inside this module only.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/expression/expression.h"
#include "common/expression/parser.h"

namespace motzkin::expression {

// Use it once. The arguments must outlive it. Thread-compatible.
class PrefixReader {
 public:
  PrefixReader(std::string_view text, Pool& pool, const ParseLimits& limits, Vocabulary vocabulary)
      : text_(text), pool_(pool), limits_(limits), vocabulary_(vocabulary) {}

  // The errors are those of parser.h.
  absl::StatusOr<Expr> Read();

 private:
  struct Operand {
    Expr expr;
    size_t column;
    bool has_unknown = false;  // holds a kBound that no rootof binds yet
  };

  absl::Status Token(std::string_view token, size_t column);
  absl::Status Integer(bool negative, size_t column);
  absl::Status Operation(Op op, std::string_view token, size_t column);
  // Reads a token that stands for a rule (rule_reader.h) with `count` operands.
  absl::Status Shorthand(std::string_view rule, size_t count, std::string_view token,
                         size_t column);
  absl::Status CheckOperands(size_t count, std::string_view token, size_t column) const;
  absl::Status Push(Expr result, bool has_unknown, size_t column);
  absl::StatusOr<size_t> OperandCount(Op op, size_t column) const;

  std::string_view text_;
  Pool& pool_;
  const ParseLimits& limits_;
  const Vocabulary vocabulary_;
  std::string reversed_digits_;    // digits since the last token that was not a digit
  std::vector<Operand> operands_;  // the first operand of the next operation is last
};

}  // namespace motzkin::expression
