// Measures how many wrong answers the verifier catches. Right answers are mutated by one digit,
// sign or operator. Whether a mutant is really wrong is decided by other means (doubles,
// differences of values), and no wrong one may pass.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <complex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/expression/derivative.h"
#include "common/expression/expression.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "tests/support/seed.h"
#include "worker/integrator/verifier/verifier.h"

namespace motzkin::integrator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;
using motzkin::v1::Verification;
using Complex = std::complex<double>;
using Random = std::mt19937_64;

size_t Below(Random& random, size_t bound) { return random() % bound; }

// Returns a random elementary function with about `nodes` operations.
Expr RandomFunction(Random& random, Pool& pool, int nodes) {
  constexpr Op kUnary[] = {Op::kExp, Op::kLog,  Op::kSqrt, Op::kSin,  Op::kCos,
                           Op::kTan, Op::kAtan, Op::kAsin, Op::kSinh, Op::kAcosh};
  constexpr Op kBinary[] = {Op::kAdd, Op::kAdd, Op::kSub, Op::kMul, Op::kMul, Op::kDiv};
  if (nodes <= 0) {
    return Below(random, 3) == 0 ? pool.Integer(1 + static_cast<long>(Below(random, 9)))
                                 : pool.Variable();
  }
  switch (Below(random, 5)) {
    case 0:
    case 1:
      return pool.Unary(kUnary[Below(random, std::size(kUnary))],
                        RandomFunction(random, pool, nodes - 1));
    case 2:
      return pool.Pow(RandomFunction(random, pool, nodes - 1),
                      pool.Integer(2 + static_cast<long>(Below(random, 3))));
    default: {
      const int left = static_cast<int>(Below(random, static_cast<size_t>(nodes)));
      const Expr a = RandomFunction(random, pool, left);
      return pool.Binary(kBinary[Below(random, std::size(kBinary))], a,
                         RandomFunction(random, pool, nodes - 1 - left));
    }
  }
}

Complex ApplyUnary(Op op, Complex a) {
  switch (op) {
    case Op::kNeg:
      return -a;
    case Op::kExp:
      return std::exp(a);
    case Op::kLog:
      return std::log(a);
    case Op::kSqrt:
      return std::sqrt(a);
    case Op::kSin:
      return std::sin(a);
    case Op::kCos:
      return std::cos(a);
    case Op::kTan:
      return std::tan(a);
    case Op::kAtan:
      return std::atan(a);
    case Op::kAsin:
      return std::asin(a);
    case Op::kSinh:
      return std::sinh(a);
    case Op::kAcosh:
      return std::acosh(a);
    default:
      return std::nan("");
  }
}

Complex ApplyBinary(Op op, Complex a, Complex b) {
  switch (op) {
    case Op::kAdd:
      return a + b;
    case Op::kSub:
      return a - b;
    case Op::kMul:
      return a * b;
    case Op::kDiv:
      return a / b;
    case Op::kPow:
      return std::pow(a, b);
    default:
      return std::nan("");
  }
}

// The second opinion, which uses nothing of the verifier's arithmetic.
Complex InDoubles(Expr node, double x) {
  if (node->op() == Op::kVariable) return x;
  if (node->op() == Op::kNumber) return node->number().get_d();
  const Complex first = InDoubles(node->child(0), x);
  if (node->children().size() == 1) return ApplyUnary(node->op(), first);
  Complex result = first;
  for (size_t i = 1; i < node->children().size(); ++i) {
    result = ApplyBinary(node->op(), result, InDoubles(node->child(i), x));
  }
  return result;
}

