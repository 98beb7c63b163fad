#include "common/ball/function_filter.h"

#include "common/ball/evaluator.h"
#include "common/ball/flint.h"

namespace motzkin::ball {
namespace {

constexpr long kDenominatorBits = 20;
// The precision is part of the generator's version as well: with more bits, more derivatives can be
// told from 0.
constexpr slong kBits = 128;

// Numerators over 2^20. They are odd, because no singularity of a small formula lies on such a
// point. Small arguments come first, as most functions are real there; then some far out on both
// sides. The list is part of the generator's version: another list would accept other functions.
constexpr long kNumerators[] = {
    434'181,    1'391'273,   -523'777,    2'302'145,   99'991,      -1'700'007, 902'511,
    -2'911'337, 1'850'019,   -240'221,    3'507'211,   -1'153'433,  652'321,    -4'414'133,
    5'636'097,  12'001'777,  -9'437'187,  31'457'291,  -33'554'467, 1'049'201,  1'600'001,
    2'750'011,  102'760'461, -98'566'145, 268'435'459,
};

// FLINT keeps memory and constants for each thread and frees them only on request, and the threads
// that call this come and go. Freeing at the thread's end is safe, as no ball outlives Classify.
struct ThreadCaches {
  ~ThreadCaches() { flint_cleanup(); }
};

}  // namespace

FunctionClass Classify(expression::Expr f) {
  thread_local const ThreadCaches freed_when_the_thread_ends;
  absl::StatusOr<Evaluator> evaluator = Evaluator::Create(f, f);
  if (!evaluator.ok()) return FunctionClass::kNoRealDomain;
  FunctionClass result = FunctionClass::kNoRealDomain;
  for (const long numerator : kNumerators) {
    const Ball x = Ball::Dyadic(numerator, kDenominatorBits);
    if (evaluator->EvaluateValue(x, kBits) != Realness::kStrictlyReal) continue;
    result = FunctionClass::kConstant;
    // One real value settles it: a constant has no derivative to look for.
    if (!f->has_variable()) return result;
    // kUsable is a proof. A derivative that rests on an assumed cut would be no more than likely,
    // so the next point is tried.
    if (evaluator->EvaluateDerivative() && !evaluator->assumed_cut() &&
        !evaluator->derivative().ContainsZero()) {
      return FunctionClass::kUsable;
    }
  }
  return result;
}

}  // namespace motzkin::ball
