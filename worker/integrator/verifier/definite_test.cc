#include "worker/integrator/verifier/definite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/expression/parser.h"
#include "common/expression/printer.h"

namespace motzkin::integrator {
namespace {

using expression::Expr;
using expression::Pool;
using motzkin::v1::Verification;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Prefix(const std::string& text) {
  if (text == "oo" || text == "-oo") return text;
  Pool pool;
  return expression::Print(expression::ParseInfix(text, pool).value(), expression::Format::kPrefix)
      .value();
}

v1::Judgement Judged(const std::string& f, const std::string& lower, const std::string& upper,
                     const std::string& value) {
  Pool pool;
  const Expr integrand = expression::ParseInfix(f, pool).value();
  const Expr candidate = value.empty() ? nullptr : expression::ParseInfix(value, pool).value();
  const std::string from = Prefix(lower), to = Prefix(upper);
  return JudgeValue(integrand, candidate, {from, to}, pool);
}

struct Known {
  const char* f;
  const char* lower;
  const char* upper;
  const char* value;
};

void ExpectKnown(std::span<const Known> integrals) {
  for (const Known& known : integrals) {
    const auto text = [&] {
      return std::string("integral of ") + known.f + " from " + known.lower + " to " + known.upper;
    };
    const v1::Judgement right = Judged(known.f, known.lower, known.upper, known.value);
    EXPECT_EQ(right.verdict(), Verification::VERDICT_VERIFIED)
        << text() << ": " << right.reason() << "; " << right.value();
    EXPECT_GE(right.value_digits(), 20) << text();
    const v1::Judgement wrong =
        Judged(known.f, known.lower, known.upper, std::string(known.value) + " + 10^(-15)");
    EXPECT_EQ(wrong.verdict(), Verification::VERDICT_REFUTED) << text() << ": " << wrong.reason();
    const v1::Judgement back =
        Judged(known.f, known.upper, known.lower, "-(" + std::string(known.value) + ")");
    EXPECT_EQ(back.verdict(), Verification::VERDICT_VERIFIED) << text() << ": " << back.reason();
  }
}

TEST(DefiniteTest, OrdinaryIntegralsHaveTheirValues) {
  constexpr Known kKnown[] = {
      {"x^2", "0", "3", "9"},
      {"cos(x)^3", "0", "pi/2", "2/3"},
      {"1/(1+x^2)", "-1", "sqrt(3)", "7*pi/12"},
      {"x*exp(-x)", "0", "1", "1 - 2/e"},
      {"1/(5+4*cos(x))", "0", "2*pi", "2*pi/3"},
      {"sin(50*x)^2", "0", "pi", "pi/2"},
      {"x^2 - x^2", "2", "5", "0"},
      {"1", "1/3", "1/3", "0"},
  };
  ExpectKnown(kKnown);
}

TEST(DefiniteTest, CornersAndStepsLieWithinTheLimits) {
  constexpr Known kKnown[] = {
      {"abs(x - 1/3)", "0", "1", "5/18"}, {"abs(cos(x))", "0", "2*pi", "4"},
      {"floor(3*x)", "0", "2", "5"},      {"sign(x - sqrt(2))*x", "0", "2", "0"},
      {"sqrt(abs(x))", "-1", "4", "6"},
  };
  ExpectKnown(kKnown);
}

TEST(DefiniteTest, SingularEndsAreBounded) {
  constexpr Known kKnown[] = {
      {"1/sqrt(x)", "0", "4", "4"},
      {"log(x)", "0", "1", "-1"},
      {"log(sin(x))", "0", "pi/2", "-pi*log(2)/2"},
      {"sin(x)/x*x", "0", "pi", "2"},
      {"1/sqrt(1-x^2)", "-1", "1", "pi"},
      {"sqrt(x)*log(x)", "0", "1", "-4/9"},
      {"log(x)/(1-x^2)", "0", "1", "-pi^2/8"},
      {"x^(-1/3)*(1-x)^(-2/3)", "0", "1", "2*pi/sqrt(3)"},
      {"log(abs(x))", "-1", "1", "-2"},
      {"log(cos(x))", "0", "pi/2", "-pi*log(2)/2"},
      {"sqrt(tan(x))", "0", "pi/2", "pi/sqrt(2)"},
      {"x^sqrt(2)/(1+x^sqrt(2)) + 1/(1+x^sqrt(2))", "0", "1", "1"},
      {"(1-cos(x))/x^2 + (cos(x)-1)/x^2", "-1", "1", "0"},
  };
  ExpectKnown(kKnown);
}

TEST(DefiniteTest, InfiniteLimitsAreBounded) {
  constexpr Known kKnown[] = {
      {"exp(-x^2)", "-oo", "oo", "sqrt(pi)"},
      {"1/(1+x^2)", "0", "oo", "pi/2"},
      {"x^5*exp(-2*x)", "0", "oo", "15/8"},
      {"1/cosh(x)", "-oo", "oo", "pi"},
      {"x^3/(exp(x)-1)", "0", "oo", "pi^4/15"},
      {"exp(-x)*sin(3*x)", "0", "oo", "3/10"},
      {"log(x)/(1+x^2)", "0", "oo", "0"},
      {"1/(x*sqrt(x^2-1))", "1", "oo", "pi/2"},
      {"exp(x)", "-oo", "0", "1"},
      {"exp(-x)/sqrt(x)", "0", "oo", "sqrt(pi)"},
      {"log(1+1/x^2)", "0", "oo", "pi"},
      {"sin(x)^2*exp(-x)", "0", "oo", "2/5"},
  };
  ExpectKnown(kKnown);
}

TEST(DefiniteTest, WhatDivergesIsNeverVerifiedOrRefuted) {
  constexpr Known kDiverging[] = {
      {"1/x", "0", "1", "5"},
      {"1/x", "-1", "1", "0"},
      {"1/x^2", "-1", "1", "-2"},
      {"1/(x-1/3)^2", "0", "1", "-9/2"},
      {"tan(x)", "0", "2", "1"},
      {"1/x", "1", "oo", "7"},
      {"sin(x)", "0", "oo", "1"},
      {"exp(x)", "0", "oo", "1"},
      {"x^(-1001/1000)", "0", "1", "3"},
      {"1", "-oo", "oo", "0"},
      {"log(-x)", "1", "2", "1"},
      {"exp(1/x)", "0", "1", "2"},
      {"1/cos(x)", "0", "pi/2", "1"},
      {"tan(x)", "0", "pi/2", "1"},
      {"1/sin(x)", "0", "pi", "1"},
      {"x^(-pi/3)", "0", "1", "2"},
  };
  for (const Known& known : kDiverging) {
    const v1::Judgement judgement = Judged(known.f, known.lower, known.upper, known.value);
    EXPECT_EQ(judgement.verdict(), Verification::VERDICT_UNVERIFIED) << known.f;
    EXPECT_NE(judgement.reason(), "") << known.f;
    EXPECT_EQ(judgement.value(), "") << known.f;
  }
}

TEST(DefiniteTest, TheValueIsToldToItsDigits) {
  const v1::Judgement judgement = Judged("x^2", "0", "1", "");
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_UNVERIFIED);
  EXPECT_THAT(judgement.value(), StartsWith("0.33333333333333333333"));
  EXPECT_GE(judgement.value_digits(), 30);
  EXPECT_EQ(judgement.reason(), "");
  EXPECT_THAT(Judged("x^2", "0", "1", "1/3").reason(), HasSubstr("digits"));
  // A billion periods are too much work, and then hardly anything is known.
  for (const char* value : {"", "0"}) {
    const v1::Judgement unknown = Judged("sin(10^9*x)", "0", "1", value);
    EXPECT_EQ(unknown.verdict(), Verification::VERDICT_UNVERIFIED);
    EXPECT_EQ(unknown.value(), "");
    EXPECT_NE(unknown.reason(), "");
  }
  EXPECT_THAT(Judged("x^2", "0", "1", "1/2").reason(), StartsWith("the integral is 0.3333"));
}

TEST(DefiniteTest, ValuesOfAnySizeHaveShortTexts) {
  for (const char* f :
       {"exp(-10^600)", "exp(-10^600)*x", "exp(10^5)", "exp(7*10^5)", "10^(-30000)"}) {
    for (const char* value : {"", "1"}) {
      const v1::Judgement judgement = Judged(f, "0", "1", value);
      EXPECT_LE(judgement.value().size(), 100u) << f;
      EXPECT_LE(judgement.reason().size(), 200u) << f;
    }
  }
}

TEST(DefiniteTest, WhatIsNoNumberSaysSo) {
  EXPECT_THAT(Judged("x", "0", "1", "x/2").reason(), HasSubstr("the value holds x"));
  EXPECT_THAT(Judged("x", "x", "1", "1").reason(), HasSubstr("the lower limit holds x"));
  EXPECT_THAT(Judged("x", "0", "i", "1").reason(), HasSubstr("the upper limit is not real"));
  EXPECT_THAT(Judged("x", "0", "1", "1/(1-1)").reason(), HasSubstr("has no value"));
  EXPECT_EQ(Judged("x", "0", "1", "1/2 + i*10^(-20)").verdict(), Verification::VERDICT_REFUTED);
}

}  // namespace
}  // namespace motzkin::integrator
