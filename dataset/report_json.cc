#include "dataset/report_json.h"

#include <fmt/format.h>

#include "common/base/wilson.h"
#include "common/expression/canonical.h"
#include "common/words/words.h"
#include "dataset/option_words.h"
#include "dataset/plots.h"

namespace motzkin::dataset {
namespace {

Json ToJson(const Histogram& histogram) {
  return {{"count", histogram.count()},
          // Rounded, so that no machine prints a different last digit.
          {"mean", fmt::format("{:.2f}", histogram.mean())},
          {"p50", histogram.Percentile(500)},
          {"p90", histogram.Percentile(900)},
          {"p99", histogram.Percentile(990)},
          {"max", histogram.Percentile(1'000)}};
}

Json ToJson(const LogHistogram& histogram) {
  Json json{{"count", histogram.count()}, {"total_us", histogram.sum()}};
  for (const int permille : kCpuPermilles) {
    json[fmt::format("p{:g}_us", permille / 10.0)] = histogram.Percentile(permille);
  }
  json["max_us"] = histogram.max();
  return json;
}

Json ToJson(const std::map<v1::Outcome, int64_t>& outcomes) {
  // In the order of the enum and not of the words, so that reports are alike line by line.
  Json json = Json::object();
  for (int outcome = v1::OUTCOME_INTEGRATED; outcome <= v1::OUTCOME_UNVERIFIED; ++outcome) {
    const auto found = outcomes.find(static_cast<v1::Outcome>(outcome));
    if (found == outcomes.end()) continue;
    json[Word(found->first)] = found->second;
  }
  return json;
}

Json ToJson(const LabelCounts& labels) {
  return {{"true", labels.positive}, {"false", labels.negative}};
}

Json Options(const ExportReport& report, const ExportOptions& options) {
  Json json{{"format", std::string(options.format->word)},
            {"notation", WordOf(kNotations, options.notation)},
            {"range", {report.range.begin, report.range.end}},
            {"answers", Word(report.answers)},
            {"labels", WordOf(kLabels, options.labels)},
            {"with", options.with_steps ? Json{"steps"} : Json::array()},
            {"balance", WordOf(kBalances, options.balance)},
            {"ln_abs", options.strip_ln_abs ? "strip" : "keep"},
            {"shard_size", options.shard_rows},
            {"decontaminate", nullptr}};
  // The digest tells which file it was; its name alone would not.
  if (options.decontaminate.has_value()) {
    json["decontaminate"] = {{"file", options.decontaminate->name},
                             {"sha256", options.decontaminate->sha256},
                             {"functions", options.decontaminate->functions}};
  }
  return json;
}

Json Scores(const BaselineScores& scores) {
  Json json{{"train_rows", scores.train_rows}, {"test_rows", scores.test_rows},
            {"majority", scores.majority},     {"length", scores.length},
            {"operators", scores.operators},   {"model", nullptr}};
  if (scores.model.has_value()) {
    json["model"] = {{"train_rows", scores.model->train_rows},
                     {"test_rows", scores.model->test_rows},
                     {"right", scores.model->right}};
  }
  return json;
}

Json Flips(const FlipsByOutcome& flips) {
  Json json = Json::object();
  for (const auto& [outcome, count] : flips) {
    const ShareInterval interval = WilsonInterval(count.flips, count.audited);
    json[Word(outcome)] = {{"audited", count.audited},
                           {"flips", count.flips},
                           {"lower", fmt::format("{:.4f}", interval.lower)},
                           {"upper", fmt::format("{:.4f}", interval.upper)}};
  }
  return json;
}

Json Failed(const FailedByWorker& failed) {
  Json json = Json::object();
  for (const auto& [worker, failures] : failed) {
    json[worker] = {{"rows", failures.rows}, {"first_indices", failures.first}};
  }
  return json;
}

Json Files(const ExportReport& report) {
  Json files = Json::array();
  for (const WrittenFile& file : report.files) {
    files.push_back({{"path", file.path},
                     {"split", kSplitNames[static_cast<size_t>(*file.split)]},
                     {"rows", file.rows},
                     {"bytes", file.digest.bytes},
                     {"sha256", file.digest.sha256}});
  }
  return files;
}

}  // namespace

Json ToJson(const Statistics& statistics, const EngineNames& engines) {
  Json json{{"rows", statistics.rows},
            {"duplicates", statistics.duplicates},
            {"outcomes", ToJson(statistics.outcomes)},
            {"labels", Json::object()},
            {"integrand_tokens", ToJson(statistics.integrand_tokens)},
            {"integral_tokens", ToJson(statistics.integral_tokens)},
            {"integrand_operators", statistics.integrand_operators},
            {"integral_operators", statistics.integral_operators},
            {"success_by_size", Json::array()},
            {"engines", Json::array()},
            {"engine_cpu", ToJson(statistics.engine_cpu_us)},
            {"verifier_cpu", ToJson(statistics.verifier_cpu_us)}};
  for (size_t split = 0; split < kSplits; ++split) {
    json["labels"][std::string(kSplitNames[split])] = ToJson(statistics.labels[split]);
  }
  json["labels"]["none"] = statistics.unlabelled;
  for (const auto& [size, labels] : statistics.by_size) {
    json["success_by_size"].push_back(
        {{"operators", size}, {"true", labels.positive}, {"false", labels.negative}});
  }
  for (const auto& [id, engine] : statistics.engines) {
    json["engines"].push_back({{"engine", NameOf(engines, id)},
                               {"steps", engine.steps},
                               {"integrated", engine.answers},
                               {"outcomes", ToJson(engine.outcomes)},
                               {"cpu", ToJson(engine.cpu_us)}});
  }
  return json;
}

std::string ReportJson(const ExportReport& report, const ExportOptions& options) {
  Json excluded = Json::object();
  for (size_t i = 0; i < kExclusions; ++i) {
    excluded[std::string(kExclusionTexts[i].name)] = report.excluded[i];
  }
  const Json json{
      {"job", report.job.name},
      {"job_uuid", report.job.uuid},
      {"spec_digest", report.job.spec_digest},
      {"preset", report.job.spec.preset()},
      {"generator_version", report.job.generator_version},
      {"canonical_version", report.job.spec.generator().canonical_version()},
      {"skeleton_version", expression::kSkeletonVersion},
      {"motzkin", options.program_version},
      {"options", Options(report, options)},
      {"exported", report.exported.rows},
      {"excluded", excluded},
      {"checked", report.checked},
      {"failed_check", Failed(report.failed)},
      {"ln_abs", {{"rewritten", report.ln_abs_rewritten}, {"kept", report.ln_abs_kept}}},
      {"label_flips", Flips(report.flips)},
      {"baselines", Scores(report.baselines)},
      {"files", Files(report)},
      {"exported_rows", ToJson(report.exported, report.engines)},
      {"all_rows", ToJson(report.all, report.engines)}};
  return json.dump(2) + "\n";
}

}  // namespace motzkin::dataset
