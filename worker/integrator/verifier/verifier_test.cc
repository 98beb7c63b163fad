#include "worker/integrator/verifier/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "common/expression/derivative.h"
#include "common/expression/parser.h"

namespace motzkin::integrator {
namespace {

using expression::Expr;
using expression::Pool;
using motzkin::v1::Verification;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Expr Parse(std::string_view text, Pool& pool) {
  const auto parsed = expression::ParseInfix(text, pool);
  EXPECT_TRUE(parsed.ok()) << text << ": " << parsed.status();
  return parsed.ok() ? *parsed : pool.Undefined();
}

v1::Judgement Judged(std::string_view integrand, std::string_view candidate,
                     const VerifyOptions& options = {}) {
  Pool pool;
  const Expr f = Parse(integrand, pool);
  return Verify(f, Parse(candidate, pool), options);
}

void ExpectVerdict(Verification::Verdict expected, std::string_view integrand,
                   std::string_view candidate) {
  const v1::Judgement judgement = Judged(integrand, candidate);
  EXPECT_EQ(judgement.verdict(), expected)
      << "integral of " << integrand << " answered " << candidate << ": "
      << judgement.points_agreed() << " agreed, " << judgement.points_differed()
      << " differed at x = " << judgement.counterexample() << "; " << judgement.reason();
}

void ExpectVerified(std::string_view integrand, std::string_view candidate) {
  ExpectVerdict(Verification::VERDICT_VERIFIED, integrand, candidate);
}

struct KnownAnswer {
  std::string engine, version, integrand, wrong, right;
};

std::vector<KnownAnswer> ReadKnownAnswers() {
  std::ifstream file(MOTZKIN_SOURCE_DIR
                     "/worker/integrator/verifier/testdata/known_wrong_answers.tsv");
  std::vector<KnownAnswer> answers;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    KnownAnswer answer;
    for (std::string* field :
         {&answer.engine, &answer.version, &answer.integrand, &answer.wrong, &answer.right}) {
      std::getline(fields, *field, '\t');
    }
    answers.push_back(answer);
  }
  return answers;
}

TEST(VerifierTest, KnownWrongAnswersOfEnginesAreRefuted) {
  const std::vector<KnownAnswer> answers = ReadKnownAnswers();
  ASSERT_EQ(answers.size(), 6u);
  for (const KnownAnswer& answer : answers) {
    const v1::Judgement judgement = Judged(answer.integrand, answer.wrong);
    EXPECT_EQ(judgement.verdict(), Verification::VERDICT_REFUTED)
        << answer.engine << " on " << answer.integrand << ": " << judgement.reason();
    EXPECT_THAT(judgement.counterexample(), Not(IsEmpty()));
  }
}

TEST(VerifierTest, TheirRightVersionsAreVerified) {
  for (const KnownAnswer& answer : ReadKnownAnswers()) {
    const Verification::Verdict verdict = Judged(answer.integrand, answer.right).verdict();
    // acosh(sin(x)) is real at isolated points only.
    const bool real = answer.integrand != "x+acosh(sin(x))";
    EXPECT_EQ(verdict, real ? Verification::VERDICT_VERIFIED : Verification::VERDICT_COMPLEX_ONLY)
        << answer.integrand;
  }
}

TEST(VerifierTest, AnswersThatDifferByAConstantAreAllVerified) {
  ExpectVerified("2*x", "x^2");
  ExpectVerified("2*x", "x^2 + 17/3");
  ExpectVerified("2*x", "x^2 + log(-5)*I");
  ExpectVerified("1/x", "log(x)");
  ExpectVerified("1/x", "log(-3*x)");
  ExpectVerified("1/x", "log(abs(x))");
  ExpectVerified("1/(1+x^2)", "-atan(1/x)");
}

TEST(VerifierTest, TheZeroFunctionHasConstantsForIntegrals) {
  ExpectVerified("0", "5");
  ExpectVerified("x-x", "pi");
  ExpectVerdict(Verification::VERDICT_REFUTED, "0", "x");
  // These are 0 by an identity, which no precision shows exactly.
  const char* const kZeros[] = {"0", "x-x", "sin(x)^2 + cos(x)^2 - 1",
                                "(sin(x) + sin(x + 2*pi/3) + sin(x - 2*pi/3))^3",
                                "log(2*exp(x)) - x - log(2)"};
  for (const char* zero : kZeros) {
    for (const char* constant : {"0", "7/3", "log(2)", "atan(x) + atan(1/x)"}) {
      ExpectVerified(zero, constant);
      EXPECT_EQ(Judged(zero, constant).reason(),
                "the integrand is 0, so any constant is an antiderivative");
    }
    ExpectVerdict(Verification::VERDICT_REFUTED, zero, "x/10^30");
  }
  // A function that is not 0, however small it is, has no constant for an integral.
  for (const char* small : {"exp(-x^2 - 1000)", "sin(x)^2 + cos(x)^2 - 1 + 10^(-200)", "x/10^90"})
    ExpectVerdict(Verification::VERDICT_REFUTED, small, "5");
  EXPECT_EQ(Judged("2*x", "x^2").reason(), "");
}

TEST(VerifierTest, AFunctionIsJudgedWhereItLives) {
  // Each overflows or vanishes at the usual points: close to 0, close to 2, and far out.
  const std::pair<const char*, const char*> kLive[] = {
      {"exp(exp(2016*x) + 6048*x)", "(exp(4032*x) - 2*exp(2016*x) + 2)*exp(exp(2016*x))/2016"},
      {"exp(exp(70000*x) + 140000*x)", "(exp(70000*x) - 1)*exp(exp(70000*x))/70000"},
      {"exp(exp(1500*(x-2)) + 3000*(x-2))", "(exp(1500*(x-2)) - 1)*exp(exp(1500*(x-2)))/1500"},
      {"exp(exp(1/(x/3000)^2))*exp(1/(x/3000)^2)/x^3", "-exp(exp(9000000/x^2))/18000000"},
      {"exp(x^9000000 + x^2)*(9000000*x^8999999 + 2*x)", "exp(x^9000000 + x^2)"},
  };
  for (const auto& [integrand, answer] : kLive) {
    ExpectVerified(integrand, answer);
    ExpectVerified(integrand, std::string(answer) + " + 7");
    // Close to 0, these terms are far below 2^-100 of the whole.
    for (const char* wrong : {" + x", " + x^9", " + x^40/10^9"}) {
      ExpectVerdict(Verification::VERDICT_REFUTED, integrand, std::string(answer) + wrong);
    }
  }
}

TEST(VerifierTest, EveryElementaryFunctionIsDifferentiatedRight) {
  ExpectVerified("-1/(x^2*sqrt(1-1/x^2))", "acsc(x)");
  ExpectVerified("1/(x^2*sqrt(1-1/x^2))", "asec(x)");
  ExpectVerified("-1/(1+x^2)", "acot(x)");
  ExpectVerified("1/sqrt(1-x^2)", "asin(x)");
  ExpectVerified("-1/sqrt(1-x^2)", "acos(x)");
  ExpectVerified("1/sqrt(1+x^2)", "asinh(x)");
  ExpectVerified("1/(sqrt(x-1)*sqrt(x+1))", "acosh(x)");
  ExpectVerified("1/(1-x^2)", "atanh(x)");
  ExpectVerified("1/(1-x^2)", "acoth(x)");
  ExpectVerified("sec(x)*tan(x)", "sec(x)");
  ExpectVerified("-csc(x)*cot(x)", "csc(x)");
  ExpectVerified("1+tan(x)^2", "tan(x)");
  ExpectVerified("-1/sin(x)^2", "cot(x)");
  ExpectVerified("1/cosh(x)^2", "tanh(x)");
  ExpectVerified("-1/sinh(x)^2", "coth(x)");
  ExpectVerified("-sinh(x)/cosh(x)^2", "sech(x)");
  ExpectVerified("-cosh(x)/sinh(x)^2", "csch(x)");
  ExpectVerified("sinh(x)", "cosh(x)");
  ExpectVerified("x^x*(log(x)+1)", "x^x");
  ExpectVerified("log(2)*2^x", "2^x");
  ExpectVerified("7/3*x^(4/3)", "x^(7/3)");
  ExpectVerified("sqrt(2)*x^(sqrt(2)-1)", "x^sqrt(2)");
  ExpectVerified("exp(sqrt(x))/(2*sqrt(x))", "exp(sqrt(x))");
}

TEST(VerifierTest, SpecialFunctionsNeedOnlyTheirDerivatives) {
  ExpectVerified("exp(x)/x", "Ei(x)");
  ExpectVerified("1/log(x)", "li(x)");
  ExpectVerified("sin(x)/x", "Si(x)");
  ExpectVerified("cos(x)/x", "Ci(x)");
  ExpectVerified("exp(-x^2)", "sqrt(pi)*erf(x)/2");
  ExpectVerified("exp(x^2)", "sqrt(pi)*erfi(x)/2");
  ExpectVerified("sin(pi*x^2/2)", "fresnels(x)");
  ExpectVerified("exp(-x)*x^(1/3)", "-uppergamma(4/3,x)");
  ExpectVerified("log(x)/(1-x)", "dilog(x)");
  ExpectVerified("-log(1-x)/x", "polylog(2,x)");
  ExpectVerified("1/sqrt(1-2*sin(x)^2)", "elliptic_f(x,2)");
  ExpectVerified("sqrt(1-2*sin(x)^2)", "elliptic_e(x,2)");
  ExpectVerified("1/sqrt(4*x^3-4)", "weierstrassPInverse(0,4,x)");
  ExpectVerdict(Verification::VERDICT_REFUTED, "exp(x)/x", "Ei(2*x)");
}

TEST(VerifierTest, ValuesOfSpecialFunctionsAreUsedWhereARuleTakesThem) {
  ExpectVerified("Ei(x) + exp(x)", "x*Ei(x)");
  ExpectVerified("LambertW(x)", "x*(LambertW(x)-1+1/LambertW(x))");
  ExpectVerified("gamma(x)*digamma(x)", "gamma(x)");
  ExpectVerified("besselj(1,x)", "-besselj(0,x)");
  ExpectVerified("erf(x)", "x*erf(x)+exp(-x^2)/sqrt(pi)");
}

TEST(VerifierTest, TheSameRootIsTakenWhereverARootOfStands) {
  // Partial fractions of 1/(x^2-2) over one root r: r/4*(log(x-r) - log(x+r)), whichever it is.
  ExpectVerified("1/(x^2-2)", "rootOf(t^2-2,t)/4*(log(x-rootOf(t^2-2,t))-log(x+rootOf(t^2-2,t)))");
  ExpectVerdict(Verification::VERDICT_REFUTED, "1/(x^2-2)",
                "rootOf(t^2-2,t)/4*(log(x-rootOf(t^2-2,t))-log(x-rootOf(t^2-2,t)))");
  // The same for a polynomial without real roots.
  ExpectVerified("1/(x^2+2)",
                 "rootOf(t^2+2,t)/(-4)*(log(x-rootOf(t^2+2,t))*(-1)"
                 "+log(x+rootOf(t^2+2,t)))*(-1)");
}

TEST(VerifierTest, AnAnswerRightOnPartOfTheLineIsPartlyWithItsIntervals) {
  const v1::Judgement judgement = Judged("abs(x)", "x^2/2");
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_PARTLY);
  ASSERT_EQ(judgement.valid_on().size(), 1);
  EXPECT_NEAR(judgement.valid_on()[0].lower(), 0, 0.01);
  EXPECT_EQ(judgement.valid_on()[0].upper(), 8);
}

