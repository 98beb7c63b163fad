#include "dataset/card.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <fmt/format.h>

#include <algorithm>

#include "card_documents.h"
#include "common/base/check.h"
#include "common/expression/canonical.h"
#include "common/job_spec/job_yaml.h"
#include "common/words/words.h"
#include "dataset/card_tables.h"
#include "dataset/option_words.h"

namespace motzkin::dataset {
namespace {

// Returns the text below "## heading" in an embedded document, up to the next heading of that
// level. A heading that was renamed fails a test, because every card needs it.
std::string Section(std::string_view document, std::string_view heading) {
  for (const documents::EmbeddedFile& file : documents::kFiles) {
    if (file.name != document) continue;
    const std::string title = fmt::format("\n## {}\n", heading);
    const size_t found = file.text.find(title);
    MOTZKIN_CHECK(found != std::string_view::npos);
    const size_t begin = found + title.size();
    std::string text(file.text.substr(begin, file.text.find("\n## ", begin) - begin));
    // The document links to its neighbours, which the export does not hold.
    return absl::StrReplaceAll(text, {{"](generators.md)", "](#deviations)"},
                                      {"](dataset.md)", "](#conventions)"},
                                      {"](verifier.md)", "](#conventions)"}});
  }
  MOTZKIN_CHECK(false && "no such document");
  return "";
}

// Returns the YAML that load_dataset() reads.
std::string Head(const ExportReport& report, const ExportOptions& options) {
  // The hub has its own names, which are SPDX's in small letters.
  const std::string& spdx = options.publisher.license;
  const std::string license =
      spdx.empty() ? "" : fmt::format("license: {}\n", absl::AsciiStrToLower(spdx));
  return fmt::format(
      "---\npretty_name: {}\n{}tags:\n- mathematics\n- symbolic-integration\n{}---\n",
      report.job.name, license, options.format->yaml(report, options));
}

std::string Introduction(const ExportReport& report, const ExportOptions& options) {
  return fmt::format(
      "# {}\n\n{} random functions of one real variable{}, made and integrated by Motzkin {}.\n"
      "Every integral was differentiated and compared with its integrand in ball arithmetic.\n"
      "\n## Load it\n\n{}",
      report.job.name, Grouped(report.exported.rows), options.format->rows, options.program_version,
      options.format->loading(report));
}

std::string HowMade(const ExportReport& report, const ExportOptions& options) {
  std::string text = fmt::format(
      "\n## How it was made\n\n"
      "Job `{}` ({}), indices {} to {}, of kind `{}`; generator version {}, canonical form {}, "
      "skeleton {}; spec digest `{}`. Labels follow `answers: {}`. Only the sealed prefix of a job "
      "is exported: below its end every function has its result, easy or hard.\n\n"
      "The same files come from\n\n    {}\n\n"
      "The job as it was started:\n\n```yaml\n{}```\n",
      report.job.name, report.job.uuid, report.range.begin, report.range.end - 1,
      Word(report.job.kind), report.job.generator_version,
      report.job.spec.generator().canonical_version(), expression::kSkeletonVersion,
      report.job.spec_digest, Word(report.answers), CommandLine(report, options),
      JobToYaml(report.job.spec));
  if (options.decontaminate.has_value()) {
    text += fmt::format(
        "\nKept apart from the {} functions of {} (SHA-256 `{}`): no function here has the "
        "canonical form or the skeleton of one of them.\n",
        Grouped(options.decontaminate->functions), MarkdownText(options.decontaminate->name),
        options.decontaminate->sha256);
  }
  if (options.strip_ln_abs) {
    text += fmt::format(
        "\n`ln|u|` is written as `ln u` where that verifies: in {} integrals. In {} it does not, "
        "and they were left as they are.\n",
        Grouped(report.ln_abs_rewritten), Grouped(report.ln_abs_kept));
  }
  return text;
}

std::string Pictures(const std::vector<Plot>& plots) {
  std::string text = "\n## Statistics\n";
  for (const Plot& plot : plots) text += fmt::format("\n![{}](plots/{})\n", plot.title, plot.file);
  return text;
}

}  // namespace

std::string Card(const ExportReport& report, const ExportOptions& options,
                 const std::vector<Plot>& plots) {
  std::string card = Head(report, options) + Introduction(report, options);
  card += "\n## Rows\n\n" + RowsTable(report);
  card += "\nWhat was left out of the range:\n\n" + ExclusionsTable(report);
  card += fmt::format("\n{}", CheckText(report));
  card += "\n## Files\n\n" + FilesTable(report);
  card +=
      "\n`sha256sum -c SHA256SUMS` checks them; `export.json` has all numbers of this page, and "
      "`croissant.json` describes it to programs.\n";
  card += options.format->columns(options);
  card += HowMade(report, options);
  card += "\n## Outcomes and engines\n\nOf all rows in the range, exported or not.\n\n" +
          OutcomesTable(report.all) + "\n" + EnginesTable(report.all, report.engines);
  card += "\n## How sure a negative is\n\n" + FlipsText(report);
  card += Pictures(plots) + "\n" + LengthsTable(report.exported);
  card += "\n## What can be guessed\n\n" + BaselinesText(report);
  card += "\n## Conventions\n" + Section("dataset.md", "Conventions");
  card += "\n## Labels\n" + Section("dataset.md", "Answer classes and labels");
  card += "\n## Splits\n" + Section("dataset.md", "Splits");
  card +=
      "\n## Deviations\n\nOf the generator from the published code (arXiv 1912.01412) and, of "
      "the preset `intclass`, from its original.\n" +
      Section("generators.md", "Where we deviate from the published code (arXiv 1912.01412)");
  return card;
}

}  // namespace motzkin::dataset
