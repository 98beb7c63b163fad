#include "worker/integrator/verifier/continuity.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "common/ball/derivative_rules.h"
#include "common/ball/evaluator.h"
#include "worker/integrator/verifier/line_cells.h"

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::Evaluator;
using ball::Realness;
using expression::Expr;
using expression::Op;

constexpr slong kPointPrecision = 128;
// A jump between pieces that are further apart than this was not searched closely.
constexpr long kSpotMax = 4;
constexpr long kNarrow = 1l << (kCellBits - 3);

// Says what the form of a function tells about it on the real line.
struct Form {
  bool continuous = true;   // It has no poles and no jumps where it is real.
  bool meromorphic = true;  // It is analytic but for poles.
  bool no_jump = true;      // It jumps at most where it has no value.
};

Form Both(const Form& a, const Form& b) {
  return {a.continuous && b.continuous, a.meromorphic && b.meromorphic, a.no_jump && b.no_jump};
}

Form OfQuotient(const Form& a, const Form& b) {
  const bool meromorphic = a.meromorphic && b.meromorphic;
  return {false, meromorphic, meromorphic};
}

Form OfPower(Expr node, const Form& base, const Form& exponent) {
  if (!node->child(0)->has_variable())
    return {exponent.continuous, exponent.continuous && exponent.meromorphic,
            exponent.continuous || exponent.meromorphic};
  const auto power = ball::ExactRational(node->child(1));
  if (!power) return {false, false, false};
  if (power->den == 1) return power->num >= 0 ? base : OfQuotient({}, base);
  return {base.continuous && power->num > 0, false, base.continuous && power->num > 0};
}

Form OfFunction(Op op, const Form& u) {
  const bool analytic = u.continuous && u.meromorphic;
  switch (op) {
    case Op::kNeg:
      return u;
    case Op::kExp:
    case Op::kSin:
    case Op::kCos:
    case Op::kSinh:
    case Op::kCosh:
    case Op::kErf:
    case Op::kErfc:
    case Op::kErfi:
    case Op::kSi:
    case Op::kShi:
    case Op::kFresnelS:
    case Op::kFresnelC:
      return {u.continuous, analytic, u.continuous || u.meromorphic};
    case Op::kTan:
    case Op::kCot:
    case Op::kSec:
    case Op::kCsc:
    case Op::kCoth:
    case Op::kCsch:
      return {false, analytic, u.continuous || u.meromorphic};
    case Op::kLog:
      return {false, false, u.continuous || u.meromorphic};
    case Op::kSqrt:
    case Op::kAtan:
    case Op::kAsinh:
    case Op::kTanh:
    case Op::kSech:
    case Op::kAbs:
      return {u.continuous, false, u.continuous};
    default:
      return {false, false, false};
  }
}

// Whether the form of the answer shows that it does not jump, as for most short answers.
bool CannotJump(Expr answer) {
  std::vector<Expr> open = {answer}, nodes;
  std::vector<bool> seen(answer->id() + 1, false);
  while (!open.empty()) {
    const Expr node = open.back();
    open.pop_back();
    if (seen[node->id()]) continue;
    seen[node->id()] = true;
    nodes.push_back(node);
    // Complex logarithms jump where their argument turns around 0.
    if (node->op() == Op::kI || node->op() == Op::kRootOf) return false;
    for (const Expr child : node->children()) open.push_back(child);
  }
  std::sort(nodes.begin(), nodes.end(), [](Expr a, Expr b) { return a->id() < b->id(); });
  std::vector<Form> forms(seen.size());
  for (const Expr node : nodes) {
    if (!node->has_variable() || node->op() == Op::kVariable) continue;
    const auto children = node->children();
    Form form = forms[children[0]->id()];
    switch (node->op()) {
      case Op::kAdd:
      case Op::kSub:
      case Op::kMul:
        for (const Expr child : children) form = Both(form, forms[child->id()]);
        break;
      case Op::kDiv:
        if (children[1]->has_variable()) form = OfQuotient(form, forms[children[1]->id()]);
        break;
      case Op::kPow:
        form = OfPower(node, form, forms[children[1]->id()]);
        break;
      default:
        form = OfFunction(node->op(), form);
    }
    forms[node->id()] = form;
  }
  return forms[answer->id()].no_jump;
}

