// Says how a format writes leaves and functions, for readers of our tokens that are not in C++.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/expression/printer.h"

namespace motzkin::expression {

struct Notation {
  std::string_view token;  // of prefix text
  int operands = 0;        // -1: hyper, whose first two operands count its parameters
  // The name, or an equal expression in which # stands for the only operand.
  std::string text;
};

// Returns all that `format` can say, without numbers, arithmetic, and roots of polynomials, whose
// unknown has no token of its own. Thread-safe.
std::vector<Notation> NotationsIn(Format format);

}  // namespace motzkin::expression