TEST(VerifierTest, IntervalsOfAPartlyRightAnswerFollowItsBranches) {
  // sqrt(sin(x)^2) is sin(x) where that is positive.
  const v1::Judgement judgement = Judged("sqrt(sin(x)^2)", "-cos(x)");
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_PARTLY);
  ASSERT_EQ(judgement.valid_on().size(), 3);
  EXPECT_NEAR(judgement.valid_on()[0].lower(), -6.2832, 0.01);
  EXPECT_NEAR(judgement.valid_on()[0].upper(), -3.1416, 0.01);
  EXPECT_NEAR(judgement.valid_on()[1].lower(), 0, 0.01);
  EXPECT_NEAR(judgement.valid_on()[1].upper(), 3.1416, 0.01);
  EXPECT_NEAR(judgement.valid_on()[2].lower(), 6.2832, 0.01);
  EXPECT_EQ(judgement.valid_on()[2].upper(), 8);
}

TEST(VerifierTest, AnAnswerWithoutAValueOnPartOfTheLineIsPartly) {
  // x - |x| is 0 for positive x, and has no logarithm there.
  const v1::Judgement judgement = Judged("1/x", "log(x-abs(x))");
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_PARTLY);
  ASSERT_EQ(judgement.valid_on().size(), 1);
  EXPECT_EQ(judgement.valid_on()[0].lower(), -8);
  EXPECT_NEAR(judgement.valid_on()[0].upper(), 0, 0.01);
  EXPECT_THAT(judgement.reason(), HasSubstr("no value"));
}

