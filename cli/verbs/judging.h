// Judges the answers of a file of functions. Every verb that judges candidates does so here.
#pragma once

#include "cli/access/local_integrator.h"
#include "cli/reading/function_item.h"
#include "cli/text/json.h"

namespace motzkin::cli {

// Judges one answer to `item`, whose integrand must have been read. Returns an object with the keys of
// a candidate in docs/dataset.md: "candidate", "verdict" (verified, partly, refuted or unverified), and
// the rest of what the verifier says. Never fails: an answer that cannot be read, or an integrator that
// dies, is unverified with its reason. As thread-safe as `integrator`.
Json JudgeCandidate(LocalIntegrator& integrator, const FunctionItem& item,
                    const Candidate& candidate);

// Returns the value of a definite item: "outcome" (integrated or unverified), "value" and "value_digits"
// if it is known, and a reason if not. Never fails.
Json ValueOf(LocalIntegrator& integrator, const FunctionItem& item);

// The two halves of JudgeCandidate(), for who asks several questions at once. Thread-safe.

// Returns what the verifier is asked; an error if the answer cannot be read.
absl::StatusOr<pipe::Verify> QuestionAbout(const FunctionItem& item, const Candidate& candidate);
// Returns the object of a candidate that was judged, or could not be.
Json JudgedJson(const Candidate& candidate, const absl::StatusOr<pipe::Judgement>& judgement);

}  // namespace motzkin::cli
