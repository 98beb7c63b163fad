#include <optional>

#include "common/expression/exact_numbers.h"
#include "common/expression/normal_builder.h"
#include "common/expression/operation.h"
#include "common/expression/term_order.h"

namespace motzkin::expression {
namespace {

// Functions that are rational at every rational.
std::optional<mpq_class> RationalValue(Op op, const mpq_class& value) {
  switch (op) {
    case Op::kAbs:
      return mpq_class(abs(value));
    case Op::kSign:
      return mpq_class(sgn(value));
    case Op::kFloor:
      return mpq_class(Floor(value));
    case Op::kRe:
    case Op::kConj:
      return value;
    case Op::kIm:
      return mpq_class(0);
    default:
      return std::nullopt;
  }
}

}  // namespace

// Returns null if no better form is known than the function itself.
Expr NormalBuilder::FunctionOfNumber(Op op, Expr number) {
  if (const std::optional<mpq_class> value = RationalValue(op, number->number()))
    return pool_.Number(*value);
  for (const KnownValue& known : OperationOf(op).known) {
    if (known.argument == KnownValue::kUnused || !number->IsInteger(known.argument)) continue;
    if (known.rational == KnownValue::kPole) return pool_.Undefined();
    if (known.pi_divisor == 0) return pool_.Integer(known.rational);
    return Scale(pool_.Leaf(Op::kPi), mpq_class(1, known.pi_divisor));
  }
  return nullptr;
}

Expr NormalBuilder::WithSymmetry(Op op, Expr argument) {
  const Symmetry symmetry = IsNegative(argument) ? OperationOf(op).symmetry : Symmetry::kNone;
  if (symmetry == Symmetry::kNone) return pool_.Unary(op, argument);
  // Function() is called again, because the argument may have a known value without its sign. This
  // ends, as the argument is not negative any more.
  const Expr argument_positive = Negate(argument);
  const Expr value = Function(op, {&argument_positive, 1});
  return symmetry == Symmetry::kOdd && value->op() != Op::kUndefined ? Negate(value) : value;
}

Expr NormalBuilder::Function(Op op, std::span<const Expr> arguments) {
  for (const Expr argument : arguments) {
    if (argument->op() == Op::kUndefined) return argument;
  }
  if (!IsFunction(op)) return pool_.Make(op, arguments);
  const Expr argument = arguments.front();
  // Powers and exponentials have one form each, so that equal ones are found.
  if (op == Op::kSqrt) return Power(argument, pool_.Number(mpq_class(1, 2)));
  if (op == Op::kExp) return Power(pool_.Leaf(Op::kE), argument);
  if (argument->op() == Op::kNumber) {
    if (const Expr value = FunctionOfNumber(op, argument); value != nullptr) return value;
  }
  // sin(asin(u)) is u everywhere, but asin(sin(u)) is not, so only the outer function decides.
  if (const Op undone = OperationOf(op).undoes;
      undone != Op::kUndefined && argument->op() == undone) {
    return argument->child(0);
  }
  if (op == Op::kLog && argument->op() == Op::kE) return pool_.Integer(1);
  // log(exp(u)) is u only on a strip around the real line, where a rational number surely is.
  if (op == Op::kLog && argument->op() == Op::kExp && argument->child(0)->op() == Op::kNumber) {
    return argument->child(0);
  }
  if (op == Op::kAbs || op == Op::kSign) return WithoutContent(op, argument);
  return WithSymmetry(op, argument);
}

// |c*u| is |c|*|u|, sign(c*u) is sign(c)*sign(u), | |u| | is |u|.
Expr NormalBuilder::WithoutContent(Op op, Expr argument) {
  mpq_class content = 1;
  if (argument->op() == Op::kAdd) content = Content(argument);
  if (HasCoefficient(argument)) content = argument->child(0)->number();
  const Expr rest = Scale(argument, 1 / content);
  const Expr value = rest->op() == op ? rest : pool_.Unary(op, rest);
  return Scale(value, op == Op::kAbs ? mpq_class(abs(content)) : mpq_class(sgn(content)));
}

}  // namespace motzkin::expression
