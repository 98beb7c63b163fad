#include "worker/slots/response_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace motzkin::worker {
namespace {

namespace pipe = integrator::v1;

class ResponseCheckTest : public ::testing::Test {
 protected:
  ResponseCheckTest() {
    request_.set_id(7);
    pipe::Integrate& asked = *request_.mutable_integrate();
    asked.set_integrand("x");
    asked.set_answer_bytes_max(1000);
    asked.add_ladder()->set_engine("giac");
    asked.add_ladder()->set_engine("fricas");

    good_.set_id(7);
    pipe::Integration& integration = *good_.mutable_integration();
    integration.set_outcome(v1::OUTCOME_INTEGRATED);
    integration.set_integral("div pow x INT+ 2 INT+ 2");
    integration.set_engine("giac");
    integration.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
    pipe::StepReport& step = *integration.add_steps();
    step.set_engine("giac");
    step.set_outcome(v1::OUTCOME_INTEGRATED);
    step.set_cpu_us(1000);
    integration.mutable_judgement()->set_verdict(v1::Verification::VERDICT_VERIFIED);
  }

  // Returns the result of the check for the good answer after a change.
  absl::Status After(const std::function<void(pipe::Response&)>& change) {
    pipe::Response changed = good_;
    change(changed);
    return CheckResponse(request_, changed);
  }
  absl::Status AfterIntegration(const std::function<void(pipe::Integration&)>& change) {
    return After([&](pipe::Response& r) { change(*r.mutable_integration()); });
  }

  pipe::Request request_;
  pipe::Response good_;
};

TEST_F(ResponseCheckTest, GoodAnswerPasses) {
  EXPECT_TRUE(CheckResponse(request_, good_).ok()) << CheckResponse(request_, good_);
}

TEST_F(ResponseCheckTest, AnswerToAnotherRequestIsRefused) {
  EXPECT_FALSE(After([](pipe::Response& r) { r.set_id(8); }).ok());
  EXPECT_FALSE(After([](pipe::Response& r) { r.mutable_judgement(); }).ok());
  EXPECT_FALSE(After([](pipe::Response& r) { r.clear_what(); }).ok());
}

TEST_F(ResponseCheckTest, EnumsOutOfRangeAreRefused) {
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.set_outcome(static_cast<v1::Outcome>(99)); }).ok());
  EXPECT_FALSE(
      AfterIntegration([](auto& i) { i.set_answer_class(static_cast<v1::AnswerClass>(-1)); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) {
                 i.mutable_steps(0)->set_outcome(v1::OUTCOME_UNSPECIFIED);
               }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) {
                 i.mutable_judgement()->set_verdict(static_cast<v1::Verification::Verdict>(6));
               }).ok());
}

TEST_F(ResponseCheckTest, IntegralThatIsNoExpressionIsRefused) {
  for (const std::string& text :
       {std::string("add x"), std::string("x x"), std::string("x\0", 2), std::string("\xff"),
        std::string("; DROP TABLE result"), std::string(2000, 'x')}) {
    EXPECT_FALSE(AfterIntegration([&](auto& i) { i.set_integral(text); }).ok()) << text;
  }
}

TEST_F(ResponseCheckTest, SuccessWithoutAProofIsRefused) {
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.clear_integral(); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.clear_judgement(); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) {
                 i.mutable_judgement()->set_verdict(v1::Verification::VERDICT_REFUTED);
               }).ok());
}

TEST_F(ResponseCheckTest, StepsMustBeThoseAskedFor) {
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.clear_steps(); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.mutable_steps(0)->set_engine("maple"); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) { *i.add_steps() = i.steps(0); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.set_engine("sympy"); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) {  // Gave up before the last step.
                 i.set_outcome(v1::OUTCOME_UNSOLVED);
                 i.mutable_steps(0)->set_outcome(v1::OUTCOME_UNSOLVED);
               })
                   .ok());
}

TEST_F(ResponseCheckTest, AbsurdNumbersAreRefused) {
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.mutable_steps(0)->set_cpu_us(-1); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.mutable_steps(0)->set_rss_kb(INT64_MAX); }).ok());
  for (const int points : {-5, 32'768}) {
    EXPECT_FALSE(
        AfterIntegration([&](auto& i) { i.mutable_judgement()->set_points_agreed(points); }).ok());
  }
  for (const double end : {std::nan(""), HUGE_VAL}) {
    EXPECT_FALSE(AfterIntegration([&](auto& i) {
                   i.mutable_judgement()->add_valid_on()->set_upper(end);
                 }).ok());
    EXPECT_FALSE(AfterIntegration([&](auto& i) {
                   i.mutable_judgement()->add_refuted_on()->set_upper(end);
                 }).ok());
    EXPECT_FALSE(AfterIntegration([&](auto& i) {
                   i.mutable_judgement()->add_continuous_on()->set_upper(end);
                 }).ok());
  }
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.mutable_judgement()->set_value("\n"); }).ok());
  EXPECT_FALSE(AfterIntegration([](auto& i) { i.mutable_judgement()->set_value_digits(-1); }).ok());
}

TEST_F(ResponseCheckTest, TextsAreBoundedAndPrintable) {
  EXPECT_FALSE(AfterIntegration([](auto& i) {
                 i.mutable_steps(0)->set_message(std::string(2001, 'x'));
               }).ok());
  EXPECT_TRUE(
      AfterIntegration([](auto& i) { i.mutable_steps(0)->set_message("\xff any bytes"); }).ok())
      << "the engine's own words are made storable later";
  EXPECT_FALSE(AfterIntegration([](auto& i) {
                 i.mutable_judgement()->set_counterexample(std::string(501, '1'));
               }).ok())
      << "a row would hold another number";
  EXPECT_FALSE(
      AfterIntegration([](auto& i) { i.mutable_judgement()->set_reason("bell \a"); }).ok());
}

TEST_F(ResponseCheckTest, DescriptionIsBounded) {
  pipe::Request request;
  request.mutable_describe();
  pipe::Response response;
  response.mutable_description()->add_engines()->set_engine("giac");
  EXPECT_TRUE(CheckResponse(request, response).ok());
  response.mutable_description()->mutable_engines(0)->set_version("1\n2");
  EXPECT_FALSE(CheckResponse(request, response).ok());
  response.mutable_description()->mutable_engines(0)->set_version("1");
  for (int i = 0; i < 20; ++i) response.mutable_description()->add_engines();
  EXPECT_FALSE(CheckResponse(request, response).ok());
}

}  // namespace
}  // namespace motzkin::worker