TEST(VerifierTest, AbsAndSignAreDifferentiatedAlongTheRealLine) {
  ExpectVerified("abs(x)", "x*abs(x)/2");
  ExpectVerified("abs(x)", "x^2*sign(x)/2");
  ExpectVerified("sign(x)", "abs(x)");
  // |x + i|' = x/|x + i|: the argument is complex, the line is real.
  ExpectVerified("x/sqrt(x^2+1)", "abs(x+I)");
}

TEST(VerifierTest, AHiddenSmallTermIsFoundBehindADominantOne) {
  ExpectVerdict(Verification::VERDICT_PARTLY, "x+abs(x)*exp(-1000*x^2)",
                "x^2/2-exp(-1000*x^2)/2000");
  ExpectVerdict(Verification::VERDICT_REFUTED, "x+exp(-1000*x^2)", "x^2/2");
}

TEST(VerifierTest, AFunctionWithoutStrictlyRealPointsIsComplexOnlyAtBest) {
  ExpectVerdict(Verification::VERDICT_COMPLEX_ONLY, "cos(x)*sqrt(sin(x)-3)",
                "2/3*(sin(x)-3)^(3/2)");
  ExpectVerdict(Verification::VERDICT_REFUTED, "cos(x)*sqrt(sin(x)-3)", "2/3*(sin(x)-3)^(1/3)");
  // The product of two imaginary roots is real, but not strictly so.
  ExpectVerdict(Verification::VERDICT_COMPLEX_ONLY, "sqrt(-3-x^2)*sqrt(-3-x^2)", "-3*x-x^3/3");
}

