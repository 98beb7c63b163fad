#include "dataset/statistics.h"

namespace motzkin::dataset {
namespace {

using Operators = std::map<std::string, int64_t, std::less<>>;

// Adds the operators of `prefix` to `operators`; returns how many there are.
int64_t CountOperators(std::string_view prefix, Operators& operators) {
  int64_t count = 0;
  ForEachToken(prefix, [&](std::string_view token) {
    if (!IsOperatorToken(token)) return;
    ++count;
    auto found = operators.find(token);
    if (found == operators.end()) {
      // Rows of a spoiled database may hold any token; they must not fill the memory.
      const bool room = operators.size() < Statistics::kOperatorNamesMax;
      found = operators.emplace(room ? token : "other", 0).first;
    }
    ++found->second;
  });
  return count;
}

void AddSteps(const Row& row, Statistics& statistics) {
  int64_t engine_us = 0;
  int64_t verifier_us = 0;
  for (const Step& step : row.steps) {
    EngineStatistics& engine = statistics.engines[step.engine_id];
    ++engine.steps;
    ++engine.outcomes[step.outcome];
    engine.cpu_us.Add(step.cpu_us);
    engine_us += step.cpu_us;
    verifier_us += step.verifier_us;
  }
  // The answer of the last step ended the ladder, so it is the one that is stored.
  if (row.outcome == v1::OUTCOME_INTEGRATED && !row.steps.empty()) {
    ++statistics.engines[row.steps.back().engine_id].answers;
  }
  statistics.engine_cpu_us.Add(engine_us);
  statistics.verifier_cpu_us.Add(verifier_us);
}

}  // namespace

void Statistics::Add(const Row& row, std::optional<bool> label) {
  ++rows;
  if (row.duplicate_of.has_value()) ++duplicates;
  ++outcomes[row.outcome];
  integrand_tokens.Add(TokenCount(row.integrand));
  const int64_t size = CountOperators(row.integrand, integrand_operators);
  if (!row.integral.empty()) {
    integral_tokens.Add(TokenCount(row.integral));
    CountOperators(row.integral, integral_operators);
  }
  if (label.has_value()) {
    labels[static_cast<size_t>(row.split)].Add(*label);
    by_size[size].Add(*label);
  } else {
    ++unlabelled;
  }
  AddSteps(row, *this);
}

}  // namespace motzkin::dataset
