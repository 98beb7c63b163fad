#include "worker/integrator/verifier/verifier_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "common/process/frame.h"

namespace motzkin::integrator {
namespace {

using motzkin::v1::Verification;
using ::testing::HasSubstr;
using v1::Judgement;
using v1::Verify;

Verify Request(const std::string& integrand, const std::string& candidate,
               Verify::Format format = Verify::FORMAT_INFIX) {
  Verify request;
  request.set_integrand(integrand);
  request.set_candidate(candidate);
  request.set_format(format);
  return request;
}

TEST(AnswerVerifyTest, AnInfixAnswerComesBackAsPrefixTokensOfItsOwnShape) {
  const Judgement judgement = AnswerVerify(Request("mul INT+ 2 x", "x^2+0"));
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_VERIFIED);
  EXPECT_EQ(judgement.candidate_prefix(), "add pow x INT+ 2 INT+ 0");
  EXPECT_EQ(judgement.answer_class(), motzkin::v1::ANSWER_CLASS_ELEMENTARY);
  EXPECT_FALSE(judgement.has_abs());
  EXPECT_GT(judgement.cpu_us(), 0);
}

TEST(AnswerVerifyTest, PrefixAnswersAreReadToo) {
  for (const auto format : {Verify::FORMAT_PREFIX, Verify::FORMAT_UNSPECIFIED}) {
    const Judgement judgement = AnswerVerify(Request("x", "div pow x INT+ 2 INT+ 2", format));
    EXPECT_EQ(judgement.verdict(), Verification::VERDICT_VERIFIED);
  }
}

TEST(AnswerVerifyTest, TellsTheClassOfAnAnswer) {
  EXPECT_EQ(AnswerVerify(Request("x", "Ei(x)+abs(x)")).answer_class(),
            motzkin::v1::ANSWER_CLASS_SPECIAL);
  EXPECT_TRUE(AnswerVerify(Request("x", "Ei(x)+abs(x)")).has_abs());
  EXPECT_TRUE(AnswerVerify(Request("x", "x*sign(x)")).has_abs());
  EXPECT_EQ(AnswerVerify(Request("x", "log(x+i)*erf(x)")).answer_class(),
            motzkin::v1::ANSWER_CLASS_COMPLEX);
}

TEST(AnswerVerifyTest, UnreadableTextIsUnverifiedWithTheParsersReason) {
  const Judgement judgement = AnswerVerify(Request("x", "x^2/2 + )\x01\xff"));
  EXPECT_EQ(judgement.verdict(), Verification::VERDICT_UNVERIFIED);
  EXPECT_THAT(judgement.reason(), HasSubstr("answer: "));
  EXPECT_EQ(judgement.candidate_prefix(), "");
  EXPECT_EQ(judgement.answer_class(), motzkin::v1::ANSWER_CLASS_UNSPECIFIED);
  EXPECT_EQ(AnswerVerify(Request("nonsense", "x")).verdict(), Verification::VERDICT_UNVERIFIED);
}

TEST(AnswerVerifyTest, AnAnswerPastItsLengthIsUnverified) {
  Verify request = Request("INT+ 1", "x+1111111111111111111");
  request.set_answer_bytes_max(20);
  EXPECT_EQ(AnswerVerify(request).verdict(), Verification::VERDICT_UNVERIFIED);
  request.set_answer_bytes_max(200);
  EXPECT_EQ(AnswerVerify(request).verdict(), Verification::VERDICT_VERIFIED);
}

// Runs RunVerifier in a process of its own, as the integrator does.
class RunVerifierTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    ASSERT_EQ(pipe(requests_.data()), 0);
    ASSERT_EQ(pipe(answers_.data()), 0);
    child_ = fork();
    if (child_ == 0) {
      close(requests_[1]);
      close(answers_[0]);
      _exit(RunVerifier(requests_[0], answers_[1]).ok() ? 0 : 1);
    }
    close(requests_[0]);
    close(answers_[1]);
  }

  void TearDown() override { close(answers_[0]); }

  void Send(const std::string& payload) {
    ASSERT_TRUE(WriteFrame(requests_[1], payload, Deadline::After(absl::Seconds(60))).ok());
  }

  void Ask(const std::string& integrand, const std::string& candidate) {
    integrator::v1::VerifyBatch batch;
    *batch.add_items() = Request(integrand, candidate);
    Send(batch.SerializeAsString());
  }

  Judgement Receive() {
    integrator::v1::JudgementBatch batch;
    const auto frame = ReadFrame(answers_[0], Deadline::After(absl::Seconds(60)));
    EXPECT_TRUE(frame.ok() && batch.ParseFromString(*frame)) << frame.status();
    return batch.judgements_size() == 1 ? batch.judgements(0) : Judgement();
  }

  int ExitCode() {
    close(requests_[1]);
    int status = 0;
    waitpid(child_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  std::array<int, 2> requests_, answers_;
  pid_t child_ = -1;
};

TEST_F(RunVerifierTest, AnswersOneRequestAfterAnotherUntilThePipeCloses) {
  for (int i = 0; i < 3; ++i) {
    Ask("x", "x^2/2");
    EXPECT_EQ(Receive().verdict(), Verification::VERDICT_VERIFIED);
    Ask("x", "x^2/3");
    EXPECT_EQ(Receive().verdict(), Verification::VERDICT_REFUTED);
  }
  EXPECT_EQ(ExitCode(), 0);
}

TEST_F(RunVerifierTest, EndsAtAFrameThatHoldsNoRequest) {
  Send("\xff\xff\xff\xff");
  EXPECT_EQ(ExitCode(), 1);
}

}  // namespace
}  // namespace motzkin::integrator
