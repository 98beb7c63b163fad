#include "worker/slots/integrator_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "common/base/deadline.h"
#include "tests/support/wait_for.h"
#include "worker/sandbox/level.h"
#include "worker/sandbox/limits.h"
#include "worker/slots/testing/process_census.h"
#include "worker/testing/hostile_engine.h"

namespace motzkin::worker {
namespace {

namespace pipe = integrator::v1;
using integrator::testing::Misdeed;
using sandbox::Level;
using ::testing::HasSubstr;

constexpr char kHostile[] = MOTZKIN_HOSTILE_INTEGRATOR;

// All of these tests run against a real integrator process, in both sandboxes.
class IntegratorProcessTest : public ::testing::TestWithParam<Level> {
 protected:
  void SetUp() override {
    if (GetParam() == Level::kFull && ProbeIntegratorSandbox(kHostile).level != Level::kFull) {
      GTEST_SKIP() << ProbeIntegratorSandbox(kHostile).reason;
    }
    integrator_ = StartHostile();
    ASSERT_NE(integrator_, nullptr);
    sessions_ = testing::SessionsOfChildren();
    ASSERT_EQ(sessions_.size(), 1u);
  }
  void TearDown() override {
    integrator_.reset();
    EXPECT_THAT(testing::MembersOf(sessions_), ::testing::IsEmpty());
    EXPECT_TRUE(testing::HasNoChildren());
  }

  static std::unique_ptr<IntegratorProcess> StartHostile() {
    IntegratorOptions options;
    options.binary = kHostile;
    options.sandbox_level = GetParam();
    options.idle_priority = false;  // Tests share the machine with a build.
    auto started = IntegratorProcess::Start(options);
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }

  static pipe::Request Ask(Misdeed misdeed, absl::Duration budget = absl::Milliseconds(50),
                           const std::string& engine = "hostile") {
    pipe::Request request;
    request.set_id(static_cast<uint64_t>(misdeed));
    pipe::Integrate& integrate = *request.mutable_integrate();
    integrate.set_integrand("INT+");
    for (const char digit : std::to_string(misdeed)) {
      integrate.mutable_integrand()->append({' ', digit});
    }
    integrate.set_memory_bytes(256 << 20);
    pipe::Step& step = *integrate.add_ladder();
    step.set_engine(engine);
    step.set_budget_us(absl::ToInt64Microseconds(budget));
    return request;
  }
  // Returns how calls fail once the kernel has killed the integrator. In bubblewrap the processes inside
  // die after those outside, and until then the integrator may still answer.
  static absl::Status AwaitDeath(IntegratorProcess& integrator) {
    absl::Status dead;
    EXPECT_TRUE(test::WaitFor([&] {
      dead = integrator.Call(Ask(Misdeed::kAnswerX), absl::Seconds(60)).status();
      return !dead.ok();
    }));
    return dead;
  }
  absl::StatusOr<pipe::Response> Call(const pipe::Request& request) {
    return integrator_->Call(request, WallMax(request));
  }
  // Returns the integration, and checks that the integrator is as good as new after it.
  pipe::Integration Survive(const pipe::Request& request) {
    const absl::StatusOr<pipe::Response> response = Call(request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return {};
    ExpectHealthy();
    return response->integration();
  }
  // Checks that an easy request is answered, and that no process is left but the supervisor, four
  // zygotes and the verifier (and bubblewrap, twice).
  void ExpectHealthy() {
    const auto response = Call(Ask(Misdeed::kAnswerX));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->integration().outcome(), v1::OUTCOME_INTEGRATED)
        << response->integration().steps(0).message();
    EXPECT_EQ(testing::MembersOf(sessions_).size(), GetParam() == Level::kFull ? 8u : 6u);
  }