// Whether G - F is constant over short steps where F is real. Empty: doubles cannot tell.
std::optional<bool> DiffersByAConstant(Expr f, Expr g) {
  int constant = 0, varying = 0;
  for (int i = 0; i < 29; ++i) {
    const double x = -2.97 + 0.19 * i;  // up to 2.35
    const double step = 1.0 / 64;
    const Complex f0 = InDoubles(f, x), f1 = InDoubles(f, x + step);
    const Complex g0 = InDoubles(g, x);
    const Complex rise = InDoubles(g, x + step) - g0;
    const double expected = (f1 - f0).real();
    if (std::abs(f0.imag()) + std::abs(f1.imag()) != 0 || !std::isfinite(expected) ||
        !std::isfinite(std::abs(rise)) ||
        std::abs(expected) < 1e-9 * (std::abs(f0) + std::abs(g0))) {
      continue;
    }
    const double relative = std::abs(rise - expected) / (std::abs(expected) + 1e-12);
    if (relative < 1e-7) ++constant;
    if (relative > 1e-4) ++varying;
  }
  if (varying > constant && varying >= 3) return false;
  if (varying == 0 && constant >= 3) return true;
  return std::nullopt;
}

// Returns every text that differs from `text` in one digit, sign or operator.
std::vector<std::string> Mutants(const std::string& text, Random& random) {
  std::vector<std::string> mutants;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string signs = "+-*/";
    char replacement;
    if (std::isdigit(static_cast<unsigned char>(text[i]))) {
      replacement = static_cast<char>('0' + (text[i] - '0' + 1 + Below(random, 9)) % 10);
    } else if (signs.find(text[i]) != std::string::npos) {
      replacement = signs[(signs.find(text[i]) + 1 + Below(random, 3)) % 4];
    } else {
      continue;
    }
    std::string mutant = text;
    mutant[i] = replacement;
    mutants.push_back(mutant);
  }
  return mutants;
}

struct Score {
  int right = 0, right_verified = 0;
  int wrong = 0, caught = 0, unjudged = 0;
  std::vector<std::string> believed;
};

void JudgeMutant(Expr f, Expr right, const std::string& text, Pool& pool, Score& score) {
  const auto mutant = expression::ParseInfix(text, pool);
  if (!mutant.ok()) return;
  const std::optional<bool> equivalent = DiffersByAConstant(right, *mutant);
  if (!equivalent || *equivalent) return;
  ++score.wrong;
  switch (Verify(f, *mutant).verdict()) {
    case Verification::VERDICT_REFUTED:
    case Verification::VERDICT_PARTLY:
      ++score.caught;
      break;
    case Verification::VERDICT_UNVERIFIED:
      ++score.unjudged;
      break;
    case Verification::VERDICT_VERIFIED:
    case Verification::VERDICT_COMPLEX_ONLY:
      score.believed.push_back(text);
      break;
    default:
      FAIL() << "no verdict on " << text;
  }
}

TEST(VerifierMutationTest, NoWrongMutantOfARightAnswerIsVerified) {
  const test::Seed seed;
  Random random(seed);
  Score score;
  while (score.right < 300) {
    Pool pool;
    const Expr right = RandomFunction(random, pool, 3 + static_cast<int>(Below(random, 6)));
    const Expr f = expression::Derivative(right, pool);
    // Only functions that are real where doubles look are useful.
    if (!right->has_variable() || DiffersByAConstant(right, right) != true) continue;
    ++score.right;
    const std::string text = expression::Print(right, expression::Format::kInfix).value_or("");
    score.right_verified += Verify(f, right).verdict() == Verification::VERDICT_VERIFIED;
    for (const std::string& mutant : Mutants(text, random)) {
      JudgeMutant(f, right, mutant, pool, score);
    }
  }
  fmt::print(
      "seed {}: {} of {} right answers verified; {} wrong mutants: {} caught ({:.2f} %), {} "
      "unjudged, {} believed\n",
      uint64_t{seed}, score.right_verified, score.right, score.wrong, score.caught,
      100.0 * score.caught / score.wrong, score.unjudged, score.believed.size());
  EXPECT_TRUE(score.believed.empty()) << score.believed.front();
  EXPECT_GE(score.right_verified, score.right * 9 / 10);
  EXPECT_GE(score.caught, score.wrong * 95 / 100);
}

}  // namespace
}  // namespace motzkin::integrator
