#include <algorithm>

#include "common/expression/normal_builder.h"
#include "common/expression/term_order.h"

namespace motzkin::expression {
namespace {

// Terms without x go last, where an additive constant is easy to drop.
bool ComesBefore(const Term& a, const Term& b) {
  if (a.part->has_variable() != b.part->has_variable()) return a.part->has_variable();
  return CompareTerms(a.part, b.part) < 0;
}

// Adds the coefficients of equal parts and drops terms that cancel.
void MergeSorted(std::vector<Term>& terms) {
  // The first `kept` terms are done, except that the last of them still collects equal parts. Terms
  // are swapped, because a swap of GMP numbers copies no digits.
  size_t kept = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    // Equal parts are the same node, because one pool made them.
    if (kept > 0 && terms[kept - 1].part == terms[i].part) {
      terms[kept - 1].coefficient += terms[i].coefficient;
      continue;
    }
    if (kept > 0 && terms[kept - 1].coefficient == 0) --kept;
    if (kept != i) std::swap(terms[kept], terms[i]);
    ++kept;
  }
  if (kept > 0 && terms[kept - 1].coefficient == 0) --kept;
  terms.resize(kept);
}

}  // namespace

bool NormalBuilder::Spend(size_t terms) {
  constexpr size_t kWorkMax = 20'000'000;  // about two seconds; usual functions take a few hundred
  work_ += terms;
  return work_ <= kWorkMax;
}

Expr NormalBuilder::WithoutCoefficient(Expr product) {
  if (!HasCoefficient(product)) return product;
  const std::span<const Expr> rest = product->children().subspan(1);
  return rest.size() == 1 ? rest.front() : pool_.Make(Op::kMul, rest);
}

Expr NormalBuilder::Scale(Expr expr, const mpq_class& c) {
  if (c == 1) return expr;
  if (c == 0) return pool_.Integer(0);
  if (expr->op() == Op::kNumber) return pool_.Number(c * expr->number());
  std::vector<Expr> children;
  if (expr->op() == Op::kAdd) {
    if (!Spend(expr->children().size())) return pool_.Undefined();
    // Terms are not sums, so this recursion ends with them. Scaling keeps their order, because it
    // does not depend on coefficients.
    for (const Expr term : expr->children()) children.push_back(Scale(term, c));
    return pool_.Make(Op::kAdd, children);
  }
  const mpq_class coefficient = HasCoefficient(expr) ? mpq_class(c * expr->child(0)->number()) : c;
  if (coefficient == 1) return WithoutCoefficient(expr);
  children.push_back(pool_.Number(coefficient));
  if (expr->op() == Op::kMul) {
    const std::span<const Expr> rest = expr->children().subspan(HasCoefficient(expr) ? 1 : 0);
    children.insert(children.end(), rest.begin(), rest.end());
  } else {
    children.push_back(expr);
  }
  return pool_.Make(Op::kMul, children);
}

void NormalBuilder::Collect(const mpq_class& c, Expr expr, std::vector<Term>& terms,
                            mpq_class& constant) {
  if (expr->op() == Op::kNumber) {
    constant += c * expr->number();
  } else if (HasCoefficient(expr)) {
    terms.push_back({c * expr->child(0)->number(), WithoutCoefficient(expr)});
  } else {
    terms.push_back({c, expr});
  }
}

Expr NormalBuilder::SumOfTerms(std::vector<Term>& terms, const mpq_class& constant) {
  if (!Spend(terms.size())) return pool_.Undefined();
  for (const Term& term : terms) {
    // Before terms cancel: undefined - undefined has no value either.
    if (term.part->op() == Op::kUndefined) return pool_.Undefined();
  }
  std::sort(terms.begin(), terms.end(), ComesBefore);
  MergeSorted(terms);
  std::vector<Expr> children;
  children.reserve(terms.size() + 1);
  for (const Term& term : terms) children.push_back(Scale(term.part, term.coefficient));
  if (constant != 0 || children.empty()) children.push_back(pool_.Number(constant));
  return children.size() == 1 ? children.front() : pool_.Make(Op::kAdd, children);
}

Expr NormalBuilder::Sum(std::span<const Expr> terms) {
  std::vector<Term> collected;
  mpq_class constant = 0;
  for (const Expr term : terms) {
    if (term->op() == Op::kAdd) {
      for (const Expr inner : term->children()) Collect(1, inner, collected, constant);
    } else {
      Collect(1, term, collected, constant);
    }
  }
  return SumOfTerms(collected, constant);
}

Expr NormalBuilder::SumOfTwo(Expr a, const mpq_class& c, Expr b) {
  const Expr terms[] = {a, Scale(b, c)};
  return Sum(terms);
}

mpq_class NormalBuilder::Content(Expr sum) {
  // The content of a sum is the gcd of the numerators over the lcm of the denominators. A term
  // without a coefficient has 1, so that no whole number above 1 divides it.
  mpz_class numerators = 0;
  mpz_class denominators = 1;
  for (const Expr term : sum->children()) {
    const Expr number = term->op() == Op::kNumber ? term
                        : HasCoefficient(term)    ? term->child(0)
                                                  : nullptr;
    if (number == nullptr) {
      numerators = 1;
      continue;
    }
    if (numerators != 1) numerators = gcd(numerators, number->number().get_num());
    if (number->number().get_den() != 1)
      denominators = lcm(denominators, number->number().get_den());
  }
  if (IsNegative(sum)) numerators = -numerators;
  return {numerators, denominators};
}

bool NormalBuilder::IsNegative(Expr expr) {
  // The first term decides for a sum. Any fixed choice would do, as long as u and -u differ in it.
  if (expr->op() == Op::kAdd) expr = expr->child(0);
  if (HasCoefficient(expr)) expr = expr->child(0);
  return expr->op() == Op::kNumber && sgn(expr->number()) < 0;
}

}  // namespace motzkin::expression
