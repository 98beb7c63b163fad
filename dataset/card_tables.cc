#include "dataset/card_tables.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_replace.h>
#include <fmt/format.h>

#include <algorithm>

#include "common/base/one_line.h"
#include "common/base/wilson.h"
#include "common/words/words.h"
#include "dataset/option_words.h"
#include "dataset/plots.h"

namespace motzkin::dataset {
namespace {

std::string Milliseconds(int64_t us) {
  return fmt::format("{:.2f}", static_cast<double>(us) / 1e3);
}

// Returns a word of a command line, in quotes where a shell needs them.
std::string ShellWord(std::string_view text) {
  std::string word = Printable(text);
  const auto is_plain = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_-./:@%+,", c);
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  return "'" + absl::StrReplaceAll(word, {{"'", "'\\''"}}) + "'";
}

std::string LengthsLine(const char* name, const Histogram& lengths) {
  return fmt::format("| {} | {:.1f} | {} | {} | {} | {} |\n", name, lengths.mean(),
                     lengths.Percentile(500), lengths.Percentile(900), lengths.Percentile(990),
                     lengths.Percentile(1'000));
}

// `answers` is empty in lines that are not about an engine.
std::string CpuLine(const std::string& name, int64_t count, const std::string& answers,
                    const LogHistogram& cpu) {
  std::string line = fmt::format("| {} | {} | {} |", name, Grouped(count), answers);
  for (const int permille : kCpuPermilles)
    line += fmt::format(" {} |", Milliseconds(cpu.Percentile(permille)));
  return line + "\n";
}

}  // namespace

std::string MarkdownText(std::string_view text) {
  std::string markdown;
  for (const char c : Printable(text)) {
    if (absl::StrContains("\\`*_{}[]<>()#|!&~", c)) markdown += '\\';
    markdown += c;
  }
  return markdown;
}

std::string RowsTable(const ExportReport& report) {
  std::string table = "| split | rows | success | no integral found |\n|---|---:|---:|---:|\n";
  for (size_t i = 0; i < kSplits; ++i) {
    const LabelCounts& labels = report.exported.labels[i];
    table += fmt::format("| {} | {} | {} ({}) | {} |\n", kSplitNames[i], Grouped(labels.total()),
                         Grouped(labels.positive), Percent(labels.positive, labels.total()),
                         Grouped(labels.negative));
  }
  return table;
}

std::string ExclusionsTable(const ExportReport& report) {
  std::string table = fmt::format("| rows | of {} in the range |\n|---:|---|\n",
                                  Grouped(report.range.end - report.range.begin));
  for (size_t i = 0; i < kExclusions; ++i) {
    // Reasons that excluded no row are left out: most exports have one or two.
    if (report.excluded[i] == 0) continue;
    table += fmt::format("| {} | {} |\n", Grouped(report.excluded[i]), kExclusionTexts[i].why);
  }
  return table + fmt::format("| {} | exported |\n", Grouped(report.exported.rows));
}

std::string CheckText(const ExportReport& report) {
  if (report.checked == 0) {
    return "The rows are those that the cluster stored; they were not checked again "
           "(`--trust-rows`).\n";
  }
  std::string lines;
  for (const std::string& line : FailureLines(report.failed)) {
    lines += fmt::format("\n- {}", MarkdownText(line));
  }
  return fmt::format(
      "All {} functions were drawn again from their indices, and the integrals verified again, "
      "when this dataset was written. {}{}\n",
      Grouped(report.checked),
      lines.empty() ? "All came out the same." : "These came out differently:\n", lines);
}

std::string SplitPaths(const ExportReport& report, Split split) {
  const auto of_split = [&](const WrittenFile& file) { return file.split == split; };
  const auto first = std::find_if(report.files.begin(), report.files.end(), of_split);
  if (first == report.files.end()) return "";
  const auto count = std::count_if(report.files.begin(), report.files.end(), of_split);
  if (count == 1) return first->path;
  // data/train-00000-of-00002.jsonl: all shards differ in the first number only.
  return absl::StrReplaceAll(first->path, {{"-00000-of-", "-*-of-"}});
}

std::string FilesTable(const ExportReport& report) {
  std::string table = "| file | rows | bytes | SHA-256 |\n|---|---:|---:|---|\n";
  for (const WrittenFile& file : report.files) {
    table += fmt::format("| {} | {} | {} | `{}` |\n", file.path, Grouped(file.rows),
                         Grouped(file.digest.bytes), file.digest.sha256);
  }
  return table;
}

std::string ColumnsTable(const ExportOptions& options) {
  std::string table = fmt::format(
      "Functions are written in {} notation.\n\n| column | type | is |\n|---|---|---|\n",
      WordOf(kNotations, options.notation));
  for (const Column& column : Columns(options.with_steps)) {
    table += fmt::format("| `{}` | {}{} | {} |\n", column.name, column.type,
                         !column.list                ? ""
                         : options.format->has_lists ? " list"
                                                     : " list, as JSON",
                         column.meaning);
  }
  return table;
}

std::string OutcomesTable(const Statistics& statistics) {
  std::string table = "| outcome | rows | |\n|---|---:|---:|\n";
  for (const auto& [outcome, count] : statistics.outcomes) {
    table += fmt::format("| {} | {} | {} |\n", Word(outcome), Grouped(count),
                         Percent(count, statistics.rows));
  }
  return table;
}

std::string FlipsText(const ExportReport& report) {
  std::string text =
      "A negative label says that these engines with these budgets found no integral. Some such "
      "functions were computed again with ten times the budgets.";
  if (report.flips.empty()) return text + " Here none has been yet.\n";
  text +=
      "\n\n| outcome | computed again | with an integral | share, 95 % interval |\n"
      "|---|---:|---:|---:|\n";
  for (const auto& [outcome, count] : report.flips) {
    const ShareInterval interval = WilsonInterval(count.flips, count.audited);
    text += fmt::format("| {} | {} | {} | {}, {:.1f} to {:.1f} % |\n", Word(outcome),
                        Grouped(count.audited), Grouped(count.flips),
                        Percent(count.flips, count.audited), 100 * interval.lower,
                        100 * interval.upper);
  }
  return text + "\n`--labels sure` leaves out what timed out.\n";
}

std::string EnginesTable(const Statistics& statistics, const EngineNames& engines) {
  std::string table = "| CPU, milliseconds | steps | integrated |";
  std::string line = "|---|---:|---:|";
  for (const int permille : kCpuPermilles) {
    table += fmt::format(" {:g} % |", permille / 10.0);
    line += "---:|";
  }
  table += "\n" + line + "\n";
  for (const auto& [id, engine] : statistics.engines) {
    table += CpuLine(MarkdownText(NameOf(engines, id)), engine.steps, Grouped(engine.answers),
                     engine.cpu_us);
  }
  table += CpuLine("all engines, a function", statistics.engine_cpu_us.count(), "",
                   statistics.engine_cpu_us);
  return table + CpuLine("verifier, a function", statistics.verifier_cpu_us.count(), "",
                         statistics.verifier_cpu_us);
}

std::string LengthsTable(const Statistics& statistics) {
  return "| prefix tokens | mean | 50 % | 90 % | 99 % | longest "
         "|\n|---|---:|---:|---:|---:|---:|\n" +
         LengthsLine("integrands", statistics.integrand_tokens) +
         LengthsLine("integrals", statistics.integral_tokens);
}

std::string BaselinesText(const ExportReport& report) {
  // Without negatives every rule guesses right, and the table would say nothing.
  int64_t negative = 0;
  for (const LabelCounts& labels : report.exported.labels) negative += labels.negative;
  if (negative == 0) return "Every row has an integral: there is no label to guess.\n";
  const BaselineScores& scores = report.baselines;
  const auto line = [&](const char* name, int64_t right) {
    return fmt::format("| {} | {} |\n", name, Percent(right, scores.test_rows));
  };
  std::string text =
      fmt::format(
          "Share of {} rows of test whose label is guessed right by rules fitted on the {} of "
          "train. A model has to beat them.\n\n| rule | right |\n|---|---:|\n",
          Grouped(scores.test_rows), Grouped(scores.train_rows)) +
      line("always the commoner label", scores.majority) +
      line("the integrand's length alone", scores.length) +
      line("how often each operator occurs (naive Bayes)", scores.operators);
  if (scores.model.has_value()) {
    text += fmt::format(
        "| a logistic regression on patterns of the tree (`motzkin train`), of {} rows of train on {} of "
        "test | {} |\n",
        Grouped(scores.model->train_rows), Grouped(scores.model->test_rows),
        Percent(scores.model->right, scores.model->test_rows));
  }
  return text;
}

// Range and answers are written out even if they were defaults: the default range grows with the
// job, and the command must give the same files later.
std::string CommandLine(const ExportReport& report, const ExportOptions& options) {
  std::string command =
      fmt::format("motzkin export {} DIR --format {} --range {}..{} --answers {}", report.job.name,
                  options.format->word, report.range.begin, report.range.end, Word(report.answers));
  if (report.job.kind != v1::KIND_FORWARD) command += " --kinds " + Word(report.job.kind);
  if (options.notation != expression::Format::kPrefix) {
    command += " --notation " + WordOf(kNotations, options.notation);
  }
  if (options.balance != Balance::kNone)
    command += " --balance " + WordOf(kBalances, options.balance);
  if (options.labels != Labels::kAll) command += " --labels " + WordOf(kLabels, options.labels);
  if (options.with_steps) command += " --with steps";
  if (options.strip_ln_abs) command += " --ln-abs strip";
  if (options.check == nullptr) command += " --trust-rows";
  if (options.decontaminate.has_value()) {
    command += " --decontaminate " + ShellWord(options.decontaminate->name);
    for (const std::string& word : options.decontaminate->reading_flags) {
      command += " " + ShellWord(word);
    }
  }
  const Publisher& publisher = options.publisher;
  if (!publisher.license.empty()) command += " --license " + publisher.license;
  for (const std::string& name : publisher.creators) {
    command += " --creator " + ShellWord(name);
  }
  if (!publisher.url.empty()) command += " --url " + ShellWord(publisher.url);
  return command + fmt::format(" --shard-size {}", options.shard_rows);
}

}  // namespace motzkin::dataset
