// Judges an answer: is the candidate F an antiderivative of the integrand f? F' and f are evaluated
// in ball arithmetic at exact points, so a difference is proved. Agreement is a randomised identity
// test with rigorous points, which is overwhelmingly likely to be right, but is not a proof.
//
// x is real and branches are principal. Points decide where f is strictly real, that is, where
// every node below it has an imaginary part of exactly 0. If fewer than 3 such points decide, other
// points are used as well, and then the verdict is complex-only at best.
//
// The points follow from the structure of the two expressions, and every bound counts work, not
// time, so a verdict is the same on every machine and in every run.
//
// docs/verifier.md describes the method in full. Thread-safe in distinct pools.
#pragma once

#include <cstdint>

#include "common/expression/expression.h"
#include "motzkin/integrator/v1/integrator.pb.h"

namespace motzkin::integrator {

struct VerifyOptions {
  // Node evaluations, weighted by precision (ball::Evaluator::work()), about 60 ns each: 20 ms for
  // the points, and 10 ms for finding the intervals of a partly right answer.
  uint64_t work_max = 300'000;
  uint64_t interval_work_max = 200'000;
  // Whether to look for jumps of a right answer, and the work for that: 3 ms.
  bool continuity = false;
  uint64_t continuity_work_max = 50'000;
};

// Both expressions belong to one pool. Never fails: an answer that cannot be judged is
// VERDICT_UNVERIFIED, with a reason. Fills the fields that motzkin.v1.Verification has too, and the
// reason.
v1::Judgement Verify(expression::Expr integrand, expression::Expr candidate,
                     const VerifyOptions& options = {});

}  // namespace motzkin::integrator
