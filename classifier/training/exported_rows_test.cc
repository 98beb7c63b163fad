#include "classifier/training/exported_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "classifier/training/testing/small_export.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::classifier {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExportedRowsTest : public ::testing::Test {
 protected:
  // Returns the rows of an export as "split: integrand label outcome", in prefix tokens.
  absl::StatusOr<std::vector<std::string>> Read(const std::filesystem::path& path) {
    const absl::StatusOr<ExportDescription> description = DescribeExport(path);
    if (!description.ok()) return description.status();
    std::vector<std::string> rows;
    absl::Status status = ForEachExportedRow(*description, [&](const ExportedRow& row) {
      rows.push_back(std::string(dataset::kSplitNames[static_cast<size_t>(row.row.split)]) + ": " +
                     row.row.integrand + (row.label ? " true " : " false ") +
                     std::to_string(row.row.outcome));
      return absl::OkStatus();
    });
    if (!status.ok()) return status;
    return rows;
  }

  std::filesystem::path Path(const std::string& name) { return directory_.path() / name; }

  void Describe(const std::string& name, const std::string& json) {
    std::filesystem::create_directories(Path(name));
    std::ofstream(Path(name) / "export.json") << json;
  }

  const test::TemporaryDirectory directory_;
};

TEST_F(ExportedRowsTest, EveryFormatAndNotationGivesTheSameRows) {
  const std::vector<std::vector<std::string>> spellings = {
      {"jsonl", "prefix", "mul x exp x"},
      {"csv", "prefix", "mul x exp x"},
      {"jsonl", "infix", "x*exp(x)"},
      {"csv", "sympy", "x*exp(x)"},
      {"jsonl", "latex", "x \\exp\\left(x\\right)"}};
  for (const std::vector<std::string>& spelling : spellings) {
    SmallExport exported{.format = spelling[0], .notation = spelling[1]};
    exported.train = {{spelling[2], true, "integrated"}};
    exported.test = {{spelling[2], false, "timed_out"}};
    const std::string name = spelling[0] + spelling[1];
    WriteSmallExport(exported, Path(name));
    const auto rows = Read(Path(name));
    ASSERT_TRUE(rows.ok()) << rows.status();
    EXPECT_THAT(*rows,
                ElementsAre("train: mul x exp x true " + std::to_string(v1::OUTCOME_INTEGRATED),
                            "test: mul x exp x false " + std::to_string(v1::OUTCOME_TIMED_OUT)))
        << name;
  }
}

TEST_F(ExportedRowsTest, DirectoriesThatAreNoExportAreOneClearLine) {
  EXPECT_EQ(Read(Path("none")).status().code(), absl::StatusCode::kNotFound);
  Describe("nonsense", "{");
  EXPECT_THAT(std::string(Read(Path("nonsense")).status().message()),
              HasSubstr("export.json: it does not describe an export"));
  Describe("pairs", R"({"options": {"format": "lample-charton"}, "files": []})");
  EXPECT_THAT(std::string(Read(Path("pairs")).status().message()),
              HasSubstr("format lample-charton has no labels"));
  Describe("notation", R"({"options": {"format": "csv", "notation": "maple"}, "files": []})");
  EXPECT_THAT(std::string(Read(Path("notation")).status().message()), HasSubstr("no notation"));
}

TEST_F(ExportedRowsTest, ADescriptionLeadsToNoFileOutsideOfItsDirectory) {
  for (const char* path : {"/etc/passwd", "../other", "data/../../other", ""}) {
    Describe("outside", std::string(R"({"options": {"format": "jsonl", "notation": "prefix"},)") +
                            R"("files": [{"split": "train", "path": ")" + path + "\"}]}");
    EXPECT_EQ(Read(Path("outside")).status().code(), absl::StatusCode::kInvalidArgument) << path;
  }
}

TEST_F(ExportedRowsTest, ALineThatIsWrongIsNamed) {
  SmallExport exported;
  exported.train = {{"x", true, "integrated"}, {"x +", true, "integrated"}};
  WriteSmallExport(exported, Path("spoiled"));
  const absl::Status status = Read(Path("spoiled")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("train-00000-of-00001.jsonl:2: column 4"));
  std::filesystem::remove(Path("spoiled") / "data" / "train-00000-of-00001.jsonl");
  EXPECT_EQ(Read(Path("spoiled")).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace motzkin::classifier
