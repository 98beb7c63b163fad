// Tests with the real FriCAS and SymPy, which `./dev` installs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "worker/integrator/engines/fricas.h"
#include "worker/integrator/engines/sympy.h"

namespace motzkin::integrator {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kLineZygote = MOTZKIN_BIN_DIR "/libmotzkin_line_zygote.so";

// The function 1/(x^2+1).
constexpr std::string_view kSimple = "div INT+ 1 add pow x INT+ 2 INT+ 1";

EngineLimits Generous() {
  EngineLimits limits;
  limits.cpu = absl::Seconds(20);
  return limits;
}

TEST(FricasTest, KnowsItsVersion) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  ASSERT_TRUE(fricas->Start().ok());
  EXPECT_THAT(fricas->version(), ::testing::MatchesRegex("[0-9]+\\.[0-9.]+"));
}

TEST(FricasTest, OneZygoteAnswersManyFunctions) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(fricas->Run("ln ln x", Generous()).answer, "x*log(log(x))+(-1)*li(x)");
    EXPECT_EQ(fricas->Run(kSimple, Generous()).answer, "atan(x)");
  }
}

TEST(FricasTest, AnAnswerOfManyLinesIsOneAnswer) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  const EngineReply reply = fricas->Run("div INT+ 1 add pow x INT+ 5 add x INT+ 1", Generous());
  ASSERT_EQ(reply.end, EngineEnd::kAnswered) << reply.message;
  EXPECT_GT(reply.answer.size(), 500u);
  EXPECT_EQ(reply.answer.find_first_of(" \n\""), std::string::npos);
}

TEST(FricasTest, AnUnevaluatedIntegralIsAClaimAndAnErrorIsNone) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  EXPECT_EQ(fricas->Run("exp mul x sqrt add pow x INT+ 3 INT+ 1", Generous()).end,
            EngineEnd::kNonelementary);
  const EngineReply reply = fricas->Run("tan acos sqrt add x exp x", Generous());
  EXPECT_EQ(reply.end, EngineEnd::kGaveUp);
  EXPECT_THAT(reply.message, HasSubstr("implementation incomplete"));
}

TEST(FricasTest, NothingIsClaimedOfAbs) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  const EngineReply reply = fricas->Run("abs x", Generous());
  EXPECT_EQ(reply.end, EngineEnd::kGaveUp);
  EXPECT_THAT(reply.message, HasSubstr("integral(abs(x)"));
}

TEST(FricasTest, AFunctionItLacksIsGivenUpByName) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  const EngineReply reply = fricas->Run("mul x floor x", Generous());
  EXPECT_EQ(reply.end, EngineEnd::kGaveUp);
  EXPECT_THAT(reply.message, HasSubstr("no floor"));
}

// Each token of our notation means the same to FriCAS as to us: the integral of the derivative of f
// is f, up to a constant.
TEST(FricasTest, NumbersPowersAndEquivalentsAreBuiltAsMeant) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  const auto integral = [&](std::string_view prefix) {
    return fricas->Run(prefix, Generous()).answer;
  };
  EXPECT_EQ(integral("INT- 1 2 0"), "(-120)*x");
  EXPECT_EQ(integral("pow x div INT- 1 INT+ 2"), "2*x^(1/2)");
  EXPECT_EQ(integral("mul sub INT+ 3 neg E pi"), "pi()*x*exp(1)+3*pi()*x");
  EXPECT_EQ(integral("acot x"), "(log(x^2+1)+2*x*atan(1/x))/2");
  EXPECT_EQ(integral("pow x x"), "");
}

TEST(FricasTest, TheBudgetIsTheLeafsOwnAndTheNextFunctionIsUnharmed) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  EngineLimits small = Generous();
  small.cpu = absl::Milliseconds(50);
  // This takes about 400 ms without a budget.
  const EngineReply reply = fricas->Run("sqrt add x sqrt add x INT+ 1", small);
  EXPECT_EQ(reply.end, EngineEnd::kTimedOut);
  EXPECT_LT(reply.cpu, absl::Milliseconds(250));
  EXPECT_EQ(fricas->Run(kSimple, Generous()).answer, "atan(x)");
}

