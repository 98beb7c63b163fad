// The words for options, as users type them and as cards print them. Thread-safe.
#pragma once

#include <map>
#include <string>

#include "dataset/balance.h"
#include "dataset/export_options.h"
#include "dataset/file_format.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::dataset {

inline const std::map<std::string, const FileFormat*> kFormats = {
    {"jsonl", &kJsonl}, {"csv", &kCsv}, {"lample-charton", &kLampleCharton}};
inline const std::map<std::string, expression::Format> kNotations = {
    {"prefix", expression::Format::kPrefix},
    {"infix", expression::Format::kInfix},
    {"latex", expression::Format::kLatex},
    {"sympy", expression::Format::kSympy}};
inline const std::map<std::string, Balance> kBalances = {
    {"none", Balance::kNone},
    {"label", Balance::kLabel},
    {"label,length", Balance::kLabelAndLength}};
inline const std::map<std::string, v1::Answers> kAnswers = {{"elementary", v1::ANSWERS_ELEMENTARY},
                                                            {"special", v1::ANSWERS_SPECIAL}};
inline const std::map<std::string, Labels> kLabels = {{"all", Labels::kAll},
                                                      {"sure", Labels::kSure}};
// Whether an export has the columns about steps.
inline const std::map<std::string, bool> kAdditions = {{"steps", true}};
inline const std::map<std::string, v1::Kind> kKinds = {{"forward", v1::KIND_FORWARD},
                                                       {"backward", v1::KIND_BACKWARD},
                                                       {"by_parts", v1::KIND_BY_PARTS}};

// Returns the word for a value, from one of the tables above.
template <typename Value>
std::string WordOf(const std::map<std::string, Value>& words, Value value) {
  for (const auto& [word, of] : words) {
    if (of == value) return word;
  }
  return "";
}

}  // namespace motzkin::dataset
