#include "dataset/columns.h"

#include <fmt/format.h>

#include <numeric>

#include "common/words/words.h"

namespace motzkin::dataset {
namespace {

using Json = nlohmann::ordered_json;

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json Hash(uint64_t hash) { return fmt::format("{:016x}", hash); }

// Returns a list with a value of each step.
template <typename Get>
Json OfSteps(const RowSource& source, const Get& get) {
  Json list = Json::array();
  for (const Step& step : source.row.steps) list.push_back(get(step));
  return list;
}

int64_t Sum(const Row& row, int64_t Step::* cost) {
  return std::accumulate(row.steps.begin(), row.steps.end(), int64_t{0},
                         [&](int64_t sum, const Step& step) { return sum + step.*cost; });
}

const std::vector<Column>& OfEveryExport() {
  using Source = const RowSource&;
  static const std::vector<Column> columns = {
      {"index", "int64", false, "the function's index in its job",
       [](Source s) { return Json(s.row.index); }},
      {"integrand", "string", false, "the function", [](Source s) { return Json(s.integrand); }},
      {"integral", "string", false, "a verified integral; null unless `success`",
       [](Source s) { return TextOrNull(s.integral); }},
      {"success", "bool", false, "the label", [](Source s) { return Json(s.label); }},
      {"outcome", "string", false,
       "what happened: integrated, unsolved, nonelementary or timed_out",
       [](Source s) { return Json(Word(s.row.outcome)); }},
      {"answer_class", "string", false, "the class of the integral: elementary or special",
       [](Source s) { return TextOrNull(s.label ? Word(s.row.answer_class) : ""); }},
      {"has_abs", "bool", false, "whether the integral holds abs or sign",
       [](Source s) { return Json(s.label && s.row.has_abs); }},
      {"engine", "string", false, "the engine that found the integral",
       [](Source s) { return TextOrNull(s.label ? s.row.engine : ""); }},
      {"engine_version", "string", false, "its exact version",
       [](Source s) { return TextOrNull(s.label ? s.row.engine_version : ""); }},
      {"canonical_hash", "string", false, "the hash of the integrand's canonical form, hexadecimal",
       [](Source s) { return Hash(s.row.canonical_hash); }},
      {"skeleton_hash", "string", false,
       "the hash of its form without constants; it decides the split",
       [](Source s) { return Hash(s.row.skeleton_hash); }}};
  return columns;
}

// Steps are lists side by side and not a list of objects: csv, Croissant and data frames have no word
// for the latter.
std::vector<Column> WithSteps() {
  using Source = const RowSource&;
  std::vector<Column> columns = OfEveryExport();
  const std::vector<Column> more = {
      {"integrand_tokens", "int64", false, "the length of the function in prefix tokens",
       [](Source s) { return Json(TokenCount(s.row.integrand)); }},
      {"integral_tokens", "int64", false, "the length of the integral; null unless `success`",
       [](Source s) { return s.label ? Json(TokenCount(s.row.integral)) : Json(nullptr); }},
      {"cpu_us", "int64", false, "the CPU time of all engines, in microseconds",
       [](Source s) { return Json(Sum(s.row, &Step::cpu_us)); }},
      {"verifier_us", "int64", false, "the CPU time of the verifier, in microseconds",
       [](Source s) { return Json(Sum(s.row, &Step::verifier_us)); }},
      {"speed_factor", "float64", false,
       "how many times slower than the reference the machine was; CPU times divided by it compare",
       [](Source s) { return Json(s.row.speed_factor); }},
      {"step_engines", "string", true, "the engine of each step, with its version",
       [](Source s) {
         return OfSteps(s, [&](const Step& step) { return NameOf(s.engines, step.engine_id); });
       }},
      {"step_outcomes", "string", true, "its outcome",
       [](Source s) { return OfSteps(s, [](const Step& step) { return Word(step.outcome); }); }},
      {"step_cpu_us", "int64", true, "its engine's CPU time, in microseconds",
       [](Source s) { return OfSteps(s, [](const Step& step) { return step.cpu_us; }); }},
      {"step_rss_kb", "int64", true, "the most memory that its engine had, in kB",
       [](Source s) { return OfSteps(s, [](const Step& step) { return step.rss_kb; }); }},
      {"step_verifier_us", "int64", true, "the CPU time of the verifier, in microseconds",
       [](Source s) { return OfSteps(s, [](const Step& step) { return step.verifier_us; }); }}};
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

}  // namespace

const std::vector<Column>& Columns(bool with_steps) {
  static const std::vector<Column> all = WithSteps();
  return with_steps ? all : OfEveryExport();
}

}  // namespace motzkin::dataset
