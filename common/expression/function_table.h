// The names that infix text may use, and the meaning of a call of each. Inside this module only.
#pragma once

#include <absl/status/statusor.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/expression/dialect.h"
#include "common/expression/expression.h"

namespace motzkin::expression {

// A value between two commas: an expression, or a list of values.
struct ParsedValue {
  Expr expr = nullptr;  // null for a list
  std::vector<ParsedValue> items;
  // Whether this is a number as it was written, so that -3 is one number and -(3) is not.
  bool literal = false;
};

// INVALID_ARGUMENT, without a column: these arguments have no meaning for the function.
using CallBuilder = absl::StatusOr<Expr> (*)(std::span<const ParsedValue> arguments, Pool& pool);

struct Function {
  std::string_view name;
  size_t arguments_min = 0;
  size_t arguments_max = 0;
  // The meaning of a call: what `build` makes, an operation `op` of the same arguments, or the rule
  // for arguments_min or one more of them. The first that is given counts.
  CallBuilder build = nullptr;
  bool takes_lists = false;
  Op op = Op::kUndefined;
  std::string_view rules[2] = {};
};

// Returns the function with this name, in the dialect's convention; null if there is none.
const Function* FindFunction(std::string_view name, Dialect dialect = Dialect::kAny);

// Returns the leaf with this name; kUndefined if there is none.
Op FindConstant(std::string_view name, Dialect dialect = Dialect::kAny);

// Return a message such as "unknown function 'sine'; did you mean 'sin'?", or why a known name is
// refused.
std::string ExplainUnknownFunction(std::string_view name, Dialect dialect);
std::string ExplainUnknownName(std::string_view name, Dialect dialect);

// Builds what a rule (rule_reader.h) says of `operands`, which are its letters from a on. It never
// simplifies.
Expr BuildRule(std::string_view rule, std::span<const Expr> operands, Pool& pool);

// Checks the number and kind of the arguments, and builds the call. The errors are those of
// CallBuilder.
absl::StatusOr<Expr> BuildCall(const Function& function, std::span<const ParsedValue> arguments,
                               Pool& pool);

}  // namespace motzkin::expression
