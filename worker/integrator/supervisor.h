// The integrator's main loop takes one Request and gives one Response, until the worker closes the
// pipe.
//
// This is the clean process. It runs no engine and parses nothing that an engine wrote, so the
// processes that are forked from it (the verifier and the engines' zygotes) start clean, too.
// docs/decisions/0005 gives the reasons for this shape.
#pragma once

#include <absl/status/status.h>

#include <memory>
#include <vector>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/integrator/engines/engine.h"
#include "worker/integrator/ladder.h"
#include "worker/integrator/verifier_host.h"

namespace motzkin::integrator {

// For single-threaded processes only.
class Supervisor {
 public:
  Supervisor(std::vector<std::unique_ptr<Engine>> engines, VerifierOptions verifier);

  // Warms up the engines, then serves frames (common/process/frame.h) from `in` to `out`. Returns
  // OK when `in` ends between two frames.
  absl::Status Serve(int in, int out);

 private:
  v1::Response Answer(const v1::Request& request);
  v1::Description Describe() const;

  std::vector<std::unique_ptr<Engine>> engines_;
  // One line for each engine that did not start.
  std::vector<std::string> missing_;
  VerifierHost verifier_;
  Ladder ladder_;
};

}  // namespace motzkin::integrator
