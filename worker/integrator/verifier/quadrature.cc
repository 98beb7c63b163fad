#include "worker/integrator/verifier/quadrature.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/ball/evaluator.h"
#include "common/base/status_macros.h"
#include "worker/integrator/verifier/end_bound.h"

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::BallOf;
using ball::Evaluator;
using ball::Realness;
using expression::Expr;
using expression::Op;

// The narrowest piece has a width of 2^-240, or 2^-240 of the whole if that is less than 1. The tail of
// 1/sqrt(x) is 2^-120 then.
constexpr slong kWidthBits = 240;
constexpr slong kGoalBits = 120;
// Singular points between the limits; each leaves at most two pieces.
constexpr size_t kLeftMax = 32;
constexpr slong kEvaluationsMax = 100'000;

struct Piece {
  Ball from, to;
};

Ball Hull(const Piece& piece) {
  return ball::RealBallOf(arb_union, piece.from.real(), piece.to.real(), kQuadratureBits);
}

Ball Width(const Piece& piece) {
  return BallOf(acb_sub, piece.to.get(), piece.from.get(), kQuadratureBits);
}

// Returns the exponent of a power of 2 that is at most `a`, and more than a quarter of it.
slong Exponent(const Ball& a) {
  return static_cast<slong>(arf_abs_bound_lt_2exp_si(arb_midref(a.real()))) - 2;
}

// Returns a multiple of a power of 2 within the middle half. As pieces become narrow, each dyadic number
// in them becomes an end of one, and singular points are often such numbers.
Ball Middle(const Piece& piece) {
  Ball middle = ball::Half(BallOf(acb_add, piece.from.get(), piece.to.get(), kQuadratureBits));
  const slong grid = Exponent(Width(piece)) - 1;
  arf_t scaled;
  arf_init(scaled);
  arf_mul_2exp_si(scaled, arb_midref(middle.real()), -grid);
  arf_floor(scaled, scaled);
  arf_mul_2exp_si(scaled, scaled, grid);
  Ball result;
  arb_set_arf(result.real(), scaled);
  arf_clear(scaled);
  // The floor may be the lower end itself.
  return arb_gt(result.real(), piece.from.real()) != 0 ? result : Ball(middle);
}

bool IsFinite(const Limit& limit) { return limit.infinite == 0; }

// Whether Arb's function is analytic wherever its result is finite. Others have cuts, across which a
// ball is finite, too.
bool HasNoCut(Op op) {
  switch (op) {
    case Op::kSi:
    case Op::kShi:
    case Op::kErf:
    case Op::kErfc:
    case Op::kErfi:
    case Op::kFresnelS:
    case Op::kFresnelC:
    case Op::kGamma:
    case Op::kDigamma:
      return true;
    default:
      return !expression::IsSpecial(op);
  }
}

bool HasCut(Expr node) {
  std::vector<Expr> open = {node};
  std::vector<bool> seen(node->id() + 1, false);
  while (!open.empty()) {
    const Expr next = open.back();
    open.pop_back();
    if (seen[next->id()] || !next->has_variable()) continue;
    seen[next->id()] = true;
    if (!HasNoCut(next->op()) || next->op() == Op::kRootOf) return true;
    for (const Expr child : next->children()) open.push_back(child);
  }
  return false;
}

class Quadrature {
 public:
  Quadrature(Expr integrand, expression::Pool& pool, Evaluator evaluator, uint64_t work_max)
      : integrand_(integrand), pool_(pool), evaluator_(std::move(evaluator)), work_max_(work_max) {}

  absl::StatusOr<Ball> Run(const Limit& lower, const Limit& upper) {
    Piece whole{lower.place, upper.place};
    limits_ = {lower, upper};
    if (!IsFinite(lower)) RETURN_IF_ERROR(CutTail(lower, upper, whole.from));
    if (!IsFinite(upper)) RETURN_IF_ERROR(CutTail(upper, lower, whole.to));
    RETURN_IF_ERROR(Cut(whole));
    for (const Piece& run : runs_) RETURN_IF_ERROR(AddRun(run));
    return sum_;
  }

 private:
  // Bounds what lies beyond a place that is far out, and adds it.
  absl::Status CutTail(const Limit& end, const Limit& other, Ball& place) {
    // Beyond 2^k; the first that leaves next to nothing, as the rest has to be integrated.
    std::optional<Ball> best;
    for (const long k : {4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 160}) {
      const Ball far = Ball::Dyadic(end.infinite, -k);
      if (IsFinite(other) && !other.place.IsBelow(k - 1)) continue;
      std::optional<Ball> tail = BoundAtInfinity(integrand_, pool_, end.infinite, k);
      if (!tail) continue;
      best = std::move(tail);
      place = far;
      if (best->IsBelow(-kGoalBits)) break;
    }
    if (!best) return Unbounded(end.infinite > 0 ? "toward oo" : "toward -oo");
    Add(*best);
    return absl::OkStatus();
  }

