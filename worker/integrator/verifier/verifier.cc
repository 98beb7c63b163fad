#include "worker/integrator/verifier/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/ball/evaluator.h"
#include "worker/integrator/verifier/continuity.h"
#include "worker/integrator/verifier/far_points.h"
#include "worker/integrator/verifier/point_tester.h"
#include "worker/integrator/verifier/sample_points.h"
#include "worker/integrator/verifier/valid_intervals.h"

namespace motzkin::integrator {
namespace {

using ball::Evaluator;
using ball::Realness;
using expression::Expr;
using motzkin::v1::Verification;

constexpr int kRealPoints = 12;
// If f is real at one of the first points, a longer search for real points is worth its cost.
constexpr int kFirstAttempts = 64;
constexpr int kRealAttemptsMax = 192;
constexpr int kComplexPoints = 8;
// Fewer points than these decide nothing by themselves.
constexpr int kDecidedMin = 3;
// A single point without a value may be close to a pole of F' by chance.
constexpr int kWithoutValueMax = 1;
// The work of one node at the lowest precision, 128 bits.
constexpr uint64_t kFirstWordWeight = 3;
constexpr char kTooLarge[] = "too large to evaluate";
constexpr char kZero[] = "the integrand is 0, so any constant is an antiderivative";

// The seed follows from the structure of both expressions, so a verdict can be reproduced anywhere.
uint64_t PointSeed(Expr integrand, Expr candidate) {
  // Without the factor, an answer that equals its integrand would always get the seed 0.
  return integrand->hash() ^ (candidate->hash() * 0x9e3779b97f4a7c15u);
}

class Judge {
 public:
  Judge(Expr integrand, Expr candidate, Evaluator& evaluator, const VerifyOptions& options)
      : sampler_(PointSeed(integrand, candidate)),
        evaluator_(evaluator),
        options_(options),
        tester_(evaluator, options.work_max) {}

  v1::Judgement Decide() {
    CollectStrictlyRealPoints();
    tester_.Resolve(strict_);
    // If f is complex at the usual points, it does not live elsewhere.
    if (Count(strict_).decided() < kDecidedMin && real_valued_.empty()) CollectFarPoints();
    if (Count(strict_).decided() >= kDecidedMin) {
      DecideByStrictlyRealPoints();
    } else {
      DecideByOtherPoints();
    }
    judgement_.set_precision_bits(tester_.precision_bits());
    if (judgement_.reason().empty() && assumed_cut_) {
      judgement_.set_reason("assumes the principal value of a number on a branch cut");
    }
    return std::move(judgement_);
  }

 private:
  void CollectStrictlyRealPoints() {
    for (int attempt = 0; attempt < kRealAttemptsMax; ++attempt) {
      if (strict_.size() == kRealPoints || tester_.OutOfWork()) return;
      // f may be strictly real nowhere, and then further attempts only cost work.
      if (attempt == kFirstAttempts && strict_.empty()) return;
      TestedPoint point{sampler_.Real(attempt)};
      const Realness realness = tester_.TestOnce(point, /*strictly_real_only=*/true);
      if (realness == Realness::kStrictlyReal) strict_.push_back(point);
      // These are for DecideByOtherPoints(): the value may be real although nodes below it are not.
      if (realness == Realness::kComplex && real_valued_.size() < kRealPoints) {
        real_valued_.push_back(point);
      }
    }
  }

  void CollectFarPoints() {
    std::vector<TestedPoint> found = FindFarPoints(evaluator_, tester_, sampler_);
    // Where f is next to overflow, F' may have no value by its nature. That tells nothing.
    if (Count(found).decided() >= kDecidedMin) strict_ = std::move(found);
  }

  void DecideByStrictlyRealPoints() {
    Tally tally = Count(strict_);
    if (tally.agreed > 0 && tally.differed > 0) {
      // Points that seem to agree may differ at a higher precision. That matters only if others
      // differ, because it decides between refuted and partly right.
      tester_.Recheck(strict_);
      tally = Count(strict_);
    }
    Report(tally, strict_);
    if (tally.differed > 0) {
      RefutedOrPartly(tally, strict_);
    } else if (tally.doubtful > 0) {
      Unverified("differs, if the principal value on a branch cut is meant");
    } else if (tally.without_value > kWithoutValueMax) {
      PartlyOrUnverified(tally);
    } else {
      judgement_.set_verdict(Verification::VERDICT_VERIFIED);
      if (tally.zeros == tally.agreed) judgement_.set_reason(kZero);
    }
  }

  // The answer is right where it has a value, which is not everywhere, as for log(x - |x|).
  void PartlyOrUnverified(const Tally& tally) {
    const std::string reason =
        fmt::format("no value at {} points where the integrand has one", tally.without_value);
    IntervalSearch search = FindValidIntervals(evaluator_, strict_, options_.interval_work_max);
    if (!search.complete || search.valid.empty()) return Unverified(reason);
    judgement_.set_verdict(Verification::VERDICT_PARTLY);
    *judgement_.mutable_valid_on() = std::move(search.valid);
    *judgement_.mutable_refuted_on() = std::move(search.refuted);
    judgement_.set_reason(reason);
  }

