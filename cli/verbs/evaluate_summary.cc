#include "cli/verbs/evaluate_summary.h"

#include <fmt/core.h>

#include <algorithm>

#include "common/words/words.h"

namespace motzkin::cli {
namespace {

int64_t Count(const std::map<std::string, int64_t>& counts, const std::string& key) {
  const auto at = counts.find(key);
  return at == counts.end() ? 0 : at->second;
}

// Returns the functions solved in one second of one core; 0 if no time was measured.
double Rate(int64_t solved, double seconds) {
  return seconds > 0 ? static_cast<double>(solved) / seconds : 0;
}

}  // namespace

std::string BestOutcome(const std::vector<std::string>& verdicts) {
  const auto has = [&](const char* verdict) {
    return std::find(verdicts.begin(), verdicts.end(), verdict) != verdicts.end();
  };
  if (has("verified")) return "integrated";
  if (has("partly")) return "partly";
  // One candidate that could not be judged might be right, so the function is not refuted then.
  return has("refuted") && !has("unverified") ? "refuted" : "unverified";
}

void EvaluateSummary::AddVerdicts(const std::vector<std::string>& words) {
  for (const std::string& word : words) ++verdicts[word];
  AddOutcome(BestOutcome(words));
}

Json EvaluateSummary::ToJson() const {
  int64_t functions = 0;
  for (const auto& [outcome, count] : outcomes) functions += count;
  const int64_t solved = Count(outcomes, "integrated");
  const int64_t partly = Count(outcomes, "partly");
  const int64_t refuted = Count(outcomes, "refuted");
  const int64_t timed_out = Count(outcomes, "timed_out");
  Json json{{"functions", functions},
            {"solved", solved},
            {"partly", partly},
            {"refuted", refuted},
            // All other outcomes count here, crashed and unverified among them, so that the lines
            // add up.
            {"unsolved", functions - solved - partly - refuted - timed_out},
            {"timed_out", timed_out},
            {"invalid", invalid},
            {"cpu_seconds", cpu_seconds},
            {"solved_per_core_second", Rate(solved, cpu_seconds)},
            {"engine_seconds", engine_seconds},
            {"verifier_seconds", verifier_seconds},
            {"engines", engines},
            {"outcomes", outcomes}};
  if (!notes.empty()) json["notes"] = std::vector<std::string>(notes.begin(), notes.end());
  if (!verdicts.empty()) {
    json["candidates"] = Json::object();
    for (const char* verdict : {"verified", "partly", "refuted", "unverified"}) {
      json["candidates"][verdict] = Count(verdicts, verdict);
    }
  }
  return json;
}

std::string EvaluateSummary::ToText() const {
  const Json json = ToJson();
  const auto functions = json["functions"].get<int64_t>();
  std::string text = fmt::format("{:>9} functions\n", Grouped(functions));
  for (const char* key : {"solved", "partly", "refuted", "unsolved", "timed_out"}) {
    const auto count = json[key].get<int64_t>();
    text += fmt::format("{:>9} {:10} {:>7}\n", Grouped(count), key, Percent(count, functions));
  }
  if (invalid > 0) text += fmt::format("{:>9} functions could not be read\n", Grouped(invalid));
  if (json.contains("candidates")) {
    text += "candidates:";
    for (const auto& [verdict, count] : json["candidates"].items()) {
      text += fmt::format(" {} {}", Grouped(count.get<int64_t>()), verdict);
    }
    text += "\n";
  }
  text += fmt::format("{:.1f} CPU seconds, {:.1f} solved a core-second\n", cpu_seconds,
                      json["solved_per_core_second"].get<double>());
  return text;
}

}  // namespace motzkin::cli
