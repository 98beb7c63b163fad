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
#include <string>
#include <vector>

#include "common/expression/expression.h"

namespace motzkin::integrator {

enum class Verdict {
  kVerified,     // F' = f at every point that decided, at least 3 of them strictly real
  kComplexOnly,  // F' = f at every point that decided, too few of them strictly real
  kPartly,       // F' = f on `valid_on`; elsewhere F' != f (proved) or F' has no value
  kRefuted,      // F' != f, proved at `counterexample`, and right nowhere in [-8, 8] that was tried
  kUnverified,   // could not be evaluated, or too little of it; never a sign that it is right
};

// A closed interval.
struct ValidInterval {
  double lower = 0;
  double upper = 0;
};

struct Judgement {
  Verdict verdict = Verdict::kUnverified;
  int points_agreed = 0;
  int points_differed = 0;
  // The highest precision that was needed.
  int precision_bits = 0;
  // A point where F' != f, as an exact decimal, or "re + im*I" for a complex point.
  std::string counterexample;
  // For kPartly: the intervals within [-8, 8] on which F' = f, with ends to about 1/1000.
  std::vector<ValidInterval> valid_on;
  // The reason why nothing could be said, or the assumption under which it was.
  std::string reason;
};

struct VerifyOptions {
  // Limits on node evaluations, weighted by precision (ball::Evaluator::work()), of about 60 ns
  // each: 20 ms for the points, and 10 ms for finding the intervals of a kPartly.
  uint64_t work_max = 300'000;
  uint64_t interval_work_max = 200'000;
};

// Both expressions belong to one pool. Never fails: an answer that cannot be judged is kUnverified.
Judgement Verify(expression::Expr integrand, expression::Expr candidate,
                 const VerifyOptions& options = {});

}  // namespace motzkin::integrator
