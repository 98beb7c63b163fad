// Takes the constant of integration out of an answer, as people, models and systems write it:
//
//   letters   C, c, K and k, alone or numbered: C1, c_1, C_{1}, _C1, C[1]. K is what some countries
//             write; no letter is mistaken, since a term without x makes no difference to F'
//   words     const, const., constant, in LaTeX also in \text{..}, \mathrm{..} and their kind
//
// It is a term of the whole answer, at its end or before other terms, as in C + x^2/2. In
// any other place (2*C, C*x, sin(x + C)) it stays, and the parser refuses it.
//
// A letter that is a parameter of the integrand is never taken for a constant, because such an
// integrand cannot be read, and then its answers are not judged.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::cli {

// Returns `answer`, infix or LaTeX, with spaces in the place of each constant of integration and its
// sign, so that columns stay; an answer that is nothing else becomes 0. Linear in the text.
// Thread-safe.
std::string WithoutConstants(std::string_view answer);

// Does the same to prefix tokens such as `add x C`, whose last operand the constant is.
std::string WithoutPrefixConstant(std::string_view answer);

}  // namespace motzkin::cli
