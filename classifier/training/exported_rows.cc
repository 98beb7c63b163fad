#include "classifier/training/exported_rows.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/one_line.h"
#include "common/base/separated_values.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "common/words/words.h"
#include "dataset/option_words.h"

namespace motzkin::classifier {
namespace {

using expression::Expr;
using expression::Format;
using Json = nlohmann::json;

// The fields of a line that a model is trained on.
struct Fields {
  int64_t index = 0;
  std::string integrand;
  bool success = false;
  std::string outcome;
};

std::string TextAt(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? Printable(found->get<std::string>()) : "";
}

int64_t NumberAt(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<int64_t>() : 0;
}

absl::StatusOr<ExportedFile> ReadFile(const Json& json, const std::filesystem::path& directory) {
  const std::filesystem::path path = TextAt(json, "path");
  const std::string split = TextAt(json, "split");
  const auto* const named =
      std::find(std::begin(dataset::kSplitNames), std::end(dataset::kSplitNames), split);
  // A description from elsewhere must not make this read other files of the user's.
  const bool inside = path.is_relative() && !path.empty() &&
                      std::find(path.begin(), path.end(), "..") == path.end();
  if (!inside || named == std::end(dataset::kSplitNames)) {
    return absl::InvalidArgumentError("it lists a file that is not one of an export");
  }
  return ExportedFile{directory / path,
                      static_cast<dataset::Split>(named - std::begin(dataset::kSplitNames)),
                      NumberAt(json, "rows")};
}

absl::Status ReadOptions(const Json& options, ExportDescription& description) {
  const std::string format = TextAt(options, "format");
  if (format != "jsonl" && format != "csv") {
    return absl::InvalidArgumentError(
        absl::StrCat("format ", format, " has no labels: export the job as jsonl or csv"));
  }
  description.csv = format == "csv";
  description.answers = TextAt(options, "answers");
  description.balance = TextAt(options, "balance");
  const auto notation = dataset::kNotations.find(TextAt(options, "notation"));
  if (notation == dataset::kNotations.end()) {
    return absl::InvalidArgumentError("it names no notation that this motzkin has");
  }
  description.notation = notation->second;
  return absl::OkStatus();
}

absl::StatusOr<ExportDescription> Describe(const Json& json,
                                           const std::filesystem::path& directory) {
  const bool sound = json.is_object() && json.contains("options") && json["options"].is_object() &&
                     json.contains("files") && json["files"].is_array();
  if (!sound) return absl::InvalidArgumentError("it does not describe an export");
  ExportDescription description;
  RETURN_IF_ERROR(ReadOptions(json["options"], description));
  description.job = TextAt(json, "job");
  description.job_uuid = TextAt(json, "job_uuid");
  description.spec_digest = TextAt(json, "spec_digest");
  description.preset = TextAt(json, "preset");
  description.generator_version = NumberAt(json, "generator_version");
  description.skeleton_version = NumberAt(json, "skeleton_version");
  for (const Json& file : json["files"]) {
    ASSIGN_OR_RETURN(ExportedFile read, ReadFile(file, directory));
    description.files.push_back(std::move(read));
  }
  return description;
}

std::optional<Fields> FieldsOfJson(const std::string& line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("success") || !json["success"].is_boolean()) {
    return std::nullopt;
  }
  if (!json.contains("integrand") || !json["integrand"].is_string()) return std::nullopt;
  return Fields{NumberAt(json, "index"), json["integrand"].get<std::string>(),
                json["success"].get<bool>(), TextAt(json, "outcome")};
}

// Reads records of a csv file by the names in its header.
class CsvFields {
 public:
  explicit CsvFields(const std::vector<std::string>& header) : header_(header) {}

  std::optional<Fields> Of(const std::vector<std::string>& record) const {
    Fields fields;
    const std::string* const success = Field(record, "success");
    const std::string* const integrand = Field(record, "integrand");
    if (success == nullptr || integrand == nullptr) return std::nullopt;
    if (*success != "true" && *success != "false") return std::nullopt;
    fields.success = *success == "true";
    fields.integrand = *integrand;
    if (const std::string* const outcome = Field(record, "outcome")) fields.outcome = *outcome;
    return fields;
  }

 private:
  const std::string* Field(const std::vector<std::string>& record, std::string_view name) const {
    const auto found = std::find(header_.begin(), header_.end(), name);
    const auto column = static_cast<size_t>(found - header_.begin());
    return column < std::min(record.size(), header_.size()) ? &record[column] : nullptr;
  }

