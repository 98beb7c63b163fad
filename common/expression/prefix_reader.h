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
  PrefixReader(std::string_view text, Pool& pool, const ParseLimits& limits)
      : text_(text), pool_(pool), limits_(limits) {}

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
  absl::StatusOr<size_t> OperandCount(Op op, size_t column) const;

  std::string_view text_;
  Pool& pool_;
  const ParseLimits& limits_;
  std::string reversed_digits_;    // digits since the last token that was none
  std::vector<Operand> operands_;  // the first operand of the next operation is last
};

}  // namespace motzkin::expression
