// FriCAS and SymPy for real: `./dev` installs both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/integrator/engines/fricas.h"
#include "worker/integrator/engines/sympy.h"

namespace motzkin::integrator {
namespace {

using ::testing::HasSubstr;

constexpr const char* kLineZygote = MOTZKIN_BIN_DIR "/libmotzkin_line_zygote.so";

// 1/(x^2+1)
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

// Each token of our notation means to FriCAS what it means to us: the integral of the derivative
// of f is f, but for a constant.
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
  const EngineReply reply =
      fricas->Run("sqrt add x sqrt add x INT+ 1", small);  // Takes about 400 ms.
  EXPECT_EQ(reply.end, EngineEnd::kTimedOut);
  EXPECT_LT(reply.cpu, absl::Milliseconds(250));
  EXPECT_EQ(fricas->Run(kSimple, Generous()).answer, "atan(x)");
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
  EXPECT_EQ(sympy->Run("x**(1/3)", Generous()).answer, "3*x**(4/3)/4");  // Exact, not 0.333.
  EXPECT_EQ(sympy->Run("exp(x*sqrt(x**3+1))", Generous()).end, EngineEnd::kGaveUp);
  EngineLimits small = Generous();
  small.cpu = absl::Milliseconds(50);
  EXPECT_EQ(sympy->Run("sqrt(x+sqrt(x+1))", small).end, EngineEnd::kTimedOut);
  EXPECT_THAT(sympy->version(), HasSubstr("1."));
}

}  // namespace
}  // namespace motzkin::integrator
