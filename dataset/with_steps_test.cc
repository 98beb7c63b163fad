#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "dataset/testing/dataset_fixture.h"

namespace motzkin::dataset {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

class WithStepsTest : public DatasetFixture {};

TEST_F(WithStepsTest, EachRowSaysWhatItsStepsGaveAndCost) {
  MadeJob("demo", v1::KIND_FORWARD, 200);
  ExportOptions options;
  options.with_steps = true;
  const std::filesystem::path path = MustExport("demo", options);
  const std::vector<std::string> lines = DataLines(path);
  ASSERT_FALSE(lines.empty());
  int64_t negatives = 0;
  for (const std::string& line : lines) {
    const Json row = Json::parse(line);
    ASSERT_EQ(row["step_engines"], Json{"giac 1.9.0.35"}) << line;
    ASSERT_EQ(row["step_outcomes"], Json{row["outcome"]}) << line;
    const int64_t index = row["index"];
    ASSERT_EQ(row["step_cpu_us"], Json{1'000 + index % 97 * 50}) << line;
    ASSERT_EQ(row["step_rss_kb"], Json{15'000}) << line;
    ASSERT_EQ(row["step_verifier_us"], Json{100 + index % 13}) << line;
    ASSERT_EQ(row["cpu_us"], row["step_cpu_us"][0]) << line;
    ASSERT_EQ(row["verifier_us"], row["step_verifier_us"][0]) << line;
    ASSERT_EQ(row["speed_factor"], 1) << line;
    ASSERT_EQ(row["integrand_tokens"], TokenCount(row["integrand"].get<std::string>())) << line;
    if (row["success"]) {
      ASSERT_EQ(row["integral_tokens"], TokenCount(row["integral"].get<std::string>())) << line;
    } else {
      ASSERT_TRUE(row["integral_tokens"].is_null()) << line;
      ++negatives;
    }
  }
  EXPECT_GT(negatives, 0);
  EXPECT_THAT(
      TextOf(path / "README.md"),
      AllOf(HasSubstr(" --with steps"), HasSubstr("  - name: step_cpu_us\n    list: int64\n"),
            HasSubstr("| `step_engines` | string list |")));
  EXPECT_EQ(Json::parse(TextOf(path / "export.json"))["options"]["with"], Json{"steps"});
}

TEST_F(WithStepsTest, TheOtherColumnsAreAsWithoutThem) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  ExportOptions options;
  const std::filesystem::path without = MustExport("demo", options);
  options.with_steps = true;
  const std::filesystem::path with = MustExport("demo", options);
  const std::vector<std::string> short_lines = DataLines(without), long_lines = DataLines(with);
  ASSERT_EQ(short_lines.size(), long_lines.size());
  for (size_t i = 0; i < short_lines.size(); ++i) {
    // Without its closing brace, a row is the beginning of the longer one.
    const std::string head = short_lines[i].substr(0, short_lines[i].rfind('}'));
    ASSERT_TRUE(absl::StartsWith(long_lines[i], head)) << long_lines[i];
  }
  EXPECT_EQ(Json::parse(long_lines[0]).size(), Json::parse(short_lines[0]).size() + 10);
  EXPECT_THAT(TextOf(without / "README.md"), Not(HasSubstr("step_cpu_us")));
}

TEST_F(WithStepsTest, CsvHasListsAsJson) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  ExportOptions options;
  options.format = &kCsv;
  options.with_steps = true;
  const std::filesystem::path path = MustExport("demo", options);
  const std::vector<std::string> lines = DataLines(path);
  EXPECT_THAT(lines[0], HasSubstr(",speed_factor,step_engines,step_outcomes,"));
  EXPECT_THAT(lines[1],
              HasSubstr(R"(,1.0,"[""giac 1.9.0.35""]","[""timed_out""]",[1350],[15000],[107])"));
  EXPECT_THAT(TextOf(path / "README.md"),
              AllOf(HasSubstr("  - name: step_cpu_us\n    dtype: string\n"),
                    HasSubstr("| `step_engines` | string list, as JSON |")));
}

TEST_F(WithStepsTest, FormatsWithoutColumnsRefuseThem) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  ExportOptions options;
  options.format = &kLampleCharton;
  options.with_steps = true;
  Reader reader = MakeReader();
  const absl::Status refused = Export(reader, "demo", FreshPath(), options, Silently).status();
  EXPECT_TRUE(absl::IsInvalidArgument(refused)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("--with steps adds columns"));
}

}  // namespace
}  // namespace motzkin::dataset
