// What is known of each operation, a row each: its names in every dialect, its derivative, its
// values and symmetries. A new function is a value of Op, a row here, and in common/ball how it is
// evaluated.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "common/expression/expression.h"
#include "common/expression/printer.h"

namespace motzkin::expression {

enum class Symmetry { kNone, kOdd, kEven };

// f(argument): a rational, or pi/pi_divisor where that is not 0, or no value at all.
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

  // What it is called. `prefix` is the stored form's token; `infix` is the same where it is empty.
  // `latex` comes with its backslash; empty: \operatorname{infix}. The engines' names are the infix
  // one where they are empty, and kNone where the engine has none or means something else by it, as
  // FriCAS does with ellipticF(z, m), our F(asin(z), m). A # in one stands for the argument: the
  // engine is given an equal expression.
  std::string_view prefix = {}, infix = {}, latex = {}, sympy = {}, giac = {}, fricas = {};
  // Every spelling that infix text may use for a leaf, or for a call that is this operation with
  // the same arguments; separated by spaces. function_table.cc has the other calls.
  std::string_view reads = {};

  // f'(u) in prefix tokens, where a digit is an integer, u the argument, f the function's own value,
  // a b c the arguments in order when there are several, and "dec t", "inc t" are t - 1 and t + 1.
  // derivative_rules.cc has what cannot be said so. Empty: there is no rule.
  std::string_view derivative = {};
  // Index of the only argument that it may be differentiated by; -1: the last.
  int differentiable = -1;
  // g where f(u) = g(1/u).
  Op of_reciprocal = Op::kUndefined;
  Symmetry symmetry = Symmetry::kNone;
  // g where f(g(u)) = u for all u.
  Op undoes = Op::kUndefined;
  KnownValue known[3] = {};
};

const Operation& OperationOf(Op op);
// In the order of Op.
std::span<const Operation> AllOperations();

// The name of a leaf or function in `format`, or what stands for it (with a #); empty where the
// format has neither.
std::string_view NameOf(Op op, Format format);

// Index of the only child of a function that it may be differentiated by.
size_t DifferentiableArgument(Expr node);

// The operation with this prefix token; kUndefined when there is none.
Op OpOfPrefixToken(std::string_view token);

// The leaf or function that LaTeX calls so, "x" or "\\sin"; kUndefined when there is none. Those
// that are written with \operatorname are not found.
Op OpOfLatexName(std::string_view name);

}  // namespace motzkin::expression
