// Tests both directions of the integrator's pipe with garbled messages.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <random>

#include "common/process/child_process.h"
#include "common/process/frame.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "tests/support/garble.h"
#include "tests/support/seed.h"
#include "worker/results/result_row.h"
#include "worker/slots/response_check.h"

namespace motzkin {
namespace {

namespace pipe = integrator::v1;

pipe::Request AskForX() {
  pipe::Request request;
  request.set_id(7);
  pipe::Integrate& asked = *request.mutable_integrate();
  asked.set_integrand("mul x cos x");
  asked.set_answer_bytes_max(1'000);
  asked.set_memory_bytes(256 << 20);
  pipe::Step& step = *asked.add_ladder();
  step.set_engine("giac");
  step.set_budget_us(50'000);
  return request;
}

pipe::Response PartlyRight() {
  pipe::Response response;
  response.set_id(7);
  pipe::Integration& integration = *response.mutable_integration();
  integration.set_outcome(v1::OUTCOME_PARTLY);
  integration.set_integral("div pow x INT+ 2 INT+ 2");
  integration.set_engine("giac");
  integration.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
  pipe::StepReport& step = *integration.add_steps();
  step.set_engine("giac");
  step.set_outcome(v1::OUTCOME_PARTLY);
  step.set_cpu_us(1'000);
  step.set_message("some words");
  pipe::Judgement& judgement = *integration.mutable_judgement();
  judgement.set_verdict(v1::Verification::VERDICT_PARTLY);
  judgement.set_points_agreed(6);
  judgement.set_points_differed(6);
  judgement.set_precision_bits(128);
  judgement.set_counterexample("-1.5");
  v1::Interval& interval = *judgement.add_valid_on();
  interval.set_lower(0);
  interval.set_upper(8);
  return response;
}

// A response that passes the check can be stored: known outcome, bounded texts, finite intervals.
TEST(PipeMutationTest, GarbledAnswersAreRefusedOrFitForARow) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  const pipe::Request request = AskForX();
  const std::string bytes = PartlyRight().SerializeAsString();
  int passed = 0;
  for (int round = 0; round < 200'000; ++round) {
    pipe::Response response;
    if (!response.ParseFromString(test::Garble(bytes, random))) continue;
    if (!worker::CheckResponse(request, response).ok()) continue;
    ++passed;
    v1::Result row;
    worker::FillFromIntegration(response.integration(), {{"giac", "1.9.0"}}, row);
    ASSERT_TRUE(v1::Outcome_IsValid(row.outcome()) && row.outcome() != v1::OUTCOME_UNSPECIFIED);
    ASSERT_LE(row.integral().size(), 65'536u);
    ASSERT_LE(row.steps_size(), 1);
  }
  EXPECT_GT(passed, 100) << "or nothing was tested";
}

// An integrator that is fed until it ends or has to be ended.
class Integrator {
 public:
  Integrator() {
    SpawnOptions options;
    options.environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
    options.error = Stream::kNull;
    process_.emplace(ChildProcess::Spawn({MOTZKIN_BIN_DIR "/integrator", "giac"}, options).value());
  }

  // Returns the answer to `payload`, which is sent as one frame; an error if the integrator ended
  // or did not answer in time.
  absl::StatusOr<std::string> Ask(const std::string& payload, absl::Duration patience) {
    const Deadline deadline = Deadline::After(patience);
    absl::Status sent = WriteFrame(process_->input().get(), payload, deadline);
    if (!sent.ok()) return sent;
    return ReadFrame(process_->output().get(), deadline);
  }

  void SendRaw(const std::string& bytes) {
    (void)!write(process_->input().get(), bytes.data(), bytes.size());
    process_->input().Reset();
  }

  // Whether the integrator ends by itself once its pipe is closed.
  bool EndsWhenLeft() {
    process_->input().Reset();
    return process_->Wait(Deadline::After(absl::Minutes(1))).ok();
  }

 private:
  std::optional<ChildProcess> process_;
};

TEST(PipeMutationTest, GarbledRequestsAreAnsweredOrEndTheIntegrator) {
  signal(SIGPIPE, SIG_IGN);
  const test::Seed seed;
  std::mt19937_64 random(seed);
  const std::string bytes = AskForX().SerializeAsString();
  auto integrator = std::make_unique<Integrator>();
  int answered = 0, ended = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string garbled = test::Garble(bytes, random);
    // A flipped budget may mean hours of honest work; then the worker's patience ends it.
    const auto answer = integrator->Ask(garbled, absl::Seconds(10));
    if (answer.ok()) {
      ++answered;
      pipe::Response response;
      EXPECT_TRUE(response.ParseFromString(*answer));
    } else {
      ++ended;
      integrator = std::make_unique<Integrator>();
    }
  }
  EXPECT_GT(answered, 0);
  const auto healthy = integrator->Ask(bytes, absl::Minutes(1));
  ASSERT_TRUE(healthy.ok()) << healthy.status() << " after " << ended << " ends";
  pipe::Response response;
  ASSERT_TRUE(response.ParseFromString(*healthy));
  EXPECT_TRUE(worker::CheckResponse(AskForX(), response).ok());
  EXPECT_TRUE(integrator->EndsWhenLeft());
}

TEST(PipeMutationTest, FramesThatAreNoneEndTheIntegrator) {
  signal(SIGPIPE, SIG_IGN);
  for (const std::string& bytes :
       {std::string("\x00\x00\x00\x00", 4), std::string("\xff\xff\xff\xff", 4), std::string("\x01"),
        std::string("\x00\x00\x00\x05hi", 6)}) {
    Integrator integrator;
    integrator.SendRaw(bytes);
    EXPECT_TRUE(integrator.EndsWhenLeft());
  }
}

}  // namespace
}  // namespace motzkin