// With too little memory for anything it says only that it met an error: no statement about the
// function.
TEST(FricasTest, TooLittleMemoryIsNoUnsolvedFunction) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  for (const int64_t mebibytes : {64, 128, 192, 256, 320}) {
    EngineLimits small = Generous();
    small.memory_bytes = mebibytes << 20;
    const EngineReply reply = fricas->Run(kSimple, small);
    EXPECT_THAT(reply.end, AnyOf(EngineEnd::kMemoryExceeded, EngineEnd::kAnswered))
        << reply.message;
  }
}

TEST(FricasTest, TheLeastMemoryOfAJobIsEnough) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  EngineLimits least = Generous();
  least.memory_bytes = 512ll << 20;  // EngineMemoryMin("fricas") in common/job_spec.
  EXPECT_EQ(fricas->Run(kSimple, least).answer, "atan(x)");
  EXPECT_EQ(fricas->Run("div INT+ 1 add pow x INT+ 5 add x INT+ 1", least).end,
            EngineEnd::kAnswered);
}

// Runs `body` in a child, which exits with what it returns, under a filter that refuses madvise()
// for huge pages as a kernel without them does.
int WithoutHugePages(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    const bool loaded = filter != nullptr &&
                        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(madvise), 1,
                                         SCMP_A2(SCMP_CMP_EQ, MADV_HUGEPAGE)) == 0 &&
                        seccomp_load(filter) == 0;
    _exit(loaded ? body() : 100);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(FricasTest, AKernelWithoutHugePagesIsGoodEnough) {
  EXPECT_EQ(WithoutHugePages([] {
              return MakeFricas(kLineZygote)->Run(kSimple, Generous()).answer == "atan(x)" ? 0 : 1;
            }),
            0);
}

TEST(FricasTest, AnEngineThatDoesNotStartIsNamedWithItsOwnWords) {
  const std::unique_ptr<Engine> fricas = MakeFricas("/no/such/file.so");
  const absl::Status started = fricas->Start();
  // The loader's complaint: without the preloaded file FriCAS is not a zygote and just ends.
  EXPECT_THAT(std::string(started.message()),
              AllOf(StartsWith("fricas does not start: "), HasSubstr("/no/such/file.so")));
}

TEST(FricasTest, MemoryIsBounded) {
  const std::unique_ptr<Engine> fricas = MakeFricas(kLineZygote);
  EngineLimits small = Generous();
  small.memory_bytes = 128ll << 20;
  const EngineReply reply =
      fricas->Run("div INT+ 1 pow add pow x INT+ 1 2 add x INT+ 1 INT+ 9", small);
  EXPECT_NE(reply.end, EngineEnd::kAnswered);
  EXPECT_LT(reply.rss_kb, 140 << 10);
  EXPECT_EQ(fricas->Run(kSimple, Generous()).answer, "atan(x)");
}

TEST(SympyTest, AnswersGivesUpAndKeepsItsBudget) {
  const std::unique_ptr<Engine> sympy = MakeSympy();
  EXPECT_EQ(sympy->Run("log(log(x))", Generous()).answer, "x*log(log(x)) - li(x)");
  EXPECT_EQ(sympy->Run("x**(1/3)", Generous()).answer, "3*x**(4/3)/4");  // exact, not 0.333
  EXPECT_EQ(sympy->Run("exp(x*sqrt(x**3+1))", Generous()).end, EngineEnd::kGaveUp);
  EngineLimits small = Generous();
  small.cpu = absl::Milliseconds(50);
  EXPECT_EQ(sympy->Run("sqrt(x+sqrt(x+1))", small).end, EngineEnd::kTimedOut);
  EXPECT_THAT(sympy->version(), HasSubstr("1."));
}

}  // namespace
}  // namespace motzkin::integrator
