// Prints expressions. parser.h reads prefix, infix and LaTeX back to the same tree, and the
// engines' formats where they have the function (otherwise an equal expression stands in), with two
// provisos: sums and products of more than two come back as left-nested pairs, and a quotient of
// integers in lowest terms comes back as the rational number, which is written in the same way.
//
//   prefix   tokens separated by single spaces, the stored form and the training form:
//            add sub mul div pow neg, function names (sqrt exp ln abs sign sin ...), x, pi, E, I,
//            integers as in Lample & Charton (arXiv 1912.01412): `INT+ 1 0` is 10, `INT- 3` is -3;
//            a rational is `div INT.. INT..`; n-ary sums and products are left-nested pairs.
//   infix    `x^2 + 3*sin(x)`
//   latex    `x^{2} + 3 \sin\left(x\right)`
//   sympy    `x**2 + 3*sin(x)`, with `1/2` rather than Rational(1, 2). It is meant for sympify(),
//            which keeps 1/2 exact; Python's eval() would make a float of it.
//   giac     giac's parser reads it: ln, `^`, pi, e^(x) as exp(x), i
//   fricas   FriCAS's interpreter reads it: log, %pi, %e, %i
//
// A text has at most `bytes_max` bytes. RESOURCE_EXHAUSTED: it would be longer, since a shared
// subtree can print to exponentially many characters. FAILED_PRECONDITION: the expression is
// undefined, or the engine of the format has no such function (sympy, giac and fricas only; they
// have all elementary ones).
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/expression/expression.h"

namespace motzkin::expression {

enum class Format { kPrefix, kInfix, kLatex, kSympy, kGiac, kFricas };

inline constexpr size_t kPrintBytesMax = 4u << 20;

absl::StatusOr<std::string> Print(Expr expr, Format format, size_t bytes_max = kPrintBytesMax);

// Returns the prefix tokens of a number.
std::string PrefixNumber(const mpq_class& value);

// Returns the number of prefix tokens, with a token for each digit; saturating.
uint64_t TokenCount(Expr expr);

}  // namespace motzkin::expression
