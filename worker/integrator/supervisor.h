// The integrator's main loop: one Request in, one Response out, until the worker closes the pipe.
//
// This process is the clean one: it runs no engine and parses nothing that an engine wrote, so what
// is forked from it (the verifier, an engine's zygote) starts clean too. docs/decisions/0005 says
// why it is shaped so.
#pragma once

#include <absl/status/status.h>

#include <memory>
#include <vector>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/integrator/engines/engine.h"
#include "worker/integrator/ladder.h"
#include "worker/integrator/verifier_host.h"

namespace motzkin::integrator {

// Single-threaded processes only.
class Supervisor {
 public:
  Supervisor(std::vector<std::unique_ptr<Engine>> engines, VerifierOptions verifier);

  // Warms the engines, then serves frames (common/process/frame.h) from `in` to `out`. OK when `in`
  // ends between two frames.
  absl::Status Serve(int in, int out);

 private:
  v1::Response Answer(const v1::Request& request);
  v1::Description Describe() const;

  std::vector<std::unique_ptr<Engine>> engines_;
  // Why an engine is missing.
  std::vector<std::string> missing_;
  VerifierHost verifier_;
  Ladder ladder_;
};

}  // namespace motzkin::integrator
