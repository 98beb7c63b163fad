// Helpers for the tests of this module: random trees, and values in long double.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>

#include "common/expression/expression.h"
#include "tests/support/seed.h"

namespace motzkin::expression::test {

using motzkin::test::Seed;

// Parses infix that must be right; otherwise the test fails and the result is Undefined.
Expr Parse(std::string_view text, Pool& pool);

// All elementary functions, or those that have one name in every format and engine.
enum class Functions { kElementary, kOfEveryFormat };

// Draws random trees as a generator without any normal form would: + - * / **, negation, elementary
// functions, x, integers, pi, e. Quotients of two integers are rational numbers, as the parsers
// read them. Thread-compatible.
class RandomTrees {
 public:
  RandomTrees(uint64_t seed, Pool& pool, Functions functions = Functions::kElementary)
      : random_(seed), pool_(pool), functions_(functions) {}

  // Draws a tree with about `operations` inner nodes.
  Expr Draw(int operations);
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

 private:
  Expr Leaf();
  Op Function();

  std::mt19937_64 random_;
  Pool& pool_;
  Functions functions_;
};

// Returns the value at real x; NaN where some part is not real or is too large to be accurate, and
// for most special functions.
long double ValueAt(Expr expr, long double x);

}  // namespace motzkin::expression::test
