#include "dataset/row_format.h"

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
#include "dataset/lample_charton.h"

namespace motzkin::dataset {
namespace {

using expression::Expr;
using expression::Format;
using Json = nlohmann::ordered_json;

Format FormatOf(Notation notation) {
  switch (notation) {
    case Notation::kInfix:
      return Format::kInfix;
    case Notation::kLatex:
      return Format::kLatex;
    case Notation::kSympy:
      return Format::kSympy;
    case Notation::kPrefix:
      break;
  }
  return Format::kPrefix;
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// The values of Columns(), in that order.
std::vector<Json> Values(const Row& row, bool label, const std::string& integrand,
                         const std::string& integral) {
  return {row.index,
          integrand,
          TextOrNull(integral),
          label,
          OutcomeWord(row.outcome),
          label ? TextOrNull(AnswerClassWord(row.answer_class)) : Json(nullptr),
          label && row.has_abs,
          label ? TextOrNull(row.engine) : Json(nullptr),
          label ? TextOrNull(row.engine_version) : Json(nullptr),
          fmt::format("{:016x}", row.canonical_hash),
          fmt::format("{:016x}", row.skeleton_hash)};
}

std::string JsonLine(const std::vector<Json>& values) {
  Json object = Json::object();
  for (size_t i = 0; i < values.size(); ++i) object[std::string(Columns()[i].name)] = values[i];
  return object.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

// RFC 4180; NULL is an empty field.
std::string CsvField(const Json& value) {
  if (value.is_null()) return "";
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string CsvLine(const std::vector<Json>& values) {
  std::vector<std::string> fields;
  fields.reserve(values.size());
  for (const Json& value : values) fields.push_back(CsvField(value));
  return absl::StrJoin(fields, ",") + "\n";
}

}  // namespace

const std::vector<Column>& Columns() {
  static const std::vector<Column> columns = {
      {"index", "int64", "the function's index in its job"},
      {"integrand", "string", "the function"},
      {"integral", "string", "a verified integral; null unless `success`"},
      {"success", "bool", "the label"},
      {"outcome", "string", "what happened: integrated, unsolved, nonelementary or timed_out"},
      {"answer_class", "string", "of the integral: elementary or special"},
      {"has_abs", "bool", "the integral holds abs or sign"},
      {"engine", "string", "whose answer the integral is"},
      {"engine_version", "string", "its exact version"},
      {"canonical_hash", "string", "of the integrand's canonical form; hexadecimal"},
      {"skeleton_hash", "string", "of its form without constants, which decides the split"}};
  return columns;
}

std::string RowFormat::Header() const {
  if (format_ != FileFormat::kCsv) return "";
  std::vector<std::string> names;
  for (const Column& column : Columns()) names.emplace_back(column.name);
  return absl::StrJoin(names, ",") + "\n";
}

absl::StatusOr<std::optional<std::string>> RowFormat::Rendered(std::string_view prefix) {
  if (notation_ == Notation::kPrefix || prefix.empty()) return std::string(prefix);
  pool_.Clear();
  const absl::StatusOr<Expr> expr = expression::ParsePrefix(prefix, pool_);
  if (!expr.ok()) return absl::DataLossError(std::string(expr.status().message()));
  absl::StatusOr<std::string> text = expression::Print(*expr, FormatOf(notation_));
  if (!text.ok()) return std::nullopt;
  return *std::move(text);
}

absl::StatusOr<std::optional<std::string>> RowFormat::Pair(const Row& row, int64_t drawn) {
  pool_.Clear();
  std::string sides[2];
  for (int side = 0; side < 2; ++side) {
    const absl::StatusOr<Expr> expr =
        expression::ParsePrefix(side == 0 ? row.integrand : row.integral, pool_);
    if (!expr.ok()) return absl::DataLossError(std::string(expr.status().message()));
    absl::StatusOr<std::string> tokens = WriteLampleCharton(*expr, pool_);
    if (absl::IsUnimplemented(tokens.status())) return std::nullopt;
    RETURN_IF_ERROR(tokens.status());
    sides[side] = *std::move(tokens);
  }
  return fmt::format("{}|sub Y' {}\t{}\n", drawn, sides[0], sides[1]);
}

absl::StatusOr<std::optional<std::string>> RowFormat::Line(const Row& row, bool label,
                                                           int64_t drawn) {
  if (format_ == FileFormat::kLampleCharton) {
    if (!label) return std::nullopt;
    return Pair(row, drawn);
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> integrand, Rendered(row.integrand));
  ASSIGN_OR_RETURN(const std::optional<std::string> integral, Rendered(label ? row.integral : ""));
  if (!integrand.has_value() || !integral.has_value()) return std::nullopt;
  const std::vector<Json> values = Values(row, label, *integrand, *integral);
  return format_ == FileFormat::kCsv ? CsvLine(values) : JsonLine(values);
}

}  // namespace motzkin::dataset
