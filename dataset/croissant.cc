#include "dataset/croissant.h"

#include <fmt/format.h>

#include "card_documents.h"
#include "common/base/check.h"
#include "common/words/words.h"
#include "dataset/card_tables.h"
#include "dataset/report_json.h"

namespace motzkin::dataset {
namespace {

// Returns what is the same in each export.
Json Template() {
  for (const documents::EmbeddedFile& file : documents::kFiles) {
    if (file.name == "croissant.json") return Json::parse(file.text);
  }
  MOTZKIN_CHECK(false && "croissant.json is embedded");
  return {};
}

Json FileObject(const WrittenFile& file, const FileFormat& format) {
  return {{"@type", "cr:FileObject"},
          {"@id", file.path},
          {"name", file.path},
          {"contentUrl", file.path},
          {"contentSize", fmt::format("{} B", file.digest.bytes)},
          {"encodingFormat", format.media_type},
          {"sha256", file.digest.sha256}};
}

std::string FileSetId(std::string_view split) { return fmt::format("{}-files", split); }

Json FileSet(std::string_view split, const std::string& paths, const FileFormat& format) {
  return {{"@type", "cr:FileSet"},
          {"@id", FileSetId(split)},
          {"name", FileSetId(split)},
          {"encodingFormat", format.media_type},
          {"includes", paths}};
}

std::string_view DataType(std::string_view column_type) {
  if (column_type == "int64") return "sc:Integer";
  if (column_type == "float64") return "sc:Float";
  if (column_type == "bool") return "sc:Boolean";
  return "sc:Text";
}

Json RecordSet(std::string_view split, const ExportOptions& options) {
  Json fields = Json::array();
  for (const Column& column : Columns(options.with_steps)) {
    const bool as_text = column.list && !options.format->has_lists;
    Json field = {
        {"@type", "cr:Field"},
        {"@id", fmt::format("{}/{}", split, column.name)},
        {"name", column.name},
        {"description", column.meaning},
        {"dataType", as_text ? "sc:Text" : DataType(column.type)},
        {"source",
         {{"fileSet", {{"@id", FileSetId(split)}}}, {"extract", {{"column", column.name}}}}}};
    if (column.list && !as_text) field["repeated"] = true;
    fields.push_back(std::move(field));
  }
  return {{"@type", "cr:RecordSet"}, {"@id", split}, {"name", split}, {"field", fields}};
}

void AddFiles(const ExportReport& report, const ExportOptions& options, Json& json) {
  const FileFormat& format = *options.format;
  Json distribution = Json::array();
  Json records = Json::array();
  for (const WrittenFile& file : report.files) distribution.push_back(FileObject(file, format));
  for (size_t i = 0; i < kSplits && format.has_columns; ++i) {
    const std::string paths = SplitPaths(report, static_cast<Split>(i));
    if (paths.empty()) continue;
    distribution.push_back(FileSet(kSplitNames[i], paths, format));
    records.push_back(RecordSet(kSplitNames[i], options));
  }
  json["distribution"] = distribution;
  if (!records.empty()) json["recordSet"] = records;
}

void AddPublisher(const Publisher& publisher, Json& json) {
  if (!publisher.license.empty()) {
    json["license"] = fmt::format("https://spdx.org/licenses/{}.html", publisher.license);
  }
  if (!publisher.url.empty()) json["url"] = publisher.url;
  Json creators = Json::array();
  for (const std::string& name : publisher.creators) {
    creators.push_back({{"@type", "sc:Person"}, {"name", name}});
  }
  if (!creators.empty()) json["creator"] = creators;
}

}  // namespace

std::string Croissant(const ExportReport& report, const ExportOptions& options) {
  Json json = Template();
  json["name"] = report.job.name;
  json["version"] = "1.0.0";
  json["description"] = fmt::format(
      "{} random functions of one real variable{}, drawn and integrated by Motzkin {}: job {}, "
      "indices {} to {}. README.md is their card.",
      Grouped(report.exported.rows), options.format->rows, options.program_version, report.job.uuid,
      report.range.begin, report.range.end - 1);
  AddPublisher(options.publisher, json);
  Json engines = Json::array();
  for (const auto& [id, cost] : report.all.engines) {
    const auto name = report.engines.find(id);
    if (name != report.engines.end()) engines.push_back(name->second);
  }
  json["rai:machineAnnotationTools"] = engines;
  AddFiles(report, options, json);
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace motzkin::dataset
