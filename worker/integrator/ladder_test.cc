#include "worker/integrator/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <deque>

#include "common/process/frame.h"

namespace motzkin::integrator {
namespace {

using motzkin::v1::Outcome;
using motzkin::v1::Verification;
using enum motzkin::v1::Outcome;

constexpr absl::Duration kPatience = absl::Seconds(20);

// An engine that gives scripted replies and records its requests.
class ScriptedEngine final : public Engine {
 public:
  explicit ScriptedEngine(std::string name) : name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  const std::string& version() const override { return version_; }
  expression::Format format() const override { return expression::Format::kGiac; }
  absl::Status Start() override { return absl::OkStatus(); }
  EngineReply Run(std::string_view function, const EngineLimits& limits) override {
    asked.emplace_back(function);
    last_limits = limits;
    if (script.empty()) return {};
    EngineReply reply = script.front();
    script.pop_front();
    return reply;
  }

  std::deque<EngineReply> script;
  std::vector<std::string> asked;
  EngineLimits last_limits;

 private:
  const std::string name_;
  const std::string version_ = "1";
};

EngineReply Reply(EngineEnd end, std::string answer = "") {
  EngineReply reply;
  reply.end = end;
  reply.answer = std::move(answer);
  reply.cpu = absl::Milliseconds(3);
  return reply;
}

// A verifier that takes its verdict from the candidate's text.
void JudgeByName(int in, int out) {
  while (true) {
    const absl::StatusOr<std::string> frame = ReadFrame(in, Deadline::Never());
    v1::VerifyBatch batch;
    if (!frame.ok() || !batch.ParseFromString(*frame)) return;
    const v1::Verify& request = batch.items(0);
    v1::JudgementBatch answer;
    v1::Judgement& judgement = *answer.add_judgements();
    judgement.set_candidate_prefix("x");
    judgement.set_reason(request.integrand());
    const std::string& verdict = request.candidate();
    judgement.set_verdict(verdict == "right"     ? Verification::VERDICT_VERIFIED
                          : verdict == "complex" ? Verification::VERDICT_COMPLEX_ONLY
                          : verdict == "partly"  ? Verification::VERDICT_PARTLY
                          : verdict == "wrong"   ? Verification::VERDICT_REFUTED
                                                 : Verification::VERDICT_UNVERIFIED);
    if (!WriteFrame(out, answer.SerializeAsString(), Deadline::Never()).ok()) return;
  }
}

// Sends a batch whose only judgement counts so many points. It tells a test of a number.
void Send(int out, int points) {
  v1::JudgementBatch answer;
  answer.add_judgements()->set_points_agreed(points);
  WriteFrame(out, answer.SerializeAsString(), Deadline::Never()).IgnoreError();
}

class LadderTest : public ::testing::Test {
 protected:
  LadderTest() : verifier_(VerifierOptions{.body = JudgeByName}), ladder_(engines_, verifier_) {
    for (const char* name : {"first", "second"}) {
      engines_.push_back(std::make_unique<ScriptedEngine>(name));
      v1::Step& step = *request_.add_ladder();
      step.set_engine(name);
      step.set_budget_us(100'000);
    }
    request_.set_integrand("pow x INT+ 2");
  }
  ScriptedEngine& engine(size_t i) { return static_cast<ScriptedEngine&>(*engines_[i]); }
  // The outcome when the engines end so.
  Outcome Climb(const EngineReply& first, const EngineReply& second) {
    engine(0).script = {first, first};
    engine(1).script = {second, second};
    return ladder_.Climb(request_, kPatience).outcome();
  }

  std::vector<std::unique_ptr<Engine>> engines_;
  VerifierHost verifier_;
  Ladder ladder_;
  v1::Integrate request_;
};

TEST_F(LadderTest, FirstVerifiedIntegralEndsTheLadder) {
  engine(0).script = {Reply(EngineEnd::kAnswered, "right")};
  const v1::Integration integration = ladder_.Climb(request_, kPatience);
  EXPECT_EQ(integration.outcome(), OUTCOME_INTEGRATED);
  EXPECT_EQ(integration.engine(), "first");
  EXPECT_EQ(integration.integral(), "x");
  EXPECT_EQ(integration.judgement().candidate_prefix(), "") << "not sent twice";
  EXPECT_EQ(integration.steps_size(), 1);
  EXPECT_TRUE(engine(1).asked.empty());
}

TEST_F(LadderTest, EngineIsAskedInItsOwnSpellingWithTheLimitsOfTheRequest) {
  request_.set_memory_bytes(123 << 20);
  ladder_.Climb(request_, kPatience);
  EXPECT_EQ(engine(0).asked[0], "x^2");
  EXPECT_EQ(engine(0).last_limits.memory_bytes, 123 << 20);
  EXPECT_EQ(engine(0).last_limits.cpu, absl::Milliseconds(100));
}

TEST_F(LadderTest, WrongAnswerOfOneEngineDoesNotHideTheRightOneOfTheNext) {
  EXPECT_EQ(Climb(Reply(EngineEnd::kAnswered, "wrong"), Reply(EngineEnd::kAnswered, "right")),
            OUTCOME_INTEGRATED);
  EXPECT_EQ(Climb(Reply(EngineEnd::kAnswered, "partly"), Reply(EngineEnd::kAnswered, "complex")),
            OUTCOME_INTEGRATED);
}

TEST_F(LadderTest, BestStepDecidesWhateverItsPlace) {
  const auto pairs = std::vector<std::tuple<EngineReply, EngineReply, Outcome>>{
      {Reply(EngineEnd::kAnswered, "partly"), Reply(EngineEnd::kAnswered, "?"), OUTCOME_PARTLY},
      {Reply(EngineEnd::kTooLong), Reply(EngineEnd::kNonelementary), OUTCOME_UNVERIFIED},
      {Reply(EngineEnd::kAnswered, "wrong"), Reply(EngineEnd::kNonelementary),
       OUTCOME_NONELEMENTARY},
      {Reply(EngineEnd::kAnswered, "wrong"), Reply(EngineEnd::kGaveUp), OUTCOME_REFUTED},
      {Reply(EngineEnd::kMemoryExceeded), Reply(EngineEnd::kCrashed), OUTCOME_MEMORY_EXCEEDED},
      {Reply(EngineEnd::kCrashed), Reply(EngineEnd::kTimedOut), OUTCOME_CRASHED},
      {Reply(EngineEnd::kTimedOut), Reply(EngineEnd::kGaveUp), OUTCOME_TIMED_OUT},
      {Reply(EngineEnd::kGaveUp), Reply(EngineEnd::kGaveUp), OUTCOME_UNSOLVED}};
  for (const auto& [a, b, outcome] : pairs) {
    EXPECT_EQ(Climb(a, b), outcome);
    EXPECT_EQ(Climb(b, a), outcome);
  }
}

TEST_F(LadderTest, CrashesMemoryAndStallsAreTriedTwiceAndTimeOutsAreNot) {
  for (const EngineEnd end :
       {EngineEnd::kCrashed, EngineEnd::kMemoryExceeded, EngineEnd::kStalled}) {
    engine(0).asked.clear();
    engine(0).script = {Reply(end), Reply(EngineEnd::kAnswered, "right")};
    const v1::Integration integration = ladder_.Climb(request_, kPatience);
    EXPECT_EQ(integration.outcome(), OUTCOME_INTEGRATED);
    EXPECT_EQ(integration.steps(0).cpu_us(), 6'000) << "of both tries";
    EXPECT_EQ(engine(0).asked.size(), 2u);
  }
  for (const EngineEnd end : {EngineEnd::kTimedOut, EngineEnd::kGaveUp, EngineEnd::kTooLong}) {
    engine(0).asked.clear();
    Climb(Reply(end), Reply(EngineEnd::kGaveUp));
    EXPECT_EQ(engine(0).asked.size(), 1u);
  }
}

TEST_F(LadderTest, IntegrandThatCannotBeReadIsSaidInEveryStep) {
  request_.set_integrand("add x");
  const v1::Integration integration = ladder_.Climb(request_, kPatience);
  EXPECT_EQ(integration.outcome(), OUTCOME_CRASHED);
  EXPECT_THAT(integration.steps(0).message(), ::testing::HasSubstr("integrand"));
  EXPECT_TRUE(engine(0).asked.empty());
}

TEST(VerifierHostTest, NewProcessAfterSoManyItems) {
  VerifierOptions options;
  options.items_max = 2;
  options.body = [](int in, int out) {
    while (ReadFrame(in, Deadline::Never()).ok()) Send(out, getpid());
  };
  VerifierHost host(options);
  v1::Verify request;
  request.set_integrand("x");
  std::array<int, 4> pids = {};
  for (int& pid : pids) pid = host.Judge(request, kPatience).judgement.points_agreed();
  EXPECT_EQ(pids[0], pids[1]);
  EXPECT_NE(pids[1], pids[2]);
  EXPECT_EQ(pids[2], pids[3]);
}

// Uses this much CPU in the process that calls it.
void Burn(absl::Duration cpu) {
  timespec now{};
  do {
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  } while (absl::DurationFromTimespec(now) < cpu);
}

// A verifier that gives each item its integrand back as the reason. It computes for ever at "burn".
void IntegrandAsReason(int in, int out) {
  while (true) {
    const absl::StatusOr<std::string> frame = ReadFrame(in, Deadline::Never());
    v1::VerifyBatch batch;
    if (!frame.ok() || !batch.ParseFromString(*frame)) return;
    v1::JudgementBatch answer;
    for (const v1::Verify& item : batch.items()) {
      if (item.integrand() == "burn") Burn(absl::Minutes(1));
      answer.add_judgements()->set_reason(item.integrand());
    }
    if (!WriteFrame(out, answer.SerializeAsString(), Deadline::Never()).ok()) return;
  }
}

TEST(VerifierHostTest, TwoDeathsAccountForTheCpuOfBoth) {
  VerifierOptions options;
  options.body = [](int in, int) {
    if (!ReadFrame(in, Deadline::Never()).ok()) return;
    Burn(absl::Milliseconds(60));
    _exit(1);
  };
  VerifierHost host(options);
  v1::Verify request;
  request.set_integrand("x");
  const Judged judged = host.Judge(request, absl::Seconds(5));
  EXPECT_THAT(judged.judgement.reason(), ::testing::HasSubstr("the verifier died"));
  EXPECT_GT(judged.cpu, absl::Milliseconds(100));
}

TEST(VerifierHostTest, AnAnswerThatComesAtOnceIsChargedWithAllOfItsCpu) {
  VerifierOptions options;
  options.items_max = 1000;
  options.body = [](int in, int out) {
    for (int i = 1; ReadFrame(in, Deadline::Never()).ok(); ++i) {
      Burn(i * absl::Microseconds(40));  // in all, by then
      Send(out, i);
    }
  };
  VerifierHost host(options);
  v1::Verify request;
  request.set_integrand("x");
  absl::Duration charged;
  for (int i = 0; i < 900; ++i) charged += host.Judge(request, kPatience).cpu;
  EXPECT_GT(charged, 900 * absl::Microseconds(35));
}

TEST(VerifierHostTest, ABatchIsJudgedInOrderOrNotAtAll) {
  VerifierHost host(VerifierOptions{.body = [](int in, int out) { IntegrandAsReason(in, out); }});
  v1::VerifyBatch batch;
  for (const char* integrand : {"one", "two", "three"}) batch.add_items()->set_integrand(integrand);
  const v1::JudgementBatch judged = host.JudgeBatch(batch, kPatience);
  ASSERT_EQ(judged.judgements_size(), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(judged.judgements(i).reason(), batch.items(i).integrand());
  // One of them is over the budget: none is judged, and the host is as good as new.
  batch.mutable_items(1)->set_integrand("burn");
  EXPECT_TRUE(host.JudgeBatch(batch, absl::Milliseconds(20)).judgements().empty());
  EXPECT_EQ(host.Judge(batch.items(2), kPatience).judgement.reason(), "three");
}

TEST(VerifierHostTest, ABatchWithAJudgementTooFewIsNotJudged) {
  VerifierHost host(VerifierOptions{.body = [](int in, int out) {
    while (ReadFrame(in, Deadline::Never()).ok()) Send(out, 1);
  }});
  v1::VerifyBatch batch;
  for (int i = 0; i < 2; ++i) batch.add_items()->set_integrand("x");
  EXPECT_TRUE(host.JudgeBatch(batch, kPatience).judgements().empty());
}

TEST(VerifierHostTest, AnAnswerOverItsBudgetTellsItsCpu) {
  VerifierHost host(VerifierOptions{.body = [](int in, int out) { IntegrandAsReason(in, out); }});
  v1::Verify request;
  request.set_integrand("burn");
  EXPECT_GE(host.Judge(request, absl::Milliseconds(20)).judgement.cpu_us(), 20'000);
}

TEST(VerifierHostTest, ACheckThatBlocksIsNotSaidToHaveTakenItsBudget) {
  VerifierOptions options;
  options.body = [](int, int) { pause(); };
  VerifierHost host(options);
  v1::Verify request;
  request.set_integrand("x");
  EXPECT_EQ(host.Judge(request, absl::Milliseconds(100)).judgement.reason(),
            "the check stood still");
}

}  // namespace
}  // namespace motzkin::integrator
