// The totals of one `motzkin evaluate`. A value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/text/json.h"

namespace motzkin::cli {

// Returns the outcome of a function whose candidates have these verdicts, which is the best of
// them: integrated, partly, unverified, or refuted if all are.
std::string BestOutcome(const std::vector<std::string>& verdicts);

struct EvaluateSummary {
  std::map<std::string, int64_t> outcomes;  // functions by outcome
  std::map<std::string, int64_t> verdicts;  // candidates by verdict
  int64_t invalid = 0;                      // functions that cannot be read
  std::vector<std::string_view> notes;      // see FunctionItem
  Json engines = Json::object();            // exact versions by name; empty if no engine ran
  double cpu_seconds = 0;                   // the time of this process and of all that it started
  double engine_seconds = 0;
  double verifier_seconds = 0;

  void AddOutcome(const std::string& outcome) { ++outcomes[outcome]; }
  // Counts the candidates of one function, and the function by the best of them.
  void AddVerdicts(const std::vector<std::string>& verdicts);

  // In both, solved, partly, refuted, unsolved and timed_out add up to functions. The JSON also has
  // each outcome by its name.
  Json ToJson() const;
  std::string ToText() const;
};

}  // namespace motzkin::cli
