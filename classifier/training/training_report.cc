#include "classifier/training/training_report.h"

#include <fmt/format.h>

#include <set>

#include "common/base/wilson.h"
#include "common/words/words.h"

namespace motzkin::classifier {
namespace {

using Json = nlohmann::ordered_json;

// Returns for instance "95.6 % (94.2 to 96.7)".
std::string Accuracy(const Hits& hits) {
  if (hits.rows == 0) return "-";
  const ShareInterval interval = WilsonInterval(hits.right, hits.rows);
  return fmt::format("{:.1f} % ({:.1f} to {:.1f})", 100 * hits.share(), 100 * interval.lower,
                     100 * interval.upper);
}

std::string Line(std::string_view name, std::string_view valid, std::string_view test) {
  return fmt::format("{:<16}{:<36}{}\n", name, valid, test);
}

std::string Rows(const SplitScores& scores) {
  return fmt::format("{} rows, {} true", Grouped(scores.model.hits.rows),
                     Percent(scores.model.positive, scores.model.hits.rows));
}

Hits OutcomeHits(const SplitScores& scores, v1::Outcome outcome) {
  const auto found = scores.model.by_outcome.find(outcome);
  return found == scores.model.by_outcome.end() ? Hits() : found->second;
}

// Returns for instance "0.931 true, said 0.948 (87)": the share of true labels, the mean
// probability and the rows.
std::string Bin(const CalibrationBin& bin) {
  if (bin.rows == 0) return "-";
  const auto rows = static_cast<double>(bin.rows);
  return fmt::format("{:.3f} true, said {:.3f} ({})", static_cast<double>(bin.positive) / rows,
                     bin.probability_sum / rows, Grouped(bin.rows));
}

// Returns a line if the scores of a split mean little; else nothing.
std::string Warning(std::string_view split, const SplitScores& scores) {
  const int64_t rows = scores.model.hits.rows;
  if (rows == 0) return fmt::format("{} has no rows, so nothing is measured on it\n", split);
  if (scores.model.positive != 0 && scores.model.positive != rows) return "";
  return fmt::format("every row of {} is labelled {}, so its accuracy says little\n", split,
                     scores.model.positive == 0 ? "false" : "true");
}

Json ToJson(const Hits& hits) {
  const ShareInterval interval = WilsonInterval(hits.right, hits.rows);
  return {{"right", hits.right},
          {"rows", hits.rows},
          {"share", hits.share()},
          {"lower", interval.lower},
          {"upper", interval.upper}};
}

Json ToJson(const SplitScores& scores) {
  Json json{{"rows", scores.model.hits.rows},
            {"true", scores.model.positive},
            {"majority", ToJson(scores.majority)},
            {"length", ToJson(scores.length)},
            {"operators", ToJson(scores.operators)},
            {"model", ToJson(scores.model.hits)},
            {"by_outcome", Json::object()},
            {"calibration_error", scores.model.CalibrationError()},
            {"calibration", Json::array()}};
  for (const auto& [outcome, hits] : scores.model.by_outcome) {
    json["by_outcome"][Word(outcome)] = ToJson(hits);
  }
  for (const CalibrationBin& bin : scores.model.bins) {
    json["calibration"].push_back(
        {{"rows", bin.rows}, {"true", bin.positive}, {"probability_sum", bin.probability_sum}});
  }
  return json;
}

}  // namespace

std::string ModelName(const Provenance& provenance) {
  return fmt::format("job {} ({}, answers {})", provenance.job,
                     provenance.preset.empty() ? "no preset" : "preset " + provenance.preset,
                     provenance.answers);
}

std::string TrainingText(const Training& training) {
  const SplitScores& valid = training.valid;
  const SplitScores& test = training.test;
  const Provenance& about = training.model.provenance();
  std::string text = fmt::format(
      "model of {}, trained on {} functions, {} of them with an integral\n\n", ModelName(about),
      Grouped(about.train_rows), Percent(about.train_positive, about.train_rows));
  text += Line("accuracy", "valid: " + Rows(valid), "test: " + Rows(test));
  text += Line("majority", Accuracy(valid.majority), Accuracy(test.majority));
  text += Line("length", Accuracy(valid.length), Accuracy(test.length));
  text += Line("operators", Accuracy(valid.operators), Accuracy(test.operators));
  text += Line("model", Accuracy(valid.model.hits), Accuracy(test.model.hits));
  text += "\nof the model, by outcome\n";
  std::set<v1::Outcome> outcomes;
  for (const SplitScores* scores : {&valid, &test}) {
    for (const auto& [outcome, hits] : scores->model.by_outcome) outcomes.insert(outcome);
  }
  for (const v1::Outcome outcome : outcomes) {
    text += Line(Word(outcome), Accuracy(OutcomeHits(valid, outcome)),
                 Accuracy(OutcomeHits(test, outcome)));
  }
  text += "\ncalibration, by the probability that the model says (rows)\n";
  for (size_t bin = 0; bin < ModelScores::kBins; ++bin) {
    const double from = 0.1 * static_cast<double>(bin);
    text += Line(fmt::format("{:.1f} to {:.1f}", from, from + 0.1), Bin(valid.model.bins[bin]),
                 Bin(test.model.bins[bin]));
  }
  text += Line("mean distance", fmt::format("{:.1f} points", 100 * valid.model.CalibrationError()),
               fmt::format("{:.1f} points", 100 * test.model.CalibrationError()));
  const std::string warnings = Warning("valid", valid) + Warning("test", test);
  return warnings.empty() ? text : text + "\n" + warnings;
}

Json ProvenanceJson(const Provenance& provenance) {
  return {{"job", provenance.job},
          {"job_uuid", provenance.job_uuid},
          {"preset", provenance.preset},
          {"answers", provenance.answers},
          {"balance", provenance.balance},
          {"generator_version", provenance.generator_version},
          {"canonical_version", provenance.canonical_version},
          {"features_version", provenance.features_version},
          {"motzkin", provenance.motzkin},
          {"train_rows", provenance.train_rows},
          {"train_positive", provenance.train_positive},
          {"rows_sha256", provenance.rows_sha256}};
}

Json TrainingJson(const Training& training) {
  return {{"model", ProvenanceJson(training.model.provenance())},
          {"valid", ToJson(training.valid)},
          {"test", ToJson(training.test)}};
}

}  // namespace motzkin::classifier
