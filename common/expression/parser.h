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

#include "common/expression/dialect.h"
#include "common/expression/expression.h"

namespace motzkin::expression {

struct ParseLimits {
  size_t bytes = 1u << 20;  // 1 MiB: 16 times the longest integral that is stored
  int nesting = 500;        // parentheses within parentheses
  int digits = 9'000;       // of one number; also bounds folded exponents such as 1e400
};

// Parses infix as people, C, SymPy, giac, FriCAS, Maple and Mathematica write it:
//
//   operators   + - * / and ^ or **. The power is right associative and binds tighter than a minus
//               before it, so -x^2 is -(x^2); 2^-x is accepted. A product needs its sign: 2*x.
//   numbers     12, 0.25, 1e-3 (exactly 1/1000), Rational(1, 2), Integer(3), complex(a, b),
//               float(m, k, b)
//   constants   pi %pi M_PI, e E %e M_E, i I %i, EulerGamma, Catalan; the variable is x
//   functions   every name in operation_table.cc and function_table.cc. A name that two systems use
//               differently is read by its spelling: ellipticF(z, m) is FriCAS's, which takes
//               sin(phi); elliptic_f(phi, m) is SymPy's. cbrt and roots are principal; Gamma(s, x)
//               is the upper incomplete function, igamma the lower. Without a dialect,
//               EllipticF(phi, m) is Mathematica's, acot(x) and arccot(x) are atan(1/x), and Li(x)
//               is li(x). A call has round brackets or, without a dialect and in Mathematica's,
//               square ones.
//   lists       [a, b] and (a, b), in Mathematica's dialect also {a, b}
//   roots       FriCAS's rootOf(t^2 + 1, t) with any name for the unknown; Maple's RootOf(_Z^2 + 1);
//               giac's rootof([[..], [..]])
//
// Infinities, undefined values, unevaluated integrals, cases, factorials and |x| are refused with a
// message that says which it was.
absl::StatusOr<Expr> ParseInfix(std::string_view text, Pool& pool, const ParseLimits& limits = {},
                                Dialect dialect = Dialect::kAny);

// kLampleCharton has the tokens of the published generator (arXiv 1912.01412) besides ours: inv,
// pow2, pow3, pow4, pow5 of one operand, and rac a b, the b-th root of a.
enum class Vocabulary { kOurs, kLampleCharton };

// Parses prefix tokens as printed by Format::kPrefix, separated by single spaces.
absl::StatusOr<Expr> ParsePrefix(std::string_view text, Pool& pool, const ParseLimits& limits = {},
                                 Vocabulary vocabulary = Vocabulary::kOurs);

// Parses LaTeX as Format::kLatex, SymPy, language models and people write it:
//
//   products    2x, x \sin x, \cdot, \times
//   fractions   \frac{a}{b}, \frac12, \dfrac, \tfrac, a/b
//   functions   \sin(x), \sin\left(x\right), \sin{\left(x \right)}, \operatorname{erf}(x), and the names
//               of infix as commands. Without brackets, the argument is a product that ends with its
//               first factor in x: \sin 2x \cos x is sin(2*x)*cos(x). \sin^2 x is sin(x)^2,
//               \sin^{-1} x is asin(x), \log is the natural logarithm, and \log_2 x has base 2.
//   bars        |x|, \left| x \right|, \lvert x \rvert
//   roots       \sqrt{x}, \sqrt[3]{x}
//   around it   \int .. dx without limits, $ .. $, \( .. \), spaces such as \, and sizes such as \big
//
// x^10 is refused, since it is typeset as x^{1}0, and so is an argument without brackets whose end
// cannot be told, as in \sin 2(x + 1).
absl::StatusOr<Expr> ParseLatex(std::string_view text, Pool& pool, const ParseLimits& limits = {});

}  // namespace motzkin::expression