  std::vector<std::string> header_;
};

// Reads the rows of one export, file by file, in one pool.
class RowReader {
 public:
  RowReader(const ExportDescription& description,
            absl::FunctionRef<absl::Status(const ExportedRow& row)> visit)
      : description_(description), visit_(visit) {}

  absl::Status Read(const ExportedFile& file) {
    std::ifstream input(file.path, std::ios::binary);
    if (!input) return absl::DataLossError(absl::StrCat("cannot read ", file.path.string()));
    RETURN_IF_ERROR(description_.csv ? ReadCsv(file, input) : ReadJsonl(file, input));
    // A disk that fails in the middle must not look like the end of the file.
    if (input.bad()) return absl::DataLossError(absl::StrCat("cannot read ", file.path.string()));
    return absl::OkStatus();
  }

 private:
  absl::Status ReadJsonl(const ExportedFile& file, std::istream& input) {
    std::string line;
    for (int64_t number = 1; std::getline(input, line); ++number) {
      RETURN_IF_ERROR(Visit(file, number, FieldsOfJson(line)));
    }
    return absl::OkStatus();
  }

  absl::Status ReadCsv(const ExportedFile& file, std::istream& input) {
    // An export writes a record a line, because no value of it holds a line feed.
    std::string line;
    std::optional<CsvFields> fields;
    for (int64_t number = 1; std::getline(input, line); ++number) {
      const absl::StatusOr<std::vector<std::string>> record = SplitRecord(line, ',');
      if (!fields.has_value()) {
        fields.emplace(record.value_or(std::vector<std::string>()));
        continue;
      }
      RETURN_IF_ERROR(Visit(file, number, record.ok() ? fields->Of(*record) : std::nullopt));
    }
    return absl::OkStatus();
  }

  absl::Status Visit(const ExportedFile& file, int64_t number,
                     const std::optional<Fields>& fields) {
    const auto wrong = [&](std::string_view why) {
      return absl::DataLossError(fmt::format("{}:{}: {}", file.path.string(), number, why));
    };
    if (!fields.has_value()) return wrong("no labelled function");
    pool_.Clear();
    const absl::StatusOr<Expr> integrand = Parse(fields->integrand);
    if (!integrand.ok()) return wrong(ToStd(integrand.status().message()));
    const Expr canonical = expression::Canonical(*integrand, pool_);
    if (canonical->op() == expression::Op::kUndefined) {
      return wrong("the function has no value anywhere");
    }
    const absl::StatusOr<std::string> prefix = expression::Print(*integrand, Format::kPrefix);
    if (!prefix.ok()) return wrong(ToStd(prefix.status().message()));
    dataset::Row row;
    row.index = fields->index;
    row.integrand = *prefix;
    row.outcome = FromWord<v1::Outcome>(fields->outcome);
    row.split = file.split;
    return visit_({row, fields->success, canonical});
  }

  absl::StatusOr<Expr> Parse(const std::string& text) {
    if (description_.notation == Format::kPrefix) return expression::ParsePrefix(text, pool_);
    if (description_.notation == Format::kLatex) return expression::ParseLatex(text, pool_);
    return expression::ParseInfix(text, pool_);
  }

  const ExportDescription& description_;
  const absl::FunctionRef<absl::Status(const ExportedRow& row)> visit_;
  expression::Pool pool_;
};

}  // namespace

absl::StatusOr<ExportDescription> DescribeExport(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / "export.json";
  std::ifstream file(path);
  std::error_code error;
  if (!file || !std::filesystem::is_regular_file(path, error)) {
    return absl::NotFoundError(
        absl::StrCat("no export in ", directory.string(), ": it has no export.json"));
  }
  absl::StatusOr<ExportDescription> description =
      Describe(Json::parse(file, nullptr, /*allow_exceptions=*/false), directory);
  if (description.ok()) return description;
  return absl::InvalidArgumentError(
      absl::StrCat(path.string(), ": ", description.status().message()));
}

absl::Status ForEachExportedRow(const ExportDescription& description,
                                absl::FunctionRef<absl::Status(const ExportedRow& row)> visit) {
  RowReader reader(description, visit);
  for (const ExportedFile& file : description.files) RETURN_IF_ERROR(reader.Read(file));
  return absl::OkStatus();
}

}  // namespace motzkin::classifier
