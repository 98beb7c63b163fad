// Mutates scripts with steps that well-meaning senders might send, in any order, and with the same
// steps after some fields were made absurd. Random bytes alone would never name a job.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/results/spec_digest.h"
#include "coordinator/service/testing/message_mutator.h"
#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"
#include "tests/fuzz/conversation.h"
#include "tests/fuzz/message_script.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t size_max);

namespace motzkin::fuzz {
namespace {

using coordinator::MessageMutator;

// Writes steps from a small set of values, so that they fit together now and then.
class Author {
 public:
  explicit Author(MessageMutator& dice) : dice_(dice) {}

  Step Write() {
    Step step;
    // Reports of workers come most often, as they do in a cluster.
    const Kind kind = dice_.Pick(3) == 0 ? Kind::kWorkerState
                                         : static_cast<Kind>(dice_.Pick(size_t(Kind::kCount)));
    step.kind_byte = static_cast<uint8_t>(kind);
    if (dice_.Pick(6) == 0) step.kind_byte |= dice_.Pick(2) == 0 ? kStoreSlow : kAnswersLost;
    step.seconds = static_cast<uint8_t>(dice_.Pick(4) == 0 ? dice_.Pick(256) : dice_.Pick(6));
    step.payload = Payload(kind);
    return step;
  }