TEST(VerifierTest, AConstantOnABranchCutTakesThePrincipalValueAndIsFlagged) {
  // (sqrt(2)+i)(sqrt(2)-i) is 3, which balls cannot tell from 3 with a tiny imaginary part.
  const std::string on_cut = "sqrt(-(sqrt(2)+I)*(sqrt(2)-I))";
  const v1::Judgement judgement = Judged("sqrt(3)+0*x", "x*" + on_cut + "/I");
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_VERIFIED);
  EXPECT_THAT(judgement.reason(), HasSubstr("branch cut"));
  // The other root would be right on the other side of the cut, so it is not refuted.
  ExpectVerdict(Verification::VERDICT_UNVERIFIED, "sqrt(3)+0*x", "-x*" + on_cut + "/I");
}

TEST(VerifierTest, TwoAnswersAreComparedModuloAConstantByTheDerivativeOfOne) {
  Pool pool;
  const Expr giac = Parse("x^2*sign(x)/2", pool), fricas = Parse("x*abs(x)/2+3", pool);
  EXPECT_EQ(Verify(expression::Derivative(giac, pool), fricas).verdict(),
            Verification::VERDICT_VERIFIED);
  const Expr piece = Parse("x^2/2", pool);
  EXPECT_EQ(Verify(expression::Derivative(giac, pool), piece).verdict(),
            Verification::VERDICT_PARTLY);
}

TEST(VerifierTest, ANarrowRealDomainIsFound) {
  ExpectVerified("1/(2*sqrt(x-40))", "sqrt(x-40)");
  ExpectVerified("acos(-100*x^3)*0+2*x", "x^2+7");
}

TEST(VerifierTest, WhatCannotBeEvaluatedIsNeverBelieved) {
  ExpectVerdict(Verification::VERDICT_UNVERIFIED, "x", "0*besselj(x,2)+x^2/2");
  ExpectVerdict(Verification::VERDICT_UNVERIFIED, "x", "x^2/2+weierstrassP(1,2,x)*0");
  ExpectVerdict(Verification::VERDICT_UNVERIFIED, "log(x)/(x-x)", "log(x)/(x-x)");
  ExpectVerdict(Verification::VERDICT_UNVERIFIED, "x", "x^2/2+exp(exp(exp(exp(exp(1000)))))*x");
  EXPECT_THAT(Judged("x", "besselj(x,2)").reason(), HasSubstr("parameter"));
}

