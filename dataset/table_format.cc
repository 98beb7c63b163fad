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

// Returns the values of the columns, in their order.
std::vector<Json> Values(const LineSource& source, const std::string& integrand,
                         const std::string& integral) {
  const RowSource of_row{source.row, source.label, integrand, integral, source.engines};
  std::vector<Json> values;
  for (const Column& column : Columns(source.options.with_steps)) {
    values.push_back(column.value(of_row));
  }
  return values;
}

std::string JsonOf(const std::vector<Json>& values, const std::vector<Column>& columns) {
  Json object = Json::object();
  for (size_t i = 0; i < values.size(); ++i) object[std::string(columns[i].name)] = values[i];
  return object.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

// Writes a field as RFC 4180 says. NULL is an empty field, and a list is JSON.
std::string CsvField(const Json& value) {
  if (value.is_null()) return "";
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string CsvOf(const std::vector<Json>& values, const std::vector<Column>& /*columns*/) {
  std::vector<std::string> fields;
  fields.reserve(values.size());
  for (const Json& value : values) fields.push_back(CsvField(value));
  return absl::StrJoin(fields, ",") + "\n";
}

// Returns stored tokens in the notation that was asked for; nothing if it lacks a function's name.
absl::StatusOr<std::optional<std::string>> Rendered(std::string_view prefix,
                                                    const LineSource& source) {
  const expression::Format notation = source.options.notation;
  if (notation == expression::Format::kPrefix || prefix.empty()) return std::string(prefix);
  source.pool.Clear();
  const absl::StatusOr<Expr> expr = expression::ParsePrefix(prefix, source.pool);
  if (!expr.ok()) return absl::DataLossError(std::string(expr.status().message()));
  absl::StatusOr<std::string> text = expression::Print(*expr, notation);
  if (!text.ok()) return std::nullopt;
  return *std::move(text);
}

using Writer = std::string (*)(const std::vector<Json>& values, const std::vector<Column>& columns);

template <Writer kWrite>
absl::StatusOr<std::optional<std::string>> Line(const LineSource& source) {
  ASSIGN_OR_RETURN(const std::optional<std::string> integrand,
                   Rendered(source.row.integrand, source));
  ASSIGN_OR_RETURN(const std::optional<std::string> integral,
                   Rendered(source.label ? source.row.integral : "", source));
  if (!integrand.has_value() || !integral.has_value()) return std::nullopt;
  return kWrite(Values(source, *integrand, *integral), Columns(source.options.with_steps));
}

std::string CsvHeader(const ExportOptions& options) {
  std::vector<std::string> names;
  for (const Column& column : Columns(options.with_steps)) names.emplace_back(column.name);
  return absl::StrJoin(names, ",") + "\n";
}

std::string Yaml(const ExportReport& report, const ExportOptions& options) {
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
  for (const Column& column : Columns(options.with_steps)) {
    const bool as_list = column.list && options.format->has_lists;
    yaml += fmt::format("  - name: {}\n    {}: {}\n", column.name, as_list ? "list" : "dtype",
                        column.list && !as_list ? "string" : column.type);
  }
  return yaml + "  splits:\n" + splits;
}

constexpr FileFormat Table(std::string_view word, std::string_view extension,
                           std::string_view media_type, bool has_lists,
                           decltype(FileFormat::header) header, decltype(FileFormat::line) line) {
  return {
      .word = word,
      .shard_rows = 500'000,
      .holds_negatives = true,
      .stem = [](v1::Kind) { return std::string("data/"); },
      .extension = extension,
      .media_type = media_type,
      .has_columns = true,
      .has_lists = has_lists,
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

constinit const FileFormat kJsonl = Table(
    "jsonl", ".jsonl", "application/jsonlines", /*has_lists=*/true,
    [](const ExportOptions&) { return std::string(); }, Line<JsonOf>);
constinit const FileFormat kCsv =
    Table("csv", ".csv", "text/csv", /*has_lists=*/false, CsvHeader, Line<CsvOf>);

}  // namespace motzkin::dataset