  // Cuts the whole until each piece is analytic, or has the least width.
  absl::Status Cut(const Piece& whole) {
    std::vector<Piece> open = {whole};
    const slong width_min = std::min<slong>(0, Exponent(Width(whole))) - kWidthBits;
    size_t left = 0;
    while (!open.empty()) {
      const Piece piece = std::move(open.back());
      open.pop_back();
      if (OutOfWork()) return Exhausted();
      const Ball hull = Hull(piece);
      const Realness realness = evaluator_.EvaluateValue(hull, kQuadratureBits);
      if (realness == Realness::kComplex) return NotReal(piece);
      if (realness == Realness::kStrictlyReal && !evaluator_.assumed_cut()) {
        Append(piece);
      } else if (!Width(piece).IsBelow(width_min)) {
        const Ball middle = Middle(piece);
        // The left half is taken next, so that the runs come in ascending order.
        open.push_back({middle, piece.to});
        open.push_back({piece.from, middle});
      } else {
        if (++left > kLeftMax) return Unbounded("at many points");
        RETURN_IF_ERROR(AddSingular(piece));
      }
    }
    return absl::OkStatus();
  }

  // Returns the exact value of a place if it is a limit.
  std::optional<PiNumber> ExactOf(const Ball& place) const {
    for (const Limit& limit : limits_) {
      if (IsFinite(limit) && acb_equal(limit.place.get(), place.get()) != 0) return limit.exact;
    }
    return std::nullopt;
  }

  void Append(const Piece& piece) {
    if (!runs_.empty() && acb_equal(runs_.back().to.get(), piece.from.get()) != 0) {
      runs_.back().to = piece.to;
    } else {
      runs_.push_back(piece);
    }
  }

  // Adds the integral over a narrow piece that holds a singular point.
  absl::Status AddSingular(const Piece& piece) {
    const Ball width = Width(piece);
    // Next to an end of the piece, the growth of the function is known.
    for (const bool from : {true, false}) {
      const Ball& end = from ? piece.from : piece.to;
      std::optional<Ball> bound =
          BoundAtEnd(integrand_, pool_, {end, ExactOf(end)}, from ? 1 : -1, width);
      if (!bound) continue;
      Add(*bound);
      return absl::OkStatus();
    }
    if (evaluator_.EncloseValue(Hull(piece), kQuadratureBits) == Realness::kStrictlyReal) {
      Add(BallOf(acb_mul, evaluator_.value().get(), width.get(), kQuadratureBits));
      return absl::OkStatus();
    }
    return Unbounded(absl::StrCat("near x = ", Text(piece.from)));
  }

  static int Call(acb_ptr result, const acb_t z, void* self, slong order, slong) {
    auto& quadrature = *static_cast<Quadrature*>(self);
    Evaluator& evaluator = quadrature.evaluator_;
    acb_indeterminate(result);
    if (quadrature.OutOfWork()) return 0;
    Ball point;
    acb_set(point.get(), z);
    // With an order, the value must prove the function analytic on the whole ball.
    const Realness realness = order > 0 ? evaluator.ContinueValue(point, kQuadratureBits)
                                        : evaluator.EvaluateValue(point, kQuadratureBits);
    if (realness != Realness::kUndefined && !evaluator.assumed_cut())
      acb_set(result, evaluator.value().get());
    return 0;
  }

  absl::Status AddRun(const Piece& run) {
    mag_t tolerance;
    mag_init(tolerance);
    mag_set_ui_2exp_si(tolerance, 1, -kGoalBits);
    acb_calc_integrate_opt_t options;
    acb_calc_integrate_opt_init(options);
    options->eval_limit = kEvaluationsMax;
    Ball result;
    acb_calc_integrate(result.get(), Call, this, run.from.get(), run.to.get(), kGoalBits, tolerance,
                       options, kQuadratureBits);
    mag_clear(tolerance);
    if (OutOfWork()) return Exhausted();
    if (!result.IsFinite()) return Unbounded(absl::StrCat("near x = ", Text(run.from)));
    Add(result);
    return absl::OkStatus();
  }

  void Add(const Ball& part) {
    acb_add(sum_.get(), sum_.get(), part.get(), kQuadratureBits);
    // f is real wherever a part was added.
    arb_zero(sum_.imag());
  }

  static std::string Text(const Ball& place) {
    return absl::StrCat(arf_get_d(arb_midref(place.real()), ARF_RND_NEAR));
  }
  bool OutOfWork() const { return evaluator_.work() > work_max_; }
  static absl::Status Exhausted() {
    return absl::ResourceExhaustedError("too much work to integrate between the limits");
  }
  static absl::Status Unbounded(absl::string_view where) {
    return absl::OutOfRangeError(
        absl::StrCat("the integral has no bound ", where, "; it may diverge there"));
  }
  static absl::Status NotReal(const Piece& piece) {
    return absl::OutOfRangeError(
        absl::StrCat("the integrand is not real near x = ", Text(piece.from)));
  }

  Expr integrand_;
  expression::Pool& pool_;
  Evaluator evaluator_;
  const uint64_t work_max_;
  std::vector<Limit> limits_;
  std::vector<Piece> runs_;
  Ball sum_;
};

}  // namespace

absl::StatusOr<Ball> Integrate(Expr integrand, const Limit& lower, const Limit& upper,
                               expression::Pool& pool, uint64_t work_max) {
  if (HasCut(integrand))
    return absl::UnimplementedError("no quadrature for a special function with a cut");
  ASSIGN_OR_RETURN(Evaluator evaluator, Evaluator::Create(integrand, pool.Integer(0)));
  return Quadrature(integrand, pool, std::move(evaluator), work_max).Run(lower, upper);
}

}  // namespace motzkin::integrator
