// The table of operations. A row holds the names of an operation in every dialect, its derivative,
// its known values and its symmetries. To add a function, add a value to Op, a row to the table,
// and its evaluation to common/ball. Inside common/ only.
//
// Thread-safe.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "common/expression/expression.h"
#include "common/expression/printer.h"

namespace motzkin::expression {

enum class Symmetry { kNone, kOdd, kEven };

// The value of f at a whole argument: pi/pi_divisor if pi_divisor is not 0; otherwise `rational`,
// where kPole means that there is no value.
struct KnownValue {
  static constexpr int kUnused = std::numeric_limits<int>::min();
  static constexpr int kPole = std::numeric_limits<int>::max();

  int argument = kUnused;
  int rational = 0;
  int pi_divisor = 0;
};

struct Operation {
  static constexpr int kAnyNumber = -1;
  static constexpr std::string_view kNone = "-";

  Op op = Op::kUndefined;
  int arity = 1;

  // The names. `prefix` is the token of the stored form. An empty `infix` means the same word as
  // `prefix`. `latex` includes the backslash; an empty one means \operatorname{infix}. An empty
  // name of an engine means the same word as infix. kNone means that the engine lacks the function
  // or means another one by the word, as FriCAS does with ellipticF(z, m), our F(asin(z), m). A
  // name with a # is an equal expression for the engine, in which # stands for the argument.
  std::string_view prefix = {}, infix = {}, latex = {}, sympy = {}, giac = {}, fricas = {};
  // All spellings that infix text may use for a leaf, or for a call that is this operation with the
  // same arguments, separated by spaces. function_table.cc has the calls that need a translation.
  std::string_view reads = {};

  // f'(u) as prefix tokens. A digit is an integer, u is the argument, and f is the value of the
  // function itself. If there are several arguments, they are a, b and c, in order. "dec t" and
  // "inc t" are t - 1 and t + 1. derivative_rules.cc has the rules that cannot be written like
  // this. Empty: there is no rule.
  std::string_view derivative = {};
  // The index of the only argument that it may be differentiated by; -1 means the last.
  int differentiable = -1;
  // The g for which f(u) = g(1/u).
  Op of_reciprocal = Op::kUndefined;
  Symmetry symmetry = Symmetry::kNone;
  // The g for which f(g(u)) = u for all u.
  Op undoes = Op::kUndefined;
  KnownValue known[3] = {};
};

const Operation& OperationOf(Op op);
// Returns all rows, in the order of Op.
std::span<const Operation> AllOperations();

// Returns the name of a leaf or function in `format`, or the equal expression with a #; empty if
// the format has neither.
std::string_view NameOf(Op op, Format format);

// Returns the index of the only child of a function that it may be differentiated by.
size_t DifferentiableArgument(Expr node);

// Returns the operation with this prefix token; kUndefined if there is none.
Op OpOfPrefixToken(std::string_view token);

// Returns the leaf or function with this name in LaTeX, such as "x" or "\\sin"; kUndefined if there
// is none. Names that are written with \operatorname are not found.
Op OpOfLatexName(std::string_view name);

}  // namespace motzkin::expression
