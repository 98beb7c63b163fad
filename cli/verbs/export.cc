// motzkin export JOB DIR writes the sealed prefix of a job as a dataset.
#include "dataset/export.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "classifier/training/export_model.h"
#include "cli/access/local_integrator.h"
#include "cli/verbs/decontamination.h"
#include "cli/verbs/reading_flags.h"
#include "cli/verbs/recheck.h"
#include "cli/verbs/verb.h"
#include "cli/verbs/with_reader.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"
#include "dataset/option_words.h"
#include "dataset/report_json.h"

namespace motzkin::cli {
namespace {

struct ExportFlags {
  ReaderFlags reader;
  IntegratorFlags integrator;
  std::string job;
  std::string directory;
  std::string format = "jsonl";
  std::string notation = "prefix";
  std::string range;
  std::string balance = "none";
  std::string decontaminate;
  ReadingFlags reading;
  std::string kinds = "forward";
  std::string answers;
  std::string labels = "all";
  std::string with;
  std::string ln_abs = "keep";
  std::string shard_size;
  dataset::Publisher publisher;
  bool trust_rows = false;
};

template <typename Value>
absl::StatusOr<Value> Chosen(const std::map<std::string, Value>& words, const std::string& flag,
                             const std::string& word) {
  // The same words go into the dataset's card, so that its command line can be run again.
  const auto found = words.find(word);
  if (found != words.end()) return found->second;
  std::string there;
  for (const auto& [known, value] : words)
    absl::StrAppend(&there, there.empty() ? "" : " | ", known);
  return absl::InvalidArgumentError(absl::StrCat(flag, " takes ", there, ", not '", word, "'"));
}

// Reads "BEGIN..END". Either of the two may be left out.
absl::Status ReadRange(const std::string& text, dataset::ExportOptions& options) {
  if (text.empty()) return absl::OkStatus();
  const std::vector<std::string> ends = absl::StrSplit(text, "..");
  if (ends.size() != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--range takes BEGIN..END such as 0..1M (END does not belong to it), not '", text, "'"));
  }
  if (!ends[0].empty()) {
    ASSIGN_OR_RETURN(options.begin, yaml::ParseCount(ends[0]));
  }
  if (!ends[1].empty()) {
    ASSIGN_OR_RETURN(options.end, yaml::ParseCount(ends[1]));
  }
  return absl::OkStatus();
}

absl::Status ReadShardSize(const ExportFlags& flags, dataset::ExportOptions& options) {
  options.shard_rows = options.format->shard_rows;
  if (flags.shard_size.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(options.shard_rows, yaml::ParseCount(flags.shard_size));
  if (options.shard_rows >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError("--shard-size must be 0 (one file a split) or more");
}

// Both go into links and YAML as they are.
absl::Status CheckPublisher(const dataset::Publisher& publisher) {
  const auto is_of_identifier = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '+';
  };
  if (!std::all_of(publisher.license.begin(), publisher.license.end(), is_of_identifier)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--license takes an SPDX identifier such as CC-BY-4.0, not '", publisher.license, "'"));
  }
  const bool is_link = absl::StartsWith(publisher.url, "https://") ||
                       absl::StartsWith(publisher.url, "http://") || publisher.url.empty();
  if (is_link) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--url takes a link such as https://example.org/data, not '", publisher.url, "'"));
}

absl::StatusOr<dataset::ExportOptions> ReadOptions(const ExportFlags& flags) {
  dataset::ExportOptions options;
  ASSIGN_OR_RETURN(options.format, Chosen(dataset::kFormats, "--format", flags.format));
  ASSIGN_OR_RETURN(options.notation, Chosen(dataset::kNotations, "--notation", flags.notation));
  ASSIGN_OR_RETURN(options.balance, Chosen(dataset::kBalances, "--balance", flags.balance));
  if (!flags.answers.empty()) {
    ASSIGN_OR_RETURN(options.answers, Chosen(dataset::kAnswers, "--answers", flags.answers));
  }
  ASSIGN_OR_RETURN(options.labels, Chosen(dataset::kLabels, "--labels", flags.labels));
  if (!flags.with.empty()) {
    ASSIGN_OR_RETURN(options.with_steps, Chosen(dataset::kAdditions, "--with", flags.with));
  }
  options.kinds.clear();
  for (const absl::string_view kind : absl::StrSplit(flags.kinds, ',')) {
    ASSIGN_OR_RETURN(const v1::Kind chosen, Chosen(dataset::kKinds, "--kinds", std::string(kind)));
    options.kinds.push_back(chosen);
  }
  const std::map<std::string, bool> ln_abs = {{"keep", false}, {"strip", true}};
  ASSIGN_OR_RETURN(options.strip_ln_abs, Chosen(ln_abs, "--ln-abs", flags.ln_abs));
  RETURN_IF_ERROR(ReadRange(flags.range, options));
  RETURN_IF_ERROR(ReadShardSize(flags, options));
  if (!flags.decontaminate.empty()) {
    ASSIGN_OR_RETURN(const ReadingOptions reading, ReadFlags(flags.reading));
    ASSIGN_OR_RETURN(options.decontaminate, ReadFunctionSet(flags.decontaminate, reading));
    options.decontaminate->reading_flags = WordsOf(flags.reading);
  }
  RETURN_IF_ERROR(CheckPublisher(flags.publisher));
  options.publisher = flags.publisher;
  options.program_version = MOTZKIN_VERSION;
  return options;
}

// Asks the verifier of a sandboxed integrator, which is started by the first question.
class SandboxedVerifier {
 public:
  explicit SandboxedVerifier(LocalLadder ladder)
      : ladder_(std::move(ladder)), integrator_(ladder_) {}

  absl::StatusOr<bool> operator()(const std::string& integrand, const std::string& candidate) {
    absl::StatusOr<pipe::Judgement> judgement = integrator_.Verify(integrand, candidate);
    // The process may have been ended from outside, so the question is asked once more, of a new
    // one.
    if (!judgement.ok()) judgement = integrator_.Verify(integrand, candidate);
    if (!judgement.ok()) return judgement.status();
    return VerdictWord(*judgement) == "verified";
  }

 private:
  const LocalLadder ladder_;
  LocalIntegrator integrator_;
};

absl::StatusOr<std::shared_ptr<SandboxedVerifier>> MakeVerifier(const IntegratorFlags& flags) {
  ASSIGN_OR_RETURN(LocalLadder ladder, ReadFlags(flags));
  ladder.options.engines = {"giac"};  // To judge takes no engine; this one starts at once.
  // A shared_ptr, because std::function copies what it holds.
  return std::make_shared<SandboxedVerifier>(std::move(ladder));
}

void Print(const dataset::ExportReport& report, const std::string& directory) {
  fmt::print("{} of {} rows of job {}, indices {} to {}, in {}\n", Grouped(report.exported.rows),
             Grouped(report.range.end - report.range.begin), report.job.name, report.range.begin,
             report.range.end - 1, directory);
  for (size_t i = 0; i < dataset::kSplits; ++i) {
    const dataset::LabelCounts& labels = report.exported.labels[i];
    fmt::print("  {:<6} {:>11} rows  {:>11} with an integral ({})\n", dataset::kSplitNames[i],
               Grouped(labels.total()), Grouped(labels.positive),
               Percent(labels.positive, labels.total()));
  }
  for (size_t i = 0; i < dataset::kExclusions; ++i) {
    if (report.excluded[i] == 0) continue;
    fmt::print("  left out {:>9}: {}\n", Grouped(report.excluded[i]),
               dataset::kExclusionTexts[i].why);
  }
  if (report.ln_abs_rewritten + report.ln_abs_kept > 0) {
    fmt::print("  ln|u| as ln u in {} integrals; {} more do not verify so\n",
               Grouped(report.ln_abs_rewritten), Grouped(report.ln_abs_kept));
  }
}

// Writes the dataset. The check can start only when the job is known.
absl::StatusOr<dataset::ExportReport> Write(dataset::Reader& reader, const ExportFlags& flags,
                                            dataset::ExportOptions& options,
                                            const dataset::Progress& progress) {
  std::shared_ptr<Recheck> recheck;
  if (!flags.trust_rows) {
    ASSIGN_OR_RETURN(const dataset::JobDescription job, reader.FindJob(flags.job));
    ASSIGN_OR_RETURN(recheck, Recheck::Create(job.spec, flags.integrator.binary,
                                              "leave the check out with --trust-rows"));
    options.check = [recheck](const std::vector<dataset::Row>& rows) {
      return recheck->Check(rows);
    };
  }
  ASSIGN_OR_RETURN(dataset::ExportReport report,
                   dataset::Export(reader, flags.job, flags.directory, options, progress));
  if (recheck != nullptr) recheck->Finish();
  return report;
}

absl::StatusOr<int> RunExport(const Globals& globals, const ExportFlags& flags) {
  ASSIGN_OR_RETURN(dataset::ExportOptions options, ReadOptions(flags));
  classifier::ExportModel model;
  // Where all labels are the same there is nothing to learn.
  if (options.format->holds_negatives) options.model = &model;
  if (options.strip_ln_abs) {
    ASSIGN_OR_RETURN(const std::shared_ptr<SandboxedVerifier> verifier,
                     MakeVerifier(flags.integrator));
    options.verify = [verifier](const std::string& integrand, const std::string& candidate) {
      return (*verifier)(integrand, candidate);
    };
  }
  const auto write = [&](dataset::Reader& reader, const dataset::Progress& progress) {
    return Write(reader, flags, options, progress);
  };
  ASSIGN_OR_RETURN(const dataset::ExportReport report,
                   WithReader(globals, flags.reader, "export", write));
  TellFailures(globals, report.job.name, report.failed, flags.reader.FromCoordinator());
  if (globals.json) {
    fmt::print("{}", dataset::ReportJson(report, options));
  } else {
    Print(report, flags.directory);
  }
  return kExitOk;
}

void AddFlags(CLI::App& verb, ExportFlags& flags) {
  verb.add_option("JOB", flags.job, "name or UUID of the job")->required();
  verb.add_option("DIR", flags.directory, "the directory to make; it must not exist, or be empty")
      ->required();
  verb.add_option("--format", flags.format, "jsonl (default), csv or lample-charton");
  verb.add_option("--notation", flags.notation,
                  "notation of jsonl and csv: prefix (default), infix, latex or sympy");
  verb.add_option("--range", flags.range,
                  "indices BEGIN..END, e.g. 0..1M; default: all that is sealed now");
  verb.add_option("--balance", flags.balance,
                  "none (default), label or label,length: as many true as false rows");
  verb.add_option(
      "--decontaminate", flags.decontaminate,
      "leave out functions whose form or skeleton is in this file, of any format that evaluate reads");
  AddReadingFlags(verb, flags.reading);
  verb.add_option("--kinds", flags.kinds,
                  "kinds of job to accept, of forward (default), backward, by_parts");
  verb.add_option("--answers", flags.answers,
                  "elementary or special: what counts as success; default: as the job says");
  verb.add_option("--labels", flags.labels,
                  "all (default), or sure: leave out functions that timed out");
  verb.add_option("--with", flags.with,
                  "steps: add the engine, outcome and cost of each step, and sizes");
  verb.add_option("--ln-abs", flags.ln_abs,
                  "keep (default), or strip: write ln|u| as ln u where that verifies");
  verb.add_option("--shard-size", flags.shard_size,
                  "rows in a file; 0 makes one file for each split; default 500k, for "
                  "lample-charton 0");
  verb.add_option("--license", flags.publisher.license,
                  "an SPDX identifier such as CC-BY-4.0, for the card and croissant.json");
  verb.add_option("--creator", flags.publisher.creators,
                  "a name for croissant.json; may be given several times");
  verb.add_option("--url", flags.publisher.url, "where the dataset will be, for croissant.json");
  verb.add_option("--integrator", flags.integrator.binary,
                  "the integrator binary, whose verifier judges; default: beside motzkin");
  verb.add_flag("--trust-rows", flags.trust_rows,
                "do not draw each function and verify each integral again");
  AddReaderFlags(verb, flags.reader, /*database=*/true);
}

}  // namespace

void AddExport(const VerbContext& context) {
  const auto [verb, flags] =
      AddVerb(context, "export",
              "write a job's sealed rows as a dataset: train, valid, test and a card", RunExport);
  AddFlags(verb, flags);
}

}  // namespace motzkin::cli