  // A difference is proved. The points that agree may only hide it behind a dominant term, so the
  // answer is partly right only if the search finds an interval, or could not be finished.
  void RefutedOrPartly(const Tally& tally, const std::vector<TestedPoint>& points) {
    judgement_.set_verdict(Verification::VERDICT_REFUTED);
    // Without a point that agrees there is no interval to look for.
    if (tally.agreed == 0) return;
    IntervalSearch search = FindValidIntervals(evaluator_, points, options_.interval_work_max);
    if (search.complete && search.valid.empty()) return;
    judgement_.set_verdict(Verification::VERDICT_PARTLY);
    *judgement_.mutable_valid_on() = std::move(search.valid);
    *judgement_.mutable_refuted_on() = std::move(search.refuted);
    if (!search.complete) judgement_.set_reason("not all of [-8, 8] was searched");
  }

  // Decides if f is strictly real at hardly any point. It may still have real values, or at least
  // be a complex function.
  void DecideByOtherPoints() {
    std::vector<TestedPoint> axis = strict_;
    for (TestedPoint& point : real_valued_) {
      if (tester_.OutOfWork()) break;
      if (tester_.TestOnce(point, /*strictly_real_only=*/false) == Realness::kUndefined) continue;
      // As far as a ball can tell, the value is real here.
      if (arb_contains_zero(evaluator_.value().imag())) axis.push_back(point);
    }
    tester_.Resolve(axis);
    std::vector<TestedPoint> off_axis = ComplexPoints();
    tester_.Resolve(off_axis);
    DecideByTallies(axis, off_axis);
  }

  std::vector<TestedPoint> ComplexPoints() {
    std::vector<TestedPoint> points;
    // |u| and its kin are not differentiable at complex points.
    if (evaluator_.real_only()) return points;
    for (int i = 0; i < kComplexPoints && !tester_.OutOfWork(); ++i) {
      TestedPoint point{sampler_.Complex()};
      tester_.TestOnce(point, /*strictly_real_only=*/false);
      points.push_back(point);
    }
    return points;
  }

  void DecideByTallies(const std::vector<TestedPoint>& axis,
                       const std::vector<TestedPoint>& off_axis) {
    const Tally real = Count(axis), complex = Count(off_axis);
    const bool real_decide = real.decided() >= kDecidedMin;
    if (real.differed > 0) {
      // One real point where F' differs outvotes all complex points.
      Report(real, axis);
      RefutedOrPartly(real, axis);
      return;
    }
    std::vector<TestedPoint> all = axis;
    // x is real, so complex points vote only where too few points of the real line decide.
    if (!real_decide) all.insert(all.end(), off_axis.begin(), off_axis.end());
    const Tally tally = Count(all);
    Report(tally, all);
    if (tally.doubtful > 0) {
      Unverified("differs, if the principal value on a branch cut is meant");
    } else if (tally.decided() < kDecidedMin) {
      Unverified(tester_.OutOfWork()
                     ? std::string(kTooLarge)
                     : fmt::format("only {} of the points tried have a value", tally.decided()));
    } else if (tally.differed == 0) {
      judgement_.set_verdict(Verification::VERDICT_COMPLEX_ONLY);
      if (tally.zeros == tally.agreed) judgement_.set_reason(kZero);
    } else if (tally.agreed == 0) {
      judgement_.set_verdict(Verification::VERDICT_REFUTED);
    } else {
      Unverified(fmt::format("no real point decides; right at {} of {} complex points",
                             complex.agreed, complex.decided()));
    }
  }

  void Unverified(std::string reason) {
    judgement_.set_verdict(Verification::VERDICT_UNVERIFIED);
    judgement_.clear_counterexample();
    judgement_.set_reason(std::move(reason));
  }

  void Report(const Tally& tally, const std::vector<TestedPoint>& points) {
    judgement_.set_points_agreed(tally.agreed);
    judgement_.set_points_differed(tally.differed);
    for (const TestedPoint& point : points) {
      assumed_cut_ = assumed_cut_ || point.assumed_cut;
      // A reader may repeat the counterexample, so it must be a proof.
      const bool proof = point.agreement == Agreement::kDiffers && !point.assumed_cut;
      if (proof && judgement_.counterexample().empty()) {
        judgement_.set_counterexample(ToString(point.at));
      }
    }
  }

  PointSampler sampler_;
  Evaluator& evaluator_;
  const VerifyOptions& options_;
  PointTester tester_;
  std::vector<TestedPoint> strict_, real_valued_;
  bool assumed_cut_ = false;
  v1::Judgement judgement_;
};

}  // namespace

v1::Judgement Verify(Expr integrand, Expr candidate, const VerifyOptions& options) {
  v1::Judgement judgement;
  judgement.set_verdict(Verification::VERDICT_UNVERIFIED);
  absl::StatusOr<Evaluator> evaluator = Evaluator::Create(integrand, candidate);
  if (!evaluator.ok()) {
    judgement.set_reason(
        fmt::format("cannot evaluate {}", std::string(evaluator.status().message())));
    return judgement;
  }
  // Arb cannot be interrupted, so refuse now if not even the fewest points that decide would fit.
  if (evaluator->steps() * kFirstWordWeight * kDecidedMin > options.work_max) {
    judgement.set_reason(kTooLarge);
    return judgement;
  }
  judgement = Judge(integrand, candidate, *evaluator, options).Decide();
  if (options.continuity && judgement.verdict() == Verification::VERDICT_VERIFIED) {
    *judgement.mutable_continuous_on() =
        FindContinuousParts(integrand, candidate, options.continuity_work_max);
  }
  return judgement;
}

}  // namespace motzkin::integrator
