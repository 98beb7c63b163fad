// Parses text into expressions. The text may be hostile: length, nesting, digits and nodes are
// bounded, and no input makes these functions recurse or allocate without bound, or throw.
//
// Errors of all functions: INVALID_ARGUMENT, with a message such as "column 17: unknown function
// 'foo'", where columns count bytes from 1; RESOURCE_EXHAUSTED, a bound was exceeded, which the
// message names.
//
// Thread-safe in distinct pools.
#pragma once

#include <absl/status/statusor.h>

#include <string_view>

#include "common/expression/expression.h"

namespace motzkin::expression {

struct ParseLimits {
  size_t bytes = 1u << 20;  // 1 MiB: 16 times the longest integral that is stored
  int nesting = 500;        // parentheses within parentheses
  int digits = 9'000;       // of one number; also bounds folded exponents such as 1e400
};

// Parses infix as people, C, SymPy, giac and FriCAS write it, and Mathematica's names in SymPy's
// brackets:
//
//   operators   + - * / and ^ or **. The power is right associative and binds tighter than a minus
//               before it, so -x^2 is -(x^2); 2^-x is accepted. A product needs its sign: 2*x.
//   numbers     12, 0.25, 1e-3 (exactly 1/1000), Rational(1, 2), Integer(3), complex(a, b),
//               float(m, k, b)
//   constants   pi %pi M_PI, e E %e M_E, i I %i, EulerGamma, Catalan; the variable is x
//   functions   every name in operation_table.cc and function_table.cc. A name that two systems use
//               differently is read by its spelling: ellipticF(z, m) is FriCAS's, which takes
//               sin(phi); elliptic_f(phi, m) is SymPy's. cbrt and roots are principal; Gamma(s, x)
//               is the upper incomplete function, igamma the lower.
//   roots       FriCAS's rootOf(t^2 + 1, t) with any name for the unknown; giac's
//               rootof([[..], [..]])
//
// Infinities, undefined values, unevaluated integrals, cases, factorials and |x| are refused with a
// message that says which it was.
absl::StatusOr<Expr> ParseInfix(std::string_view text, Pool& pool, const ParseLimits& limits = {});

// Parses prefix tokens as printed by Format::kPrefix, separated by single spaces.
absl::StatusOr<Expr> ParsePrefix(std::string_view text, Pool& pool, const ParseLimits& limits = {});

// Parses LaTeX as printed by Format::kLatex.
absl::StatusOr<Expr> ParseLatex(std::string_view text, Pool& pool, const ParseLimits& limits = {});

}  // namespace motzkin::expression
