// The formats jsonl and csv: rows with columns and a label, which load_dataset() reads.

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/status_macros.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/words/words.h"
#include "dataset/card_tables.h"
#include "dataset/export.h"
#include "dataset/file_format.h"

namespace motzkin::dataset {
namespace {

using expression::Expr;
using Json = nlohmann::ordered_json;

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// Returns the values of Columns(), in that order. A row that is labelled false keeps nothing of an
// answer: it may have one that does not count, and a model must not see it.
std::vector<Json> Values(const Row& row, bool label, const std::string& integrand,
                         const std::string& integral) {
  return {row.index,
          integrand,
          TextOrNull(integral),
          label,
          Word(row.outcome),
          label ? TextOrNull(Word(row.answer_class)) : Json(nullptr),
          label && row.has_abs,
          label ? TextOrNull(row.engine) : Json(nullptr),
          label ? TextOrNull(row.engine_version) : Json(nullptr),
          fmt::format("{:016x}", row.canonical_hash),
          fmt::format("{:016x}", row.skeleton_hash)};
}

std::string JsonOf(const std::vector<Json>& values) {
  Json object = Json::object();
  for (size_t i = 0; i < values.size(); ++i) object[std::string(Columns()[i].name)] = values[i];
  return object.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

// Writes a field as RFC 4180 says. NULL is an empty field.
std::string CsvField(const Json& value) {
  if (value.is_null()) return "";
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string CsvOf(const std::vector<Json>& values) {
  std::vector<std::string> fields;
  fields.reserve(values.size());
  for (const Json& value : values) fields.push_back(CsvField(value));
  return absl::StrJoin(fields, ",") + "\n";
}

// Returns stored tokens in the notation that was asked for; nothing if it lacks a function's name.
absl::StatusOr<std::optional<std::string>> Rendered(std::string_view prefix,
                                                    const LineSource& source) {
  if (source.notation == expression::Format::kPrefix || prefix.empty()) return std::string(prefix);
  source.pool.Clear();
  const absl::StatusOr<Expr> expr = expression::ParsePrefix(prefix, source.pool);
  if (!expr.ok()) return absl::DataLossError(std::string(expr.status().message()));
  absl::StatusOr<std::string> text = expression::Print(*expr, source.notation);
  if (!text.ok()) return std::nullopt;
  return *std::move(text);
}

using Writer = std::string (*)(const std::vector<Json>& values);

template <Writer kWrite>
absl::StatusOr<std::optional<std::string>> Line(const LineSource& source) {
  const Row& row = source.row;
  ASSIGN_OR_RETURN(const std::optional<std::string> integrand, Rendered(row.integrand, source));
  ASSIGN_OR_RETURN(const std::optional<std::string> integral,
                   Rendered(source.label ? row.integral : "", source));
  if (!integrand.has_value() || !integral.has_value()) return std::nullopt;
  return kWrite(Values(row, source.label, *integrand, *integral));
}

std::string CsvHeader() {
  std::vector<std::string> names;
  for (const Column& column : Columns()) names.emplace_back(column.name);
  return absl::StrJoin(names, ",") + "\n";
}

std::string Yaml(const ExportReport& report) {
  std::string yaml = "configs:\n- config_name: default\n  data_files:\n";
  std::string splits;
  for (size_t i = 0; i < kSplits; ++i) {
    const std::string paths = SplitPaths(report, static_cast<Split>(i));
    // A split without rows has no file, and naming it would be an error for load_dataset().
    if (paths.empty()) continue;
    yaml += fmt::format("  - split: {}\n    path: {}\n", kSplitNames[i], paths);
    int64_t bytes = 0;
    for (const WrittenFile& file : report.files) {
      if (file.split == static_cast<Split>(i)) bytes += file.digest.bytes;
    }
    splits += fmt::format("  - name: {}\n    num_bytes: {}\n    num_examples: {}\n", kSplitNames[i],
                          bytes, report.exported.labels[i].total());
  }
  yaml += "dataset_info:\n  config_name: default\n  features:\n";
  for (const Column& column : Columns()) {
    yaml += fmt::format("  - name: {}\n    dtype: {}\n", column.name, column.type);
  }
  return yaml + "  splits:\n" + splits;
}

constexpr FileFormat Table(std::string_view word, std::string_view extension,
                           std::string_view media_type, std::string (*header)(),
                           decltype(FileFormat::line) line) {
  return {
      .word = word,
      .shard_rows = 500'000,
      .holds_negatives = true,
      .stem = [](v1::Kind) { return std::string("data/"); },
      .extension = extension,
      .media_type = media_type,
      .has_columns = true,
      .header = header,
      .check = [](const ExportOptions&) { return absl::OkStatus(); },
      .line = line,
      .yaml = Yaml,
      .rows = ", labelled by whether an integral was found",
      .loading =
          [](const ExportReport&) {
            return std::string(
                "    from datasets import load_dataset\n    data = load_dataset(\"DIR\")\n");
          },
      .columns =
          [](const ExportOptions& options) { return "\n## Columns\n\n" + ColumnsTable(options); }};
}

}  // namespace

constinit const FileFormat kJsonl =
    Table("jsonl", ".jsonl", "application/jsonlines", [] { return std::string(); }, Line<JsonOf>);
constinit const FileFormat kCsv = Table("csv", ".csv", "text/csv", CsvHeader, Line<CsvOf>);

const std::vector<Column>& Columns() {
  static const std::vector<Column> columns = {
      {"index", "int64", "the function's index in its job"},
      {"integrand", "string", "the function"},
      {"integral", "string", "a verified integral; null unless `success`"},
      {"success", "bool", "the label"},
      {"outcome", "string", "what happened: integrated, unsolved, nonelementary or timed_out"},
      {"answer_class", "string", "the class of the integral: elementary or special"},
      {"has_abs", "bool", "whether the integral holds abs or sign"},
      {"engine", "string", "the engine that found the integral"},
      {"engine_version", "string", "its exact version"},
      {"canonical_hash", "string", "the hash of the integrand's canonical form, hexadecimal"},
      {"skeleton_hash", "string", "the hash of its form without constants; it decides the split"}};
  return columns;
}

}  // namespace motzkin::dataset