TEST(VerifierTest, HostileExponentsEndQuickly) {
  ExpectVerdict(Verification::VERDICT_UNVERIFIED, "exp(exp(exp(1000)))*x", "exp(exp(exp(exp(x))))");
  ExpectVerdict(Verification::VERDICT_UNVERIFIED, "sin(10^3000*x)*x", "x^(10^4000)^x");
  ExpectVerdict(Verification::VERDICT_REFUTED, "x", "x^2147483647");
}

TEST(VerifierTest, WorkIsBounded) {
  std::string integrand = "cos(x)", answer = "sin(x)";
  for (int i = 1; i < 300; ++i) {
    integrand += "+cos(x+" + std::to_string(i) + ")";
    answer += "+sin(x+" + std::to_string(i) + ")";
  }
  ExpectVerified(integrand, answer);
  const v1::Judgement judgement = Judged(integrand, answer, {.work_max = 1'000});
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_UNVERIFIED);
  EXPECT_EQ(judgement.reason(), "too large to evaluate");
}

TEST(VerifierTest, AVerdictIsTheSameInEveryRun) {
  const v1::Judgement first = Judged("abs(x)+1", "x^2/2+x");
  const v1::Judgement second = Judged("abs(x)+1", "x^2/2+x");
  EXPECT_EQ(first.counterexample(), second.counterexample());
  EXPECT_EQ(first.points_agreed(), second.points_agreed());
}

std::string Intervals(const google::protobuf::RepeatedPtrField<motzkin::v1::Interval>& intervals) {
  // Ends are exact to 1/1000. The sum makes 0 of -0.
  const auto end = [](double place) { return std::round(place * 100) / 100 + 0.0; };
  std::ostringstream text;
  for (const motzkin::v1::Interval& interval : intervals)
    text << "[" << end(interval.lower()) << ", " << end(interval.upper()) << "]";
  return text.str();
}

TEST(VerifierTest, APartlyRightAnswerSaysWhereItIsRightAndWhereWrong) {
  const v1::Judgement judgement = Judged("abs(x)*x", "x^3/3");
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_PARTLY);
  EXPECT_EQ(Intervals(judgement.valid_on()), "[0, 8]");
  EXPECT_EQ(Intervals(judgement.refuted_on()), "[-8, 0]");
}

TEST(VerifierTest, AnAntiderivativeThatJumpsIsMarked) {
  VerifyOptions options;
  options.continuity = true;
  const auto parts = [&](std::string_view integrand, std::string_view answer) {
    const v1::Judgement judgement = Judged(integrand, answer, options);
    EXPECT_EQ(judgement.verdict(), Verification::VERDICT_VERIFIED) << answer;
    return Intervals(judgement.continuous_on());
  };
  EXPECT_EQ(parts("1/(5+4*cos(x))", "2*atan(tan(x/2)/3)/3"), "[-8, -3.14][-3.14, 3.14][3.14, 8]");
  EXPECT_EQ(parts("1/(1+x^2)", "-atan(1/x)"), "[-8, 0][0, 8]");
  EXPECT_EQ(parts("1", "x + floor(x/6)"), "[-8, -6][-6, 0][0, 6][6, 8]");
  // There is no jump where the integrand itself has no value, and none at a removable point.
  EXPECT_EQ(parts("1/x", "log(x)"), "");
  EXPECT_EQ(parts("-1/x^2", "1/x"), "");
  EXPECT_EQ(parts("2*x", "x^3/x"), "");
  EXPECT_EQ(parts("cos(x)", "sin(x)"), "");
  EXPECT_EQ(parts("cos(x)^2/(cos(x)^2 + 1)", "x - atan(tan(x)/sqrt(2))/sqrt(2)").substr(0, 9),
            "[-8, -7.8");
  // At a corner of the integrand a jump is not proved.
  EXPECT_EQ(parts("sqrt(1 - sin(x))", "2*cos(x)/sqrt(1 - sin(x))"), "");
  EXPECT_EQ(Intervals(Judged("1/(1+x^2)", "-atan(1/x)").continuous_on()), "") << "not asked for";
}

}  // namespace
}  // namespace motzkin::integrator
