#include "common/expression/call_builders.h"

#include "common/expression/exact_numbers.h"

namespace motzkin::expression {
namespace {

absl::Status Refuse(const char* reason) { return absl::InvalidArgumentError(reason); }

// Returns Horner's form of the polynomial with these coefficients, highest first; null if one of
// them is a list.
Expr Polynomial(const std::vector<ParsedValue>& coefficients, Expr at, Pool& pool) {
  Expr sum = nullptr;
  for (const ParsedValue& coefficient : coefficients) {
    if (coefficient.expr == nullptr) return nullptr;
    sum = sum == nullptr ? coefficient.expr : pool.Add(pool.Mul(sum, at), coefficient.expr);
  }
  return sum;
}

bool HasList(const std::vector<ParsedValue>& items) {
  for (const ParsedValue& item : items) {
    if (item.expr == nullptr) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<Expr> BuildSurd(CallArguments arguments, Pool& pool) {
  const mpz_class* n = IntegerValue(arguments[1].expr);
  if (n == nullptr || *n < 1)
    return Refuse("'surd' needs a positive integer as its second argument");
  const Expr u = arguments[0].expr;
  const Expr exponent = Quotient(pool, pool.Integer(1), arguments[1].expr);
  // An even root is real only for u >= 0, and there the principal root is the real one.
  if (mpz_even_p(n->get_mpz_t()) != 0) return pool.Pow(u, exponent);
  return pool.Mul(pool.Unary(Op::kSign, u), pool.Pow(pool.Unary(Op::kAbs, u), exponent));
}

absl::StatusOr<Expr> BuildInteger(CallArguments arguments, Pool& pool) {
  if (IntegerValue(arguments[0].expr) == nullptr) return Refuse("'Integer' needs an integer");
  return arguments[0].expr;
}

absl::StatusOr<Expr> BuildRational(CallArguments arguments, Pool& pool) {
  for (const ParsedValue& argument : arguments) {
    if (argument.expr->op() != Op::kNumber) return Refuse("'Rational' needs numbers");
  }
  if (arguments.size() == 1) return arguments[0].expr;
  if (arguments[1].expr->number() == 0) return Refuse("'Rational' with denominator 0");
  return pool.Number(arguments[0].expr->number() / arguments[1].expr->number());
}

absl::StatusOr<Expr> BuildComplex(CallArguments arguments, Pool& pool) {
  const Expr imaginary = arguments[1].expr;
  if (imaginary->IsInteger(0)) return arguments[0].expr;
  return pool.Add(arguments[0].expr, pool.Mul(imaginary, pool.Leaf(Op::kI)));
}

absl::StatusOr<Expr> BuildFloat(CallArguments arguments, Pool& pool) {
  const mpz_class* mantissa = IntegerValue(arguments[0].expr);
  const mpz_class* exponent = IntegerValue(arguments[1].expr);
  const mpz_class* base = IntegerValue(arguments[2].expr);
  if (mantissa == nullptr || exponent == nullptr || base == nullptr ||
      (*base != 2 && *base != 10)) {
    return Refuse("'float' needs integers (mantissa, exponent, base 2 or 10)");
  }
  const mpz_class size = abs(*exponent);
  // Base 10 takes 3.4 bits a digit, so this keeps the power within the pool's bound before it is
  // computed.
  if (size > pool.limits().number_bits / 4) return Refuse("'float' with an exponent out of bounds");
  mpz_class power;
  mpz_pow_ui(power.get_mpz_t(), base->get_mpz_t(), size.get_ui());
  mpq_class value(*mantissa);
  if (*exponent >= 0) {
    value *= power;
  } else {
    value /= power;
  }
  return pool.Number(value);
}

absl::StatusOr<Expr> BuildPolygamma(CallArguments arguments, Pool& pool) {
  if (!arguments[0].expr->IsInteger(0))
    return Refuse("polygamma of an order other than 0 is not accepted");
  return pool.Unary(Op::kDigamma, arguments[1].expr);
}

absl::StatusOr<Expr> BuildMaplePsi(CallArguments arguments, Pool& pool) {
  if (arguments.size() == 1) return pool.Unary(Op::kDigamma, arguments[0].expr);
  return BuildPolygamma(arguments, pool);
}

absl::StatusOr<Expr> BuildGiacPsi(CallArguments arguments, Pool& pool) {
  if (arguments.size() == 1) return pool.Unary(Op::kDigamma, arguments[0].expr);
  const ParsedValue swapped[] = {arguments[1], arguments[0]};
  return BuildPolygamma(swapped, pool);
}

absl::StatusOr<Expr> BuildLambertW(CallArguments arguments, Pool& pool) {
  if (arguments.size() == 2 && !arguments[1].expr->IsInteger(0)) {
    return Refuse("only the principal branch of LambertW is accepted");
  }
  return pool.Unary(Op::kLambertW, arguments[0].expr);
}

absl::StatusOr<Expr> BuildProductLog(CallArguments arguments, Pool& pool) {
  if (arguments.size() == 2 && !arguments[0].expr->IsInteger(0)) {
    return Refuse("only the principal branch of ProductLog is accepted");
  }
  return pool.Unary(Op::kLambertW, arguments.back().expr);
}

absl::StatusOr<Expr> BuildHypergeometric(CallArguments arguments, Pool& pool) {
  const std::vector<ParsedValue>& a = arguments[0].items;
  const std::vector<ParsedValue>& b = arguments[1].items;
  if (arguments[0].expr != nullptr || arguments[1].expr != nullptr ||
      arguments[2].expr == nullptr) {
    return Refuse("a hypergeometric function needs two lists and an argument: hyper([a], [b], z)");
  }
  if (HasList(a) || HasList(b)) return Refuse("a parameter of a hypergeometric function is a list");
  // The node starts with the number of upper parameters, because nothing else separates them from
  // the lower ones.
  std::vector<Expr> children = {pool.Integer(static_cast<long>(a.size()))};
  for (const ParsedValue& parameter : a) children.push_back(parameter.expr);
  for (const ParsedValue& parameter : b) children.push_back(parameter.expr);
  children.push_back(arguments[2].expr);
  return pool.Make(Op::kHypergeometric, children);
}

absl::StatusOr<Expr> BuildHypergeometric2F1(CallArguments arguments, Pool& pool) {
  const Expr children[] = {pool.Integer(2), arguments[0].expr, arguments[1].expr, arguments[2].expr,
                           arguments[3].expr};
  return pool.Make(Op::kHypergeometric, children);
}

absl::StatusOr<Expr> BuildRootOf(CallArguments arguments, Pool& pool) {
  // ExpressionReader reads the name of the unknown as kBound, here as well as in the polynomial.
  if (arguments[1].expr->op() != Op::kBound) {
    return Refuse("a root needs its polynomial and the name of the unknown: rootOf(t^2 + 1, t)");
  }
  return pool.Unary(Op::kRootOf, arguments[0].expr);
}

absl::StatusOr<Expr> BuildMapleRootOf(CallArguments arguments, Pool& pool) {
  return pool.Unary(Op::kRootOf, arguments[0].expr);
}

absl::StatusOr<Expr> BuildGiacRootof(CallArguments arguments, Pool& pool) {
  const std::vector<ParsedValue>& lists = arguments[0].items;
  if (arguments[0].expr != nullptr || lists.size() != 2 || lists[0].items.empty() ||
      lists[1].items.size() < 2) {
    return Refuse("'rootof' needs two lists of coefficients: rootof([[1, 0], [1, 0, 1]])");
  }
  // The second list is the polynomial q, in the unknown of the root. The first is the polynomial p,
  // at the root.
  const Expr modulus = Polynomial(lists[1].items, pool.Leaf(Op::kBound), pool);
  if (modulus == nullptr || HasList(lists[0].items))
    return Refuse("a coefficient of 'rootof' is a list");
  return Polynomial(lists[0].items, pool.Unary(Op::kRootOf, modulus), pool);
}

}  // namespace motzkin::expression
