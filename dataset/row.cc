#include "dataset/row.h"

#include <algorithm>

namespace motzkin::dataset {

std::string NameOf(const EngineNames& engines, int id) {
  const auto found = engines.find(id);
  return found == engines.end() ? "?" : found->second;
}

// Under ANSWERS_ELEMENTARY an integral with special functions gives no label: the function has an
// answer, but it is not known whether it has an elementary one.
std::optional<bool> LabelOf(v1::Outcome outcome, v1::AnswerClass answer_class,
                            v1::Answers answers) {
  switch (outcome) {
    case v1::OUTCOME_INTEGRATED:
      if (answer_class == v1::ANSWER_CLASS_ELEMENTARY) return true;
      if (answer_class == v1::ANSWER_CLASS_SPECIAL && answers == v1::ANSWERS_SPECIAL) return true;
      return std::nullopt;
    case v1::OUTCOME_UNSOLVED:
    case v1::OUTCOME_TIMED_OUT:
    case v1::OUTCOME_NONELEMENTARY:
      return false;
    default:
      return std::nullopt;
  }
}

int64_t TokenCount(std::string_view prefix) {
  return prefix.empty() ? 0 : 1 + std::count(prefix.begin(), prefix.end(), ' ');
}

bool IsOperatorToken(std::string_view token) {
  if (token.empty() || (token.front() >= '0' && token.front() <= '9')) return false;
  // Digits are excluded above, so the leaves are a short list, and new functions need no entry.
  constexpr std::string_view kLeaves[] = {"INT+", "INT-",       "x",       "pi",   "E",
                                          "I",    "EulerGamma", "Catalan", "bound"};
  return std::find(std::begin(kLeaves), std::end(kLeaves), token) == std::end(kLeaves);
}

}  // namespace motzkin::dataset