 private:
  std::string Payload(Kind kind) {
    switch (kind) {
      case Kind::kWorkerState:
        return State().SerializeAsString();
      case Kind::kSubmit:
        return Submission().SerializeAsString();
      case Kind::kStartJob: {
        v1::StartJobRequest request;
        request.set_request_id(Conversation::JobUuid(9));
        *request.mutable_spec() = Conversation::SpecOf("job" + std::to_string(dice_.Pick(5)));
        request.mutable_spec()->set_target(static_cast<int64_t>(dice_.Pick(300)));
        request.mutable_spec()->set_rows_max(200);
        return request.SerializeAsString();
      }
      case Kind::kControlJob: {
        v1::ControlJobRequest request;
        request.set_job(dice_.Pick(2) == 0 ? "demo" : "endless");
        request.set_verb(static_cast<v1::ControlJobRequest::Verb>(1 + dice_.Pick(4)));
        request.set_target(2'000 + static_cast<int64_t>(dice_.Pick(500)));
        return request.SerializeAsString();
      }
      case Kind::kControlWorker: {
        v1::ControlWorkerRequest request;
        request.set_worker(WorkerUuid());
        request.set_verb(static_cast<v1::ControlWorkerRequest::Verb>(1 + dice_.Pick(4)));
        return request.SerializeAsString();
      }
      default:
        return "";
    }
  }

  std::string WorkerUuid() {
    return "00000000-0000-4000-8000-00000000000" + std::to_string(1 + dice_.Pick(3));
  }

  v1::WorkerState State() {
    v1::WorkerState state;
    state.set_protocol_version(1);
    state.set_worker_uuid(WorkerUuid());
    state.set_name("worker-" + std::to_string(dice_.Pick(3)));
    state.set_instance(1 + dice_.Pick(3));
    state.set_sequence(1 + dice_.Pick(40));
    state.set_slots(1 + static_cast<int>(dice_.Pick(4)));
    state.set_slots_allowed(state.slots());
    for (const char* name : {"giac", "fricas"}) {
      v1::EngineVersion& engine = *state.add_engines();
      engine.set_engine(name);
      engine.set_version("1.9.0");
      engine.set_speed_factor(1);
    }
    const v1::JobSpec spec = Conversation::SpecOf("demo");
    state.add_generator_versions(spec.generator().version());
    state.add_canonical_versions(spec.generator().canonical_version());
    if (dice_.Pick(2) == 0) state.set_functions_per_minute(static_cast<double>(dice_.Pick(5'000)));
    for (size_t left = dice_.Pick(6); left > 0; --left) *state.add_batches() = Held();
    if (dice_.Pick(6) == 0) *state.add_failed() = Failed();
    state.set_draining(dice_.Pick(10) == 0);
    return state;
  }

  v1::HeldBatch Held() {
    v1::HeldBatch held;
    const int64_t job = Job();
    held.set_job_uuid(Conversation::JobUuid(job));
    held.set_batch(static_cast<int64_t>(dice_.Pick(8)));
    held.set_attempt(1 + static_cast<int>(dice_.Pick(3)));
    held.set_spec_digest(DigestOf(job));
    held.set_stored(static_cast<int>(dice_.Pick(65)));
    held.set_pending(static_cast<int>(dice_.Pick(65)));
    held.set_unstarted_begin(static_cast<int64_t>(dice_.Pick(500)));
    held.set_end_index(64 * static_cast<int64_t>(dice_.Pick(9)));
    return held;
  }

  v1::FailedBatch Failed() {
    v1::FailedBatch failed;
    failed.set_job_uuid(Conversation::JobUuid(Job()));
    failed.set_batch(static_cast<int64_t>(dice_.Pick(8)));
    failed.set_attempt(1 + static_cast<int>(dice_.Pick(3)));
    failed.set_reason("no engine");
    failed.set_job_failed(dice_.Pick(3) == 0);
    return failed;
  }

  v1::SubmitResultsRequest Submission() {
    v1::SubmitResultsRequest request;
    v1::Submission& submission = *request.mutable_submission();
    const int64_t job = Job();
    submission.set_job_uuid(Conversation::JobUuid(job));
    submission.set_spec_digest(DigestOf(job));
    submission.set_batch(static_cast<int64_t>(dice_.Pick(8)));
    submission.set_attempt(1);
    submission.set_worker_uuid(WorkerUuid());
    submission.set_audit_budget_factor(dice_.Pick(8) == 0 ? 10 : 0);
    const int64_t begin = static_cast<int64_t>(64 * dice_.Pick(8) + dice_.Pick(3));
    const auto count = static_cast<int64_t>(1 + dice_.Pick(64));
    for (int64_t index = begin; index < begin + count; ++index) {
      v1::Result& result = *submission.add_results();
      result.set_index(index);
      result.set_outcome(static_cast<v1::Outcome>(1 + dice_.Pick(9)));
      result.set_integrand("x");
      result.set_speed_factor(1);
    }
    return request;
  }

  int64_t Job() { return 1 + static_cast<int64_t>(dice_.Pick(2)); }
  static std::string DigestOf(int64_t job) {
    return SpecDigest(Conversation::SpecOf(job == 1 ? "demo" : "endless"));
  }

  MessageMutator& dice_;
};

void Spoil(Step& step, MessageMutator& dice) {
  const auto message = NewMessage(step.kind());
  if (message == nullptr || !message->ParseFromString(step.payload)) return;
  dice.Spoil(*message);
  step.payload = message->SerializeAsString();
}

// Lets the same worker report again a little later.
void Continue(Step& step, MessageMutator& dice) {
  v1::WorkerState state;
  if (step.kind() != Kind::kWorkerState || !state.ParseFromString(step.payload)) return;
  state.set_sequence(state.sequence() + 1 + dice.Pick(3));
  step.payload = state.SerializeAsString();
}

void Mutate(std::vector<Step>& steps, MessageMutator& dice) {
  const size_t at = dice.Pick(steps.size() + 1);
  const auto place = steps.begin() + static_cast<ptrdiff_t>(at);
  const bool is_step = at < steps.size();
  switch (dice.Pick(8)) {
    case 0:
      if (is_step) steps.erase(place);
      return;
    case 1:
      if (is_step) std::swap(steps[at], steps[dice.Pick(steps.size())]);
      return;
    case 2:
      if (is_step) steps.push_back(steps[at]);
      return;
    case 3:
      if (!is_step) return;
      steps.push_back(steps[at]);
      return Continue(steps.back(), dice);
    case 4:
      if (is_step) Spoil(steps[at], dice);
      return;
    case 5:
      if (is_step) steps[at].seconds = static_cast<uint8_t>(dice.Pick(256));
      return;
    default:
      steps.insert(place, Author(dice).Write());
  }
}

}  // namespace
}  // namespace motzkin::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned int seed) {
  motzkin::coordinator::MessageMutator dice(seed);
  // Now and then the plain mutator breaks the framing of the script itself.
  if (dice.Pick(8) == 0) return LLVMFuzzerMutate(data, size, size_max);
  std::vector<motzkin::fuzz::Step> steps =
      motzkin::fuzz::ParseScript({reinterpret_cast<const char*>(data), size});
  for (size_t left = 1 + dice.Pick(4); left > 0; --left) motzkin::fuzz::Mutate(steps, dice);
  const std::string bytes = motzkin::fuzz::PrintScript(steps);
  const size_t fitting = std::min(bytes.size(), size_max);
  std::copy_n(bytes.data(), fitting, data);
  return fitting;
}
