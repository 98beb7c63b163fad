#include "worker/integrator/supervisor.h"

#include <absl/strings/str_cat.h>
#include <signal.h>
#include <sys/prctl.h>

#include <utility>

#include "common/process/frame.h"

namespace motzkin::integrator {
namespace {

// Starts the engines and removes those that do not start. Returns a line about each of these.
std::vector<std::string> DropMissing(std::vector<std::unique_ptr<Engine>>& engines) {
  std::vector<std::string> missing;
  std::erase_if(engines, [&](const std::unique_ptr<Engine>& engine) {
    const absl::Status started = engine->Start();
    if (!started.ok()) missing.emplace_back(started.message());
    return !started.ok();
  });
  return missing;
}

absl::Duration VerifierBudget(const v1::Request& request) {
  if (request.verifier_budget_us() <= 0) return absl::Milliseconds(50);
  return absl::Microseconds(request.verifier_budget_us());
}

}  // namespace

Supervisor::Supervisor(std::vector<std::unique_ptr<Engine>> engines, VerifierOptions verifier)
    : engines_(std::move(engines)), verifier_(std::move(verifier)), ladder_(engines_, verifier_) {}

absl::Status Supervisor::Serve(int in, int out) {
  // Zygotes may die at any time, and writing to one must not end the supervisor.
  signal(SIGPIPE, SIG_IGN);
  // If a zygote is lost, its leaf becomes our child and can be reaped.
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  // The engines start before the first request is read, because the worker takes the answer to
  // Describe to mean that they are warm.
  missing_ = DropMissing(engines_);
  return ServeFrames(in, out, [this](const std::string& frame) -> absl::StatusOr<std::string> {
    v1::Request request;
    // This error ends the integrator. The worker sends no such frame, so the pipe must be out of
    // step.
    if (!request.ParseFromString(frame)) return absl::DataLossError("the request is garbled");
    return Answer(request).SerializeAsString();
  });
}

v1::Response Supervisor::Answer(const v1::Request& request) {
  v1::Response response;
  response.set_id(request.id());
  const absl::Duration verifier_budget = VerifierBudget(request);
  switch (request.what_case()) {
    case v1::Request::kIntegrate:
      *response.mutable_integration() = ladder_.Climb(request.integrate(), verifier_budget);
      break;
    case v1::Request::kVerify:
      *response.mutable_judgement() = verifier_.Judge(request.verify(), verifier_budget).judgement;
      break;
    case v1::Request::kVerifyBatch:
      *response.mutable_judgement_batch() =
          verifier_.JudgeBatch(request.verify_batch(), verifier_budget);
      break;
    // A request of an unknown kind gets an answer, too. Silence would hold the worker up until its
    // limit on the wall, while it refuses an answer of the wrong kind at once.
    case v1::Request::kDescribe:
    case v1::Request::WHAT_NOT_SET:
      *response.mutable_description() = Describe();
      break;
  }
  return response;
}

v1::Description Supervisor::Describe() const {
  v1::Description description;
  for (const std::unique_ptr<Engine>& engine : engines_) {
    v1::EngineDescription* described = description.add_engines();
    described->set_engine(std::string(engine->name()));
    described->set_version(engine->version());
  }
  for (const std::string& reason : missing_) description.add_missing(reason);
  return description;
}

}  // namespace motzkin::integrator
