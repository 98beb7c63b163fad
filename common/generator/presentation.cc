#include "common/generator/presentation.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <span>
#include <vector>

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;

// A term, split into its sign, its integers, and its presented factors above and below the line.
struct Fraction {
  bool negative = false;
  mpz_class above = 1;  // > 0, or 0 for the term 0.
  mpz_class below = 1;  // > 0
  std::vector<Expr> numerator;
  std::vector<Expr> denominator;
};

class Presenter {
 public:
  explicit Presenter(Pool& pool) : pool_(pool) {}

  // The table makes the cost linear in the distinct nodes, which shared subtrees would otherwise
  // make exponential. Recursion is safe, since the pool bounds the depth.
  Expr Present(Expr expr) {
    if (const auto known = presented_.find(expr); known != presented_.end()) return known->second;
    const Expr result = PresentNew(expr);
    presented_.emplace(expr, result);
    return result;
  }

 private:
  Expr PresentNew(Expr expr) {
    switch (expr->op()) {
      case Op::kAdd:
        return Sum(expr->children());
      case Op::kMul:
      case Op::kPow:
        return Signed(Split(expr));
      default:
        // Functions keep their form, and only their arguments are presented.
        return Rebuild(expr);
    }
  }

  Expr Rebuild(Expr expr) {
    if (expr->children().empty()) return expr;
    std::vector<Expr> children;
    for (const Expr child : expr->children()) children.push_back(Present(child));
    return pool_.Make(expr->op(), children);
  }

  Expr Sum(std::span<const Expr> terms) {
    std::vector<Fraction> fractions;
    for (const Expr term : terms) fractions.push_back(Split(term));
    // A positive term goes first, so that the sum begins without a minus sign.
    const auto positive = std::find_if(fractions.begin(), fractions.end(),
                                       [](const Fraction& term) { return !term.negative; });
    const auto leader = positive == fractions.end() ? fractions.begin() : positive;
    Expr sum = Signed(*leader);
    for (auto term = fractions.begin(); term != fractions.end(); ++term) {
      if (term == leader) continue;
      sum = pool_.Binary(term->negative ? Op::kSub : Op::kAdd, sum, Magnitude(*term));
    }
    return sum;
  }

  Fraction Split(Expr term) {
    Fraction fraction;
    if (term->op() != Op::kMul) {
      AddFactor(term, fraction);
      return fraction;
    }
    for (const Expr factor : term->children()) AddFactor(factor, fraction);
    return fraction;
  }

  void AddFactor(Expr factor, Fraction& fraction) {
    if (factor->op() == Op::kNumber) {
      const mpq_class& number = factor->number();
      // The sign is taken out, so that a sum can turn it into a subtraction.
      if (sgn(number) < 0) fraction.negative = !fraction.negative;
      fraction.above *= abs(number.get_num());
      fraction.below *= number.get_den();
    } else if (factor->op() == Op::kPow) {
      AddPower(factor->child(0), factor->child(1), fraction);
    } else {
      fraction.numerator.push_back(Present(factor));
    }
  }

  void AddPower(Expr base, Expr exponent, Fraction& fraction) {
    const Expr shown = Present(base);
    if (exponent->op() != Op::kNumber) {
      fraction.numerator.push_back(pool_.Pow(shown, Present(exponent)));
    } else if (sgn(exponent->number()) < 0) {
      fraction.denominator.push_back(Power(shown, -exponent->number()));
    } else {
      fraction.numerator.push_back(Power(shown, exponent->number()));
    }
  }

  Expr Power(Expr base, const mpq_class& exponent) {
    if (exponent == 1) return base;
    if (exponent == mpq_class(1, 2)) return pool_.Unary(Op::kSqrt, base);
    return pool_.Pow(base, pool_.Number(exponent));
  }

  // Puts the minus sign where it costs no node, if there is such a place: -3*x needs none, -x does.
  Expr Signed(const Fraction& fraction) {
    if (!fraction.negative) return Magnitude(fraction);
    if (fraction.above == 1 && !fraction.numerator.empty()) {
      return pool_.Neg(Magnitude(fraction));
    }
    return Assemble(fraction, -fraction.above);
  }

  Expr Magnitude(const Fraction& fraction) { return Assemble(fraction, fraction.above); }

  Expr Assemble(const Fraction& fraction, const mpz_class& above) {
    if (fraction.numerator.empty() && fraction.denominator.empty()) {
      // Only numbers remain, as in the term 3/2 of a sum.
      mpq_class number(above, fraction.below);
      number.canonicalize();
      return pool_.Number(number);
    }
    const Expr numerator = Product(above, fraction.numerator);
    if (fraction.below == 1 && fraction.denominator.empty()) return numerator;
    return pool_.Div(numerator, Product(fraction.below, fraction.denominator));
  }

  // Multiplies `integer` with the factors. An integer of 1 is left out if there are factors.
  Expr Product(const mpz_class& integer, const std::vector<Expr>& factors) {
    Expr product = integer == 1 && !factors.empty() ? nullptr : pool_.Number(mpq_class(integer));
    for (const Expr factor : factors) {
      product = product == nullptr ? factor : pool_.Mul(product, factor);
    }
    return product;
  }

  Pool& pool_;
  absl::flat_hash_map<Expr, Expr> presented_;
};

}  // namespace

Expr Present(Expr canonical, Pool& pool) { return Presenter(pool).Present(canonical); }

}  // namespace motzkin::generator