  std::unique_ptr<IntegratorProcess> integrator_;
  std::set<pid_t> sessions_;
};

INSTANTIATE_TEST_SUITE_P(Sandboxes, IntegratorProcessTest,
                         ::testing::Values(Level::kBasic, Level::kFull), [](const auto& level) {
                           return std::string(sandbox::LevelName(level.param));
                         });

TEST_P(IntegratorProcessTest, DescribesItsEngines) {
  ASSERT_EQ(integrator_->description().engines_size(), 4);
  EXPECT_EQ(integrator_->description().engines(0).engine(), "hostile");
  EXPECT_EQ(integrator_->description().engines(0).version(), "0");
}

TEST_P(IntegratorProcessTest, AnswerIsVerifiedAndReprinted) {
  const pipe::Integration integration = Survive(Ask(Misdeed::kAnswerX));
  EXPECT_EQ(integration.integral(), "x");
  EXPECT_EQ(integration.engine(), "hostile");
  EXPECT_EQ(integration.judgement().verdict(), v1::Verification::VERDICT_VERIFIED);
  EXPECT_GT(integration.steps(0).rss_kb(), 0);
}

TEST_P(IntegratorProcessTest, EndlessComputationCostsItsBudgetAndNoMore) {
  const pipe::Integration integration =
      Survive(Ask(Misdeed::kBurnIgnoringSigterm, absl::Milliseconds(200)));
  EXPECT_EQ(integration.outcome(), v1::OUTCOME_TIMED_OUT);
  EXPECT_GE(integration.steps(0).cpu_us(), 200'000);
  EXPECT_LT(integration.steps(0).cpu_us(), 300'000);
}

TEST_P(IntegratorProcessTest, BlockedLeafIsStoppedByTheWallBackstop) {
  // Each sandbox tries one of the two, because a stall takes two seconds and is tried twice.
  const Misdeed misdeed =
      GetParam() == Level::kFull ? Misdeed::kBlock : Misdeed::kBlockAfterHalfAnswer;
  const pipe::Integration integration = Survive(Ask(misdeed, absl::Milliseconds(20)));
  EXPECT_EQ(integration.outcome(), v1::OUTCOME_TIMED_OUT);
  EXPECT_THAT(integration.steps(0).message(), HasSubstr("blocked"));
  EXPECT_LT(integration.steps(0).cpu_us(), 100'000);
}

TEST_P(IntegratorProcessTest, FloodOfOutputIsCutAtItsBound) {
  const pipe::Integration integration = Survive(Ask(Misdeed::kFlood, absl::Seconds(10)));
  EXPECT_EQ(integration.outcome(), v1::OUTCOME_UNVERIFIED);
  EXPECT_THAT(integration.steps(0).message(), HasSubstr("longer than"));
  EXPECT_EQ(integration.integral(), "");
}

TEST_P(IntegratorProcessTest, EndlessAllocationIsMemoryExceeded) {
  if (!sandbox::LimitsMemory()) GTEST_SKIP() << "a sanitizer's build";
  for (const Misdeed misdeed : {Misdeed::kAllocate, Misdeed::kAllocateAtOnce}) {
    const pipe::Integration integration = Survive(Ask(misdeed, absl::Seconds(20)));
    EXPECT_EQ(integration.outcome(), v1::OUTCOME_MEMORY_EXCEEDED);
    EXPECT_LT(integration.steps(0).rss_kb(), 256 << 10);
  }
}

TEST_P(IntegratorProcessTest, LeafThatDiesIsCrashed) {
  for (const Misdeed misdeed :
       {Misdeed::kTrap, Misdeed::kAbort, Misdeed::kExitQuietly, Misdeed::kRecurse}) {
    const pipe::Integration integration = Survive(Ask(misdeed, absl::Seconds(10)));
    EXPECT_EQ(integration.outcome(), v1::OUTCOME_CRASHED) << misdeed;
  }
}

TEST_P(IntegratorProcessTest, LeafCannotForkExecOrLeaveItsSession) {
  const pipe::Integration integration = Survive(Ask(Misdeed::kEscape));
  EXPECT_EQ(integration.outcome(), v1::OUTCOME_INTEGRATED) << integration.steps(0).message();
}

TEST_P(IntegratorProcessTest, LeafReachesNoSocketFileOrProcess) {
  const pipe::Integration integration = Survive(Ask(Misdeed::kAttack));
  EXPECT_EQ(integration.outcome(), v1::OUTCOME_INTEGRATED) << integration.steps(0).message();
}

TEST_P(IntegratorProcessTest, UnreadableAnswerIsUnverified) {
  for (const Misdeed misdeed : {Misdeed::kAnswerBinary, Misdeed::kAnswerParentheses}) {
    const pipe::Integration integration = Survive(Ask(misdeed));
    EXPECT_EQ(integration.outcome(), v1::OUTCOME_UNVERIFIED);
    EXPECT_NE(integration.steps(0).message(), "");
  }
}

TEST_P(IntegratorProcessTest, LostZygoteCostsThatFunctionOnly) {
  const auto lost = Call(Ask(Misdeed::kKillZygote, absl::Seconds(10), "supervisor"));
  ASSERT_TRUE(lost.ok()) << lost.status();
  EXPECT_EQ(lost->integration().outcome(), v1::OUTCOME_CRASHED);
  EXPECT_EQ(Survive(Ask(Misdeed::kAnswerX, absl::Milliseconds(50), "supervisor")).outcome(),
            v1::OUTCOME_INTEGRATED);
}

TEST_P(IntegratorProcessTest, VerifierThatHangsDiesOrLiesCostsThatAnswerOnly) {
  for (const Misdeed misdeed :
       {Misdeed::kAnswerVerifierHang, Misdeed::kAnswerVerifierDie, Misdeed::kAnswerVerifierLie}) {
    const pipe::Integration integration = Survive(Ask(misdeed));
    EXPECT_EQ(integration.outcome(), v1::OUTCOME_UNVERIFIED);
    EXPECT_NE(integration.judgement().reason(), "");
  }
}

TEST_P(IntegratorProcessTest, SecondStepOfTheLadderFollowsAFailure) {
  pipe::Request request = Ask(Misdeed::kTrap);
  pipe::Step& second = *request.mutable_integrate()->add_ladder();
  second.set_engine("no-such-engine");
  second.set_budget_us(1000);
  const pipe::Integration integration = Survive(request);
  EXPECT_EQ(integration.steps_size(), 2);
  EXPECT_THAT(integration.steps(1).message(), HasSubstr("no such engine"));
}

TEST_P(IntegratorProcessTest, InterruptEndsARunningCallWithinASecond) {
  std::thread interrupter([&] {
    // Interrupts once the leaf runs.
    const size_t idle = GetParam() == Level::kFull ? 7 : 5;
    while (testing::MembersOf(sessions_).size() <= idle) std::this_thread::yield();
    integrator_->Interrupt();
  });
  const pipe::Request request = Ask(Misdeed::kBurnIgnoringSigterm, absl::Seconds(100));
  const auto response = Call(request);
  interrupter.join();
  EXPECT_EQ(response.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(testing::MembersOf(sessions_), ::testing::IsEmpty()) << "dead when Call returns";
  EXPECT_EQ(Call(request).status().code(), absl::StatusCode::kAborted);
}

TEST_P(IntegratorProcessTest, InterruptBeforeACallKillsAtOnce) {
  const absl::Time begin = absl::Now();
  integrator_->Interrupt();
  while (!testing::MembersOf(sessions_).empty()) std::this_thread::yield();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(1));
  EXPECT_EQ(Call(Ask(Misdeed::kAnswerX)).status().code(), absl::StatusCode::kAborted);
}

TEST_P(IntegratorProcessTest, CallGivesUpAtItsWallBound) {
  const auto response = integrator_->Call(Ask(Misdeed::kBurnIgnoringSigterm, absl::Seconds(100)),
                                          absl::Milliseconds(50));
  EXPECT_EQ(response.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_P(IntegratorProcessTest, KilledIntegratorIsUnavailableAndSaysHowItDied) {
  kill(*sessions_.begin(), SIGKILL);
  const absl::Status dead = AwaitDeath(*integrator_);
  EXPECT_EQ(dead.code(), absl::StatusCode::kUnavailable) << dead;
  EXPECT_THAT(dead.message(), HasSubstr("signal 9"));
}

TEST_P(IntegratorProcessTest, GrandchildrenDieWithTheIntegratorEvenWithoutTheLeafFilter) {
  const auto response = integrator_->Call(Ask(Misdeed::kForkAndBlock, absl::Seconds(1), "zygote"),
                                          absl::Milliseconds(200));
  EXPECT_EQ(response.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_P(IntegratorProcessTest, IntegratorDiesWithTheThreadThatStartedIt) {
  integrator_.reset();
  std::unique_ptr<IntegratorProcess> started;
  std::thread([&] { started = StartHostile(); }).join();
  ASSERT_NE(started, nullptr);
  const absl::Status dead = AwaitDeath(*started);
  EXPECT_EQ(dead.code(), absl::StatusCode::kUnavailable) << dead;
}

TEST(IntegratorStartTest, MissingBinaryIsUnavailable) {
  IntegratorOptions options;
  options.binary = "/no/such/integrator";
  EXPECT_EQ(IntegratorProcess::Start(options).status().code(), absl::StatusCode::kUnavailable);
}

TEST(IntegratorStartTest, ProgramThatIsNoIntegratorIsUnavailableWithWhatItPrinted) {
  IntegratorOptions options;
  options.binary = "/bin/date";
  options.sandbox_level = Level::kBasic;
  EXPECT_EQ(IntegratorProcess::Start(options).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(testing::HasNoChildren());
}

// In the sandbox without bubblewrap, root becomes the user `nobody`, who cannot enter such a
// folder. FriCAS cannot either, and it loads a file of ours from there.
TEST(IntegratorStartTest, AFolderThatOnlyRootMayEnterKeepsNoEngineOut) {
  if (geteuid() != 0) GTEST_SKIP() << "only root's integrator becomes another user";
  namespace fs = std::filesystem;
  std::string name = fs::temp_directory_path() / "motzkin_private_XXXXXX";
  ASSERT_NE(mkdtemp(name.data()), nullptr);  // Mode 0700.
  const fs::path folder = name;
  for (const char* file : {"integrator", "libmotzkin_line_zygote.so"}) {
    fs::copy(fs::path(MOTZKIN_BIN_DIR) / file, folder / file);
  }
  IntegratorOptions options;
  options.binary = folder / "integrator";
  options.engines = {"fricas"};
  options.sandbox_level = Level::kBasic;
  options.idle_priority = false;
  const auto integrator = IntegratorProcess::Start(options);
  ASSERT_TRUE(integrator.ok()) << integrator.status();
  const pipe::Description& description = (*integrator)->description();
  EXPECT_EQ(description.engines_size(), 1) << description.ShortDebugString();
  fs::remove_all(folder);
}

}  // namespace
}  // namespace motzkin::worker
