#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "common/expression/normal_builder.h"

namespace motzkin::expression {
namespace {

enum class Symmetry { kNone, kOdd, kEven };

Symmetry SymmetryOf(Op op) {
  switch (op) {
    case Op::kSin:
    case Op::kTan:
    case Op::kCot:
    case Op::kCsc:
    case Op::kAsin:
    case Op::kAtan:
    case Op::kAcsc:
    case Op::kSinh:
    case Op::kTanh:
    case Op::kCoth:
    case Op::kCsch:
    case Op::kAsinh:
    case Op::kAtanh:
    case Op::kAcoth:
    case Op::kAcsch:
    case Op::kSi:
    case Op::kShi:
    case Op::kErf:
    case Op::kErfi:
    case Op::kFresnelS:
    case Op::kFresnelC:
      return Symmetry::kOdd;
    case Op::kCos:
    case Op::kSec:
    case Op::kCosh:
    case Op::kSech:
      return Symmetry::kEven;
    default:
      return Symmetry::kNone;
  }
}

// f(g(u)) = u for all u.
bool Undoes(Op outer, Op inner) {
  constexpr std::pair<Op, Op> kPairs[] = {
      {Op::kSin, Op::kAsin},   {Op::kCos, Op::kAcos},   {Op::kTan, Op::kAtan},
      {Op::kSinh, Op::kAsinh}, {Op::kCosh, Op::kAcosh}, {Op::kTanh, Op::kAtanh},
  };
  return std::find(std::begin(kPairs), std::end(kPairs), std::pair(outer, inner)) !=
         std::end(kPairs);
}

// No value at all, in place of a rational one.
constexpr int kPole = -1'000;

// f(argument): a rational, or else pi/pi_divisor; or a pole.
struct KnownValue {
  Op op;
  int argument;
  int rational;
  int pi_divisor = 0;
};

constexpr KnownValue kKnownValues[] = {
    {Op::kLog, 0, kPole},   {Op::kLog, 1, 0},      {Op::kSin, 0, 0},       {Op::kCos, 0, 1},
    {Op::kTan, 0, 0},       {Op::kCot, 0, kPole},  {Op::kSec, 0, 1},       {Op::kCsc, 0, kPole},
    {Op::kAsin, 0, 0},      {Op::kAsin, 1, 0, 2},  {Op::kAcos, 0, 0, 2},   {Op::kAcos, 1, 0},
    {Op::kAcos, -1, 0, 1},  {Op::kAtan, 0, 0},     {Op::kAtan, 1, 0, 4},   {Op::kAcot, 0, 0, 2},
    {Op::kAsec, 0, kPole},  {Op::kAsec, 1, 0},     {Op::kAsec, -1, 0, 1},  {Op::kAcsc, 0, kPole},
    {Op::kAcsc, 1, 0, 2},   {Op::kSinh, 0, 0},     {Op::kCosh, 0, 1},      {Op::kTanh, 0, 0},
    {Op::kCoth, 0, kPole},  {Op::kSech, 0, 1},     {Op::kCsch, 0, kPole},  {Op::kAsinh, 0, 0},
    {Op::kAcosh, 1, 0},     {Op::kAtanh, 0, 0},    {Op::kAtanh, 1, kPole}, {Op::kAcoth, 1, kPole},
    {Op::kAsech, 0, kPole}, {Op::kAsech, 1, 0},    {Op::kAcsch, 0, kPole}, {Op::kEi, 0, kPole},
    {Op::kLi, 1, kPole},    {Op::kSi, 0, 0},       {Op::kCi, 0, kPole},    {Op::kShi, 0, 0},
    {Op::kChi, 0, kPole},   {Op::kErf, 0, 0},      {Op::kErfc, 0, 1},      {Op::kErfi, 0, 0},
    {Op::kFresnelS, 0, 0},  {Op::kFresnelC, 0, 0}, {Op::kGamma, 0, kPole}, {Op::kGamma, 1, 1},
    {Op::kLambertW, 0, 0},
};

mpq_class FloorOf(const mpq_class& value) {
  mpz_class floor;
  mpz_fdiv_q(floor.get_mpz_t(), value.get_num_mpz_t(), value.get_den_mpz_t());
  return mpq_class(floor);
}

// Functions that are rational at every rational.
std::optional<mpq_class> RationalValue(Op op, const mpq_class& value) {
  switch (op) {
    case Op::kAbs:
      return mpq_class(abs(value));
    case Op::kSign:
      return mpq_class(sgn(value));
    case Op::kFloor:
      return FloorOf(value);
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

// Null: no better form is known than the function itself.
Expr NormalBuilder::FunctionOfNumber(Op op, Expr number) {
  if (const std::optional<mpq_class> value = RationalValue(op, number->number()))
    return pool_.Number(*value);
  for (const KnownValue& known : kKnownValues) {
    if (known.op != op || !number->IsInteger(known.argument)) continue;
    if (known.rational == kPole) return pool_.Undefined();
    if (known.pi_divisor == 0) return pool_.Integer(known.rational);
    return Scale(pool_.Leaf(Op::kPi), mpq_class(1, known.pi_divisor));
  }
  return nullptr;
}

Expr NormalBuilder::WithSymmetry(Op op, Expr argument) {
  const Symmetry symmetry = IsNegative(argument) ? SymmetryOf(op) : Symmetry::kNone;
  if (symmetry == Symmetry::kNone) return pool_.Unary(op, argument);
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
  if (op == Op::kSqrt) return Power(argument, pool_.Number(mpq_class(1, 2)));
  if (op == Op::kExp) return Power(pool_.Leaf(Op::kE), argument);
  if (argument->op() == Op::kNumber) {
    if (const Expr value = FunctionOfNumber(op, argument); value != nullptr) return value;
  }
  if (Undoes(op, argument->op())) return argument->child(0);
  if (op == Op::kLog && argument->op() == Op::kE) return pool_.Integer(1);
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
  if (argument->op() == Op::kMul && argument->child(0)->op() == Op::kNumber)
    content = argument->child(0)->number();
  const Expr rest = Scale(argument, 1 / content);
  const Expr value = rest->op() == op ? rest : pool_.Unary(op, rest);
  return Scale(value, op == Op::kAbs ? mpq_class(abs(content)) : mpq_class(sgn(content)));
}

}  // namespace motzkin::expression
