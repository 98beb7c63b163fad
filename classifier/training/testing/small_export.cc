#include "classifier/training/testing/small_export.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace motzkin::classifier {
namespace {

using Json = nlohmann::ordered_json;

void WriteRows(const std::vector<SmallRow>& rows, bool csv, const std::filesystem::path& path) {
  std::ofstream file(path);
  if (csv) file << "index,integrand,success,outcome\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    const SmallRow& row = rows[i];
    if (csv) {
      file << fmt::format("{},\"{}\",{},{}\n", i, row.integrand, row.success, row.outcome);
    } else {
      file << Json{{"index", i},
                   {"integrand", row.integrand},
                   {"success", row.success},
                   {"outcome", row.outcome}}
                  .dump()
           << '\n';
    }
  }
}

}  // namespace

void WriteSmallExport(const SmallExport& exported, const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory / "data");
  Json json{{"job", "demo"},
            {"job_uuid", "9b2c6a1e-0000-4000-8000-000000000001"},
            {"spec_digest", "00ff"},
            {"preset", exported.preset},
            {"generator_version", 1},
            {"canonical_version", 1},
            {"skeleton_version", 1},
            {"options",
             {{"format", exported.format},
              {"notation", exported.notation},
              {"answers", "special"},
              {"balance", "none"}}},
            {"files", Json::array()}};
  const auto add = [&](const std::string& split, const std::vector<SmallRow>& rows) {
    if (rows.empty()) return;
    const std::string path = "data/" + split + "-00000-of-00001." + exported.format;
    WriteRows(rows, exported.format == "csv", directory / path);
    json["files"].push_back({{"path", path}, {"split", split}, {"rows", rows.size()}});
  };
  add("train", exported.train);
  add("valid", exported.valid);
  add("test", exported.test);
  std::ofstream(directory / "export.json") << json.dump(2);
}

std::vector<SmallRow> SomeFamilies(int first, int count) {
  std::vector<SmallRow> rows;
  for (int m = first; m < first + count; ++m) {
    for (int k = 1; k <= 3; ++k) {
      rows.push_back({fmt::format("x^{}*exp({}*x)", k, m), true, "integrated"});
      rows.push_back({fmt::format("exp({}*x)/(x^{} + {})", m, k, m), false, "nonelementary"});
      rows.push_back({fmt::format("sin({}*x)^{}", m, k), true, "integrated"});
      rows.push_back({fmt::format("sin({}*x)*exp(x^{})", m, k + 1), false, "timed_out"});
    }
  }
  return rows;
}

}  // namespace motzkin::classifier
