// The words of LaTeX that are neither functions nor constants of the table of operations. Inside this
// module only.
//
// Thread-safe.
#pragma once

#include <string_view>

#include "common/expression/expression.h"

namespace motzkin::expression {

// A command that takes its arguments in braces, such as \frac{a}{b}.
struct LatexMacro {
  std::string_view command;
  std::string_view name;  // of the call that it becomes
  int arguments;
};

// Returns the macro of this command, without its backslash; null if there is none.
const LatexMacro* FindLatexMacro(std::string_view command);

// Returns the binary operator of a character or command such as "+" or "cdot"; kUndefined if there is
// none.
Op OperatorOfLatex(std::string_view text);

// Returns the name of the call whose first argument is the subscript of `name`: the base of a
// logarithm, the order of a polylogarithm or of a Bessel function. Empty for names that have no
// subscript.
std::string_view FunctionOfSubscripted(std::string_view name);

// Returns the special function that SymPy writes as this letter before \left(, empty if there is none.
std::string_view FunctionOfLetter(std::string_view letter);

// Returns asin for sin, and likewise for all functions whose inverse is written f^{-1}; empty for
// others.
std::string_view InverseOfLatex(std::string_view name);

}  // namespace motzkin::expression