bool IsAnalytic(Evaluator& function, const Cell& cell) {
  return function.EvaluateValue(ToBall(cell), kWideBits) != Realness::kUndefined &&
         !function.assumed_cut();
}

bool HasValueAt(Evaluator& function, long place, Ball& value) {
  if (function.EvaluateValue(Ball::Dyadic(place, kCellBits), kPointPrecision) ==
          Realness::kUndefined ||
      function.assumed_cut()) {
    return false;
  }
  value = function.value();
  return true;
}

// Returns the pieces on which the function is proved analytic, in ascending order.
std::vector<Cell> AnalyticPieces(Evaluator& function, uint64_t work_max) {
  std::deque<Cell> open;
  for (long unit = -kHalfWidth; unit < kHalfWidth; ++unit)
    open.push_back({unit << kCellBits, (unit + 1) << kCellBits});
  std::vector<Cell> analytic;
  for (; !open.empty() && function.work() < work_max; open.pop_front()) {
    const Cell cell = open.front();
    const long middle = cell.lower + cell.width() / 2;
    Ball ignored;
    if (IsAnalytic(function, cell)) {
      analytic.push_back(cell);
    } else if (cell.width() > kNarrow ||
               (cell.width() > 1 && HasValueAt(function, middle | 1, ignored))) {
      open.push_back({cell.lower, middle});
      open.push_back({middle, cell.upper});
    }
  }
  std::sort(analytic.begin(), analytic.end(),
            [](const Cell& a, const Cell& b) { return a.lower < b.lower; });
  return analytic;
}

enum class Spot { kContinuous, kJump, kUnknown };

// Says what the answer does between two pieces.
Spot LookAt(const Cell& spot, Evaluator& integrand, Evaluator& answer) {
  Ball below, above;
  if (spot.width() > kSpotMax ||
      integrand.EvaluateValue(ToBall(spot), kWideBits) == Realness::kUndefined ||
      integrand.assumed_cut() || !HasValueAt(answer, spot.lower, below) ||
      !HasValueAt(answer, spot.upper, above)) {
    return Spot::kUnknown;
  }
  const Ball difference = ball::BallOf(acb_sub, above.get(), below.get(), kPointPrecision);
  const Ball integral = ball::BallOf(acb_mul, integrand.value().get(),
                                     Ball::Dyadic(spot.width(), kCellBits).get(), kWideBits);
  return difference.Overlaps(integral) ? Spot::kContinuous : Spot::kJump;
}

}  // namespace

google::protobuf::RepeatedPtrField<motzkin::v1::Interval> FindContinuousParts(
    expression::Expr integrand, expression::Expr answer, uint64_t work_max) {
  if (CannotJump(answer)) return {};
  absl::StatusOr<Evaluator> f = Evaluator::Create(integrand, answer);
  absl::StatusOr<Evaluator> values = Evaluator::Create(answer, answer);
  if (!f.ok() || !values.ok()) return {};
  std::vector<Cell> parts;
  bool jumps = false;
  for (const Cell& run : Join(AnalyticPieces(*values, work_max), 0)) {
    const Spot spot =
        parts.empty() ? Spot::kUnknown : LookAt({parts.back().upper, run.lower}, *f, *values);
    jumps = jumps || spot == Spot::kJump;
    if (spot == Spot::kContinuous) {
      parts.back().upper = run.upper;
    } else {
      parts.push_back(run);
    }
  }
  return jumps ? ToIntervals(parts) : google::protobuf::RepeatedPtrField<motzkin::v1::Interval>();
}

}  // namespace motzkin::integrator
