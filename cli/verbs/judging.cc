#include "cli/verbs/judging.h"

#include "cli/text/words.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

// A question that lacks only the candidate.
pipe::Verify QuestionAbout(const FunctionItem& item) {
  pipe::Verify question;
  question.set_integrand(*item.integrand);
  question.set_format(pipe::Verify::FORMAT_PREFIX);
  if (item.definite) {
    question.set_lower(item.definite->lower);
    question.set_upper(item.definite->upper);
  } else {
    question.set_continuity(true);
  }
  return question;
}

}  // namespace

Json JudgeCandidate(LocalIntegrator& integrator, const FunctionItem& item,
                    const Candidate& candidate) {
  const auto judge = [&]() -> absl::StatusOr<pipe::Judgement> {
    ASSIGN_OR_RETURN(pipe::Verify question, QuestionAbout(item, candidate));
    const absl::Duration cpu = CheckCpuMax(question);
    return integrator.Verify(std::move(question), cpu, absl::InfiniteDuration());
  };
  return JudgedJson(candidate, judge());
}

Json ValueOf(LocalIntegrator& integrator, const FunctionItem& item) {
  pipe::Verify question = QuestionAbout(item);
  const absl::Duration cpu = CheckCpuMax(question);
  const absl::StatusOr<pipe::Judgement> judgement =
      integrator.Verify(std::move(question), cpu, absl::InfiniteDuration());
  if (!judgement.ok()) return {{"outcome", "unverified"}, {"reason", judgement.status().message()}};
  Json json{{"outcome", judgement->reason().empty() ? "integrated" : "unverified"}};
  if (!judgement->value().empty()) {
    json["value"] = judgement->value();
    json["value_digits"] = judgement->value_digits();
  }
  if (!judgement->reason().empty()) json["reason"] = judgement->reason();
  json["cpu_ms"] = static_cast<double>(judgement->cpu_us()) / 1e3;
  return json;
}

absl::StatusOr<pipe::Verify> QuestionAbout(const FunctionItem& item, const Candidate& candidate) {
  RETURN_IF_ERROR(candidate.prefix.status());
  pipe::Verify question = QuestionAbout(item);
  question.set_candidate(*candidate.prefix);
  return question;
}

Json JudgedJson(const Candidate& candidate, const absl::StatusOr<pipe::Judgement>& judgement) {
  Json json{{"candidate", candidate.text}};
  if (candidate.prefix.ok()) json["infix"] = PrefixToInfix(*candidate.prefix);
  if (judgement.ok()) {
    json.update(ToJson(*judgement));
  } else {
    json["verdict"] = "unverified";
    json["reason"] = judgement.status().message();
  }
  return json;
}

}  // namespace motzkin::cli
