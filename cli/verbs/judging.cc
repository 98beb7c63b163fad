#include "cli/verbs/judging.h"

#include "cli/text/words.h"

namespace motzkin::cli {
namespace {

void SetUnverified(const absl::Status& why, Json& json) {
  json["verdict"] = "unverified";
  json["reason"] = why.message();
}

}  // namespace

Json JudgeCandidate(LocalIntegrator& integrator, const FunctionItem& item,
                    const Candidate& candidate) {
  Json json{{"candidate", candidate.text}};
  if (!candidate.prefix.ok()) {
    SetUnverified(candidate.prefix.status(), json);
    return json;
  }
  json["infix"] = PrefixToInfix(*candidate.prefix);
  const absl::StatusOr<pipe::Judgement> judgement =
      integrator.Verify(*item.integrand, *candidate.prefix);
  if (judgement.ok()) {
    json.update(ToJson(*judgement));
  } else {
    SetUnverified(judgement.status(), json);
  }
  return json;
}

}  // namespace motzkin::cli
