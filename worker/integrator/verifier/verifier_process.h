// The body of the verifier process. It reads frames of common/process/frame.h that hold a
// motzkin.integrator.v1.VerifyBatch and answers each with a JudgementBatch, until the pipe closes.
//
// Run it in a process that never ran an engine: both texts are hostile, and they are parsed here
// and nowhere else in the integrator. Memory is bounded by the parser's limits and by Verify(). Arb
// cannot be interrupted, so the process that waits for an answer must bound the CPU time and kill.
#pragma once

#include <absl/status/status.h>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/integrator/verifier/verifier.h"

namespace motzkin::integrator {

// Parses both texts, judges, and measures the CPU time of both. Texts that cannot be read are
// VERDICT_UNVERIFIED, with the parser's message as the reason. Thread-safe.
v1::Judgement AnswerVerify(const v1::Verify& request, const VerifyOptions& options = {});

// Makes both descriptors non-blocking and serves until the pipe closes. OK: it closed between two
// requests. DATA_LOSS: a frame held no VerifyBatch. Otherwise an error of the frame functions.
absl::Status RunVerifier(int in_fd, int out_fd, const VerifyOptions& options = {});

}  // namespace motzkin::integrator
