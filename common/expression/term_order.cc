#include "common/expression/term_order.h"

#include <algorithm>

namespace motzkin::expression {
namespace {

int Sign(int comparison) { return comparison < 0 ? -1 : comparison > 0 ? 1 : 0; }

// The order of operations: numbers, constants, x, functions, then those built of several.
int Rank(Op op) {
  constexpr int kConstantRank = 100;
  constexpr int kVariableRank = 200;
  constexpr int kFunctionRank = 300;
  constexpr int kArithmeticRank = 400;
  const int value = static_cast<int>(op);
  if (op == Op::kVariable) return kVariableRank;
  if (op == Op::kNumber) return 0;
  // Within a rank the value of Op decides, so a new operation at the end of its group changes no
  // order.
  if (op < Op::kNeg) return kConstantRank + value;
  if (op >= Op::kSqrt) return kFunctionRank + value;
  return kArithmeticRank + value;
}

struct Power {
  Expr base;
  Expr exponent;  // null for 1
};

Power AsPower(Expr expr) {
  if (expr->op() == Op::kPow) return {expr->child(0), expr->child(1)};
  return {expr, nullptr};
}

// Returns the factors without a rational coefficient.
std::span<const Expr> Factors(const Expr& expr) {
  if (expr->op() != Op::kMul) return {&expr, 1};
  return expr->children().subspan(expr->child(0)->op() == Op::kNumber ? 1 : 0);
}

int CompareNumbers(Expr a, Expr b) { return Sign(cmp(a->number(), b->number())); }

// Larger numbers come first; a missing exponent is 1.
int CompareExponents(Expr a, Expr b) {
  if (a == b) return 0;
  const bool a_numeric = a == nullptr || a->op() == Op::kNumber;
  const bool b_numeric = b == nullptr || b->op() == Op::kNumber;
  if (a_numeric != b_numeric) return a_numeric ? 1 : -1;
  if (!a_numeric) return CompareTerms(a, b);
  const mpq_class one = 1;
  return Sign(cmp(b == nullptr ? one : b->number(), a == nullptr ? one : a->number()));
}

// If two lists agree as far as the shorter one goes, the shorter comes later, as x after x*sin(x).
template <typename Compare>
int CompareLists(std::span<const Expr> a, std::span<const Expr> b, const Compare& compare) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    if (const int order = compare(a[i], b[i]); order != 0) return order;
  }
  return a.size() == b.size() ? 0 : a.size() > b.size() ? -1 : 1;
}

int CompareBases(Expr a, Expr b) {
  if (a == b) return 0;
  if (a->op() != b->op()) return Rank(a->op()) < Rank(b->op()) ? -1 : 1;
  if (a->op() == Op::kNumber) return CompareNumbers(a, b);
  return CompareLists(a->children(), b->children(), CompareTerms);
}

int CompareFactors(Expr a, Expr b) {
  const Power left = AsPower(a);
  const Power right = AsPower(b);
  if (const int order = CompareBases(left.base, right.base); order != 0) return order;
  return CompareExponents(left.exponent, right.exponent);
}

int CompareCoefficients(Expr a, Expr b) {
  const mpq_class one = 1;
  return Sign(cmp(HasCoefficient(a) ? a->child(0)->number() : one,
                  HasCoefficient(b) ? b->child(0)->number() : one));
}

}  // namespace

bool HasCoefficient(Expr expr) {
  return expr->op() == Op::kMul && expr->child(0)->op() == Op::kNumber;
}

int CompareTerms(Expr a, Expr b) {
  if (a == b) return 0;
  if (a->op() == Op::kNumber && b->op() == Op::kNumber) return CompareNumbers(a, b);
  // Coefficients come last, so that terms which differ only in them are neighbours, and a sum can
  // merge them. Equal subtrees are the same node and cost nothing here.
  if (const int order = CompareLists(Factors(a), Factors(b), CompareFactors); order != 0)
    return order;
  return CompareCoefficients(a, b);
}

}  // namespace motzkin::expression
