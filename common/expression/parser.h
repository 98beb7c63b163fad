// Text to expressions. The text may be hostile: length, nesting, digits and nodes are bounded, no
// input makes these functions recurse or allocate without bound, and none makes them throw.
//
// Errors of all: INVALID_ARGUMENT, "column 17: unknown function 'foo'" (columns count bytes from 1);
// RESOURCE_EXHAUSTED, a bound was passed (the message names it).
//
// Thread-safe in distinct pools.
#pragma once

#include <absl/status/statusor.h>

#include <string_view>

#include "common/expression/expression.h"

namespace motzkin::expression {

struct ParseLimits {
  size_t bytes = 1u << 20;  // 1 MiB: 16 times the longest integral that is stored.
  int nesting = 500;        // Parentheses within parentheses.
  int digits = 9'000;       // Of one number; also bounds folded exponents such as 1e400.
};

// Infix as written by people, C, SymPy, giac and FriCAS: `**` and `^`, exact rationals, decimals
// (read exactly: 0.1 is 1/10), `log`/`ln`, `asin`/`arcsin`, `Abs`/`abs`/`|..|` no, `%e %pi %i` and
// `e pi i E I`, FriCAS prefix minus and InputForm, SymPy's `Rational(1,2)`, names of special
// functions of each. Unary minus binds looser than `^`; `^` is right associative.
absl::StatusOr<Expr> ParseInfix(std::string_view text, Pool& pool, const ParseLimits& limits = {});

// Prefix tokens as printed by Format::kPrefix, separated by single spaces.
absl::StatusOr<Expr> ParsePrefix(std::string_view text, Pool& pool, const ParseLimits& limits = {});

// LaTeX as printed by Format::kLatex.
absl::StatusOr<Expr> ParseLatex(std::string_view text, Pool& pool, const ParseLimits& limits = {});

}  // namespace motzkin::expression
