// The totals of one `motzkin evaluate`. A value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/text/json.h"

namespace motzkin::cli {

// What a function with these candidates' verdicts counts as: the best of them.
// integrated, partly, refuted (all are), unverified.
std::string BestOutcome(const std::vector<std::string>& verdicts);

struct EvaluateSummary {
  std::map<std::string, int64_t> outcomes;  // functions by outcome
  std::map<std::string, int64_t> verdicts;  // candidates by verdict
  int64_t invalid = 0;                      // lines that are no such object
  Json engines = Json::object();            // name to exact version; empty if none was asked
  double cpu_seconds = 0;                   // of this process and everything it started
  double engine_seconds = 0;
  double verifier_seconds = 0;

  void AddOutcome(const std::string& outcome) { ++outcomes[outcome]; }
  void AddVerdicts(const std::vector<std::string>& verdicts);

  // solved, partly, refuted, unsolved and timed_out add up to functions; `outcomes` has each by
  // name.
  Json ToJson() const;
  std::string ToText() const;
};

}  // namespace motzkin::cli
