// One stored function as exports and statistics see it. docs/dataset.md describes the columns under
// training_data_all. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "motzkin/v1/job.pb.h"

namespace motzkin::dataset {

enum class Split { kTrain, kValid, kTest };
inline constexpr size_t kSplits = 3;
// In the order of Split.
inline constexpr std::string_view kSplitNames[kSplits] = {"train", "valid", "test"};

// The result and the costs of one step of the ladder.
struct Step {
  int engine_id = 0;
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  int64_t cpu_us = 0;       // CPU of the engine
  int64_t rss_kb = 0;       // the engine's memory at its peak
  int64_t verifier_us = 0;  // CPU of the verifier
};

struct Row {
  int64_t index = 0;
  std::string integrand;  // prefix tokens
  std::string integral;   // prefix tokens; empty without an answer
  v1::Outcome outcome = v1::OUTCOME_UNSPECIFIED;
  v1::AnswerClass answer_class = v1::ANSWER_CLASS_UNSPECIFIED;
  bool has_abs = false;
  Split split = Split::kTrain;
  std::optional<int64_t> duplicate_of;  // the first index with this function, if it is another
  std::string engine;                   // the engine that gave `integral`, for instance "giac"
  std::string engine_version;
  uint64_t canonical_hash = 0;
  uint64_t skeleton_hash = 0;
  std::vector<Step> steps;
  double speed_factor = 1;  // by which the machine's budgets were multiplied
  int worker_id = 0;
  bool quarantined = false;  // An audit found another row of its worker wrong.
  // False if it came out differently when it was drawn and verified again.
  bool sound = true;
};

// Names of engines such as "giac 1.9.0.35", by the number that steps have.
using EngineNames = std::map<int, std::string>;

// Returns "?" for a number without a name, which can only come from a spoiled database.
std::string NameOf(const EngineNames& engines, int id);

// Returns the label to train on, under a convention for answers; nothing if no label can be
// trusted. label_of() in SQL does the same.
std::optional<bool> LabelOf(v1::Outcome outcome, v1::AnswerClass answer_class, v1::Answers answers);

// Returns the number of prefix tokens, where each digit is one.
int64_t TokenCount(std::string_view prefix);
// Whether a prefix token is an operator or a function, that is, an internal node of the tree.
bool IsOperatorToken(std::string_view token);

// Calls `use` with each token of `prefix`.
template <typename Use>
void ForEachToken(std::string_view prefix, const Use& use) {
  while (!prefix.empty()) {
    const size_t end = prefix.find(' ');
    use(prefix.substr(0, end));
    prefix = end == std::string_view::npos ? std::string_view() : prefix.substr(end + 1);
  }
}

}  // namespace motzkin::dataset
