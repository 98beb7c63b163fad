#include "cli/verbs/judging.h"

#include "cli/text/words.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {

Json JudgeCandidate(LocalIntegrator& integrator, const FunctionItem& item,
                    const Candidate& candidate) {
  const auto judge = [&]() -> absl::StatusOr<pipe::Judgement> {
    ASSIGN_OR_RETURN(pipe::Verify question, QuestionAbout(item, candidate));
    return integrator.Verify(std::move(question), kCheckCpuMax, absl::InfiniteDuration());
  };
  return JudgedJson(candidate, judge());
}

absl::StatusOr<pipe::Verify> QuestionAbout(const FunctionItem& item, const Candidate& candidate) {
  RETURN_IF_ERROR(candidate.prefix.status());
  pipe::Verify question;
  question.set_integrand(*item.integrand);
  question.set_candidate(*candidate.prefix);
  question.set_format(pipe::Verify::FORMAT_PREFIX);
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
