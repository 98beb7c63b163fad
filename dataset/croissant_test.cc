#include "dataset/croissant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "dataset/testing/dataset_fixture.h"

namespace motzkin::dataset {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class CroissantTest : public DatasetFixture {
 protected:
  Json Described(const ExportOptions& options) {
    return Json::parse(TextOf(MustExport("demo", options) / "croissant.json"));
  }
};

TEST_F(CroissantTest, FilesHaveTheirDigestsAndColumnsTheirTypes) {
  MadeJob("demo", v1::KIND_FORWARD, 200);
  ExportOptions options;
  options.shard_rows = 50;
  ExportReport report;
  const std::filesystem::path path = MustExport("demo", options, &report);
  const Json json = Json::parse(TextOf(path / "croissant.json"));
  EXPECT_EQ(json["name"], "demo");
  std::map<std::string, std::string> digests;
  std::map<std::string, std::string> sets;
  for (const Json& file : json["distribution"]) {
    if (file["@type"] == "cr:FileObject") digests[file["contentUrl"]] = file["sha256"];
    if (file["@type"] == "cr:FileSet") sets[file["@id"]] = file["includes"];
  }
  ASSERT_EQ(digests.size(), report.files.size());
  for (const WrittenFile& file : report.files) EXPECT_EQ(digests[file.path], file.digest.sha256);
  EXPECT_EQ(sets["train-files"], "data/train-*-of-00003.jsonl");
  const Json& train = json["recordSet"][0];
  EXPECT_EQ(train["@id"], "train");
  ASSERT_EQ(train["field"].size(), Columns(/*with_steps=*/false).size());
  EXPECT_EQ(train["field"][3]["@id"], "train/success");
  EXPECT_EQ(train["field"][3]["dataType"], "sc:Boolean");
  EXPECT_EQ(json["rai:machineAnnotationTools"], Json::array({"giac 1.9.0.35"}));
  EXPECT_EQ(json["rai:hasSyntheticData"], true);
}

TEST_F(CroissantTest, OnlyThePublisherSaysWhoseItIs) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  EXPECT_FALSE(Described({}).contains("license"));
  ExportOptions options;
  options.publisher = {
      .license = "CC-BY-4.0", .creators = {"A \"B\" O'C"}, .url = "https://x.org/"};
  const std::filesystem::path path = MustExport("demo", options);
  const Json json = Json::parse(TextOf(path / "croissant.json"));
  EXPECT_EQ(json["license"], "https://spdx.org/licenses/CC-BY-4.0.html");
  EXPECT_EQ(json["creator"][0]["name"], "A \"B\" O'C");
  EXPECT_EQ(json["url"], "https://x.org/");
  const std::string card = TextOf(path / "README.md");
  EXPECT_THAT(card, HasSubstr("\nlicense: cc-by-4.0\n"));
  EXPECT_THAT(card, HasSubstr(" --creator 'A \"B\" O'\\''C' --url https://x.org/ "));
}

TEST_F(CroissantTest, AFormatWithoutColumnsHasFilesAlone) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  ExportOptions options;
  options.format = &kLampleCharton;
  options.shard_rows = 0;
  const Json json = Described(options);
  EXPECT_FALSE(json.contains("recordSet"));
  EXPECT_FALSE(json["distribution"].empty());
}

}  // namespace
}  // namespace motzkin::dataset
