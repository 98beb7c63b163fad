// The ladder runs the engines of a request in their order until one gives a verified integral.
//
// A step that crashed, ran out of memory or stalled is tried once more in a fresh leaf before it
// counts. The outcome of the function is the best outcome of its steps, in this order:
//
//   integrated       verified, on real or on complex points
//   partly           right on part of the real line
//   unverified       an engine answered and the verifier could not decide; the function may well
//                    have that integral, so nothing negative is said about it
//   nonelementary    an engine claims that there is none
//   refuted          the only answers were wrong
//   memory_exceeded, crashed, timed_out
//                    some engine had no fair chance
//   unsolved         every engine gave up by itself
#pragma once

#include <memory>
#include <vector>

#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/integrator/engines/engine.h"
#include "worker/integrator/verifier_host.h"

namespace motzkin::integrator {

// Returns the place of a step's outcome in that order; 0 is the best.
int Rank(motzkin::v1::Outcome outcome);

// Thread-compatible.
class Ladder {
 public:
  // Both must outlive this.
  Ladder(const std::vector<std::unique_ptr<Engine>>& engines, VerifierHost& verifier)
      : engines_(engines), verifier_(verifier) {}

  // `verifier_budget` is the CPU time for checking each answer.
  v1::Integration Climb(const v1::Integrate& request, absl::Duration verifier_budget);

 private:
  struct StepResult {
    v1::StepReport report;
    // Empty unless the engine answered.
    v1::Judgement judgement;
  };

  StepResult TryStep(const v1::Integrate& request, const v1::Step& step,
                     absl::Duration verifier_budget);
  // Runs the engine, and once more if it ended in a way that may not repeat. The CPU of both is
  // added.
  EngineReply RunEngine(Engine& engine, std::string_view function, const EngineLimits& limits);
  void Verify(const v1::Integrate& request, EngineReply reply, absl::Duration verifier_budget,
              StepResult& result);
  Engine* Find(std::string_view name) const;

  const std::vector<std::unique_ptr<Engine>>& engines_;
  VerifierHost& verifier_;
};

}  // namespace motzkin::integrator
