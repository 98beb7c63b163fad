#include "worker/integrator/verifier/verifier_process.h"

#include <absl/status/statusor.h>
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/process/frame.h"
#include "worker/integrator/verifier/answer_class.h"
#include "worker/integrator/verifier/definite.h"

namespace motzkin::integrator {
namespace {

using expression::Expr;
using expression::Pool;

constexpr int32_t kAnswerBytesMax = 64 << 10;  // the limit of a result row
constexpr size_t kReasonBytesMax = 500;

int64_t ThreadCpuMicroseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

// A parser's message may quote the hostile text, so only printable ASCII leaves, and not too much.
v1::Judgement Unreadable(std::string_view what, const absl::Status& status) {
  std::string reason = fmt::format("{}: {}", what, std::string(status.message()));
  reason.resize(std::min(reason.size(), kReasonBytesMax));
  for (char& c : reason) {
    if (c < ' ' || c > '~') c = '?';
  }
  v1::Judgement message;
  message.set_verdict(motzkin::v1::Verification::VERDICT_UNVERIFIED);
  message.set_reason(std::move(reason));
  return message;
}

v1::Judgement ParseAndVerify(const v1::Verify& request, const VerifyOptions& options) {
  // Each request has a pool of its own, so that nothing of one answer is left in memory for the
  // next.
  Pool pool;
  const absl::StatusOr<Expr> integrand = expression::ParsePrefix(request.integrand(), pool);
  if (!integrand.ok()) return Unreadable("integrand", integrand.status());
  const bool definite = !request.lower().empty() || !request.upper().empty();
  const LimitTexts limits = {request.lower(), request.upper()};
  if (definite && request.candidate().empty()) return JudgeValue(*integrand, nullptr, limits, pool);
  const absl::StatusOr<Expr> candidate = request.format() == v1::Verify::FORMAT_INFIX
                                             ? expression::ParseInfix(request.candidate(), pool)
                                             : expression::ParsePrefix(request.candidate(), pool);
  if (!candidate.ok()) return Unreadable("answer", candidate.status());
  const int32_t bytes_max =
      request.answer_bytes_max() > 0 ? request.answer_bytes_max() : kAnswerBytesMax;
  // Printed before it is judged: an answer that is too long to store need not be verified.
  absl::StatusOr<std::string> printed =
      expression::Print(*candidate, expression::Format::kPrefix, static_cast<size_t>(bytes_max));
  if (!printed.ok()) return Unreadable("answer", printed.status());

  VerifyOptions asked = options;
  asked.continuity = asked.continuity || request.continuity();
  v1::Judgement message = definite ? JudgeValue(*integrand, *candidate, limits, pool)
                                   : Verify(*integrand, *candidate, asked);
  const AnswerKind kind = ClassifyAnswer(*candidate);
  message.set_candidate_prefix(*std::move(printed));
  message.set_answer_class(kind.answer_class);
  message.set_has_abs(kind.has_abs);
  return message;
}

}  // namespace

v1::Judgement AnswerVerify(const v1::Verify& request, const VerifyOptions& options) {
  const int64_t begin_us = ThreadCpuMicroseconds();
  v1::Judgement message = ParseAndVerify(request, options);
  message.set_cpu_us(ThreadCpuMicroseconds() - begin_us);
  return message;
}

absl::Status RunVerifier(int in_fd, int out_fd, const VerifyOptions& options) {
  return ServeFrames(in_fd, out_fd, [&](const std::string& frame) -> absl::StatusOr<std::string> {
    v1::VerifyBatch batch;
    if (!batch.ParseFromString(frame) || batch.items().empty()) {
      return absl::DataLossError("a frame holds no VerifyBatch");
    }
    v1::JudgementBatch answer;
    for (const v1::Verify& item : batch.items()) {
      *answer.add_judgements() = AnswerVerify(item, options);
    }
    return answer.SerializeAsString();
  });
}

}  // namespace motzkin::integrator
