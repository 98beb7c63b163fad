// The body of the verifier process: reads frames of common/process/frame.h that hold a
// motzkin.integrator.v1.Verify, answers each with a Judgement, until the pipe closes.
//
// Run it in a process that never ran an engine: both texts are hostile, and are parsed here and
// nowhere else in the integrator. Memory is bounded by the parser's limits and the bounds of
// Verify(); Arb cannot be interrupted, so whoever waits for an answer also bounds its CPU time and
// kills.
#pragma once

#include <absl/status/status.h>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/integrator/verifier/verifier.h"

namespace motzkin::integrator {

// Parses, judges, and measures the CPU time of both. Texts that cannot be read are
// VERDICT_UNVERIFIED with the parser's words as reason. Thread-safe.
v1::Judgement AnswerVerify(const v1::Verify& request, const VerifyOptions& options = {});

// Makes both descriptors non-blocking. OK: the pipe was closed between two requests; DATA_LOSS: a
// frame held no Verify; otherwise an error of the frame functions.
absl::Status RunVerifier(int in_fd, int out_fd, const VerifyOptions& options = {});

}  // namespace motzkin::integrator
