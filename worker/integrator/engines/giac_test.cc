#include "worker/integrator/engines/giac.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/integrator/engines/giac_calls.h"
#include "worker/integrator/engines/zygote_engine.h"

namespace motzkin::integrator {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class GiacTest : public ::testing::Test {
 protected:
  EngineReply Run(std::string_view function, absl::Duration cpu = absl::Seconds(20)) {
    EngineLimits limits;
    limits.cpu = cpu;
    return engine_->Run(function, limits);
  }
  const std::unique_ptr<Engine> engine_ = MakeGiac();
};

TEST_F(GiacTest, VersionIsThePackagesAndStartsWithTheLibrarys) {
  ASSERT_TRUE(engine_->Start().ok());
  EXPECT_THAT(engine_->version(), StartsWith(GiacLibraryVersion()));
}

TEST_F(GiacTest, IntegralsAreAnsweredInTextThatHoldsThem) {
  for (const auto& [function, part] : {std::pair("x^2", "x^3/3"),
                                       {"ln(x)/x", "ln(x)^2/2"},
                                       {"1/x", "ln(abs(x))"},
                                       {"exp(-x^2)", "erf"}}) {
    const EngineReply reply = Run(function);
    EXPECT_EQ(reply.end, EngineEnd::kAnswered) << function << ": " << reply.message;
    EXPECT_THAT(reply.answer, HasSubstr(part));
    EXPECT_GT(reply.cpu, absl::ZeroDuration());
    EXPECT_GT(reply.rss_kb, 0);
  }
}

TEST_F(GiacTest, UnevaluatedPartsAndErrorsMeanThatItGaveUp) {
  for (const char* function :
       {"sin(sin(x))", "x^x", "sqrt(x^3+1)", "this is (no function", "1/0"}) {
    const EngineReply reply = Run(function);
    EXPECT_EQ(reply.end, EngineEnd::kGaveUp) << function;
    EXPECT_NE(reply.message, "") << function;
  }
}

TEST_F(GiacTest, NoFunctionSeesWhatAnotherLeft) {
  EXPECT_EQ(Run("(a:=5)*x").end, EngineEnd::kAnswered);
  EXPECT_EQ(Run("a*x").answer, "a*x^2/2");
}

// Each of these runs for more than 3 s of CPU in giac 1.9.0.35, in very little memory; some never
// end.
TEST_F(GiacTest, IntegrandsOnWhichItHangsCostTheirBudgetAndNoMore) {
#ifdef MOTZKIN_SANITIZE_THREAD
  GTEST_SKIP()
      << "the runtime of ThreadSanitizer dies in half of these leaves, which have one thread";
#endif
  constexpr absl::Duration kBudget = absl::Milliseconds(200);
  for (const char* function :
       {"atanh(x+tan(x+x))", "cos(tan(x*tan(x)))", "x*atanh(exp(4+x))*x/x",
        "tan((cos(x)+x)^3*cos(exp(2)))", "tan(1+sqrt((exp(x)+2*x+1)^2*x))",
        "cos(ln(x*x)^3+4-x-acos(x))", "sqrt((atanh(x)+x)/(sin(cosh(x))*x))"}) {
    const EngineReply reply = Run(function, kBudget);
    EXPECT_EQ(reply.end, EngineEnd::kTimedOut) << function << " " << reply.answer;
    EXPECT_GE(reply.cpu, kBudget) << function;
    EXPECT_LT(reply.cpu, 2 * kBudget) << function;
  }
  EXPECT_EQ(Run("x").end, EngineEnd::kAnswered);
}

TEST_F(GiacTest, DivisionByZeroInsideAFunctionCrashesTheLeafOnly) {
  const EngineReply reply = Run("x+x^3+sin(2+x-x/(x-x))");
  EXPECT_NE(reply.end, EngineEnd::kAnswered);
  EXPECT_EQ(Run("x").end, EngineEnd::kAnswered);
}

TEST(HoldsAnyWordTest, WholeWordsOnly) {
  EXPECT_TRUE(HoldsAnyWord("x+integrate(f(x),x)", {"integrate", "int"}));
  EXPECT_TRUE(HoldsAnyWord("int(x)", {"int"}));
  EXPECT_FALSE(HoldsAnyWord("print(x)+integer+int2", {"int"}));
  EXPECT_FALSE(HoldsAnyWord("", {"int"}));
}

}  // namespace
}  // namespace motzkin::integrator
