#include "common/job_spec/job_yaml.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "common/generator/presets.h"
#include "common/job_spec/job_spec.h"

namespace motzkin {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;

std::string Error(std::string_view text) {
  return std::string(ParseJobYaml(text, "job.yaml").status().message());
}

TEST(JobYamlTest, EveryPresetSurvivesPrintAndParse) {
  for (const std::string& name : generator::PresetNames()) {
    const v1::JobSpec spec = JobFromPreset(name).value();
    const absl::StatusOr<v1::JobSpec> back = ParseJobYaml(JobToYaml(spec), "printed.yaml");
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_TRUE(MessageDifferencer::Equals(*back, spec)) << JobToYaml(spec);
  }
}

TEST(JobYamlTest, EveryFieldSurvivesPrintAndParse) {
  v1::JobSpec spec = JobFromPreset("lample-charton").value();
  spec.set_name("null");  // YAML would read this word as nothing.
  spec.set_seed(UINT64_MAX);
  spec.set_target(0);
  spec.set_target_integrated(true);
  spec.set_rows_max(7);
  spec.set_bytes_max(int64_t{1} << 40);
  spec.set_answers(v1::ANSWERS_SPECIAL);
  spec.set_engine_memory_bytes(int64_t{2} << 30);
  spec.set_integral_bytes_max(1'000);
  v1::LadderStep& step = *spec.add_ladder();
  step.set_engine("sympy");
  step.set_budget_ms(10'000);
  (*spec.mutable_engine_versions())["giac"] = "1.9";
  (*spec.mutable_engine_versions())["sympy"] = ">=1.10";
  v1::GeneratorSpec& generator = *spec.mutable_generator();
  generator.mutable_leaves()->set_signed_integers(true);
  generator.set_small_one_in(3);
  generator.set_drop_constant_permille(0);
  generator.set_canonicalize(false);
  generator.set_drop_shrunk(false);
  const absl::StatusOr<v1::JobSpec> back = ParseJobYaml(JobToYaml(spec), "printed.yaml");
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(MessageDifferencer::Equals(*back, spec)) << JobToYaml(spec);
}

TEST(JobYamlTest, APresetFillsInWhatTheFileLeavesOut) {
  const v1::JobSpec spec =
      ParseJobYaml("preset: intclass\nseed: 7\ntarget: 12k\n", "night.yaml").value();
  EXPECT_EQ(spec.name(), "intclass");
  EXPECT_EQ(spec.seed(), 7u);
  EXPECT_EQ(spec.target(), 12'000);
  EXPECT_GT(spec.generator().unary_size(), 0);
}

TEST(JobYamlTest, TheKindChoosesThePresetsParameters) {
  const v1::JobSpec spec =
      ParseJobYaml("preset: lample-charton\ngenerator:\n  kind: backward\n", "job.yaml").value();
  EXPECT_TRUE(
      MessageDifferencer::Equals(spec, JobFromPreset("lample-charton", v1::KIND_BACKWARD).value()));
  EXPECT_EQ(spec.generator().nodes_min(), 4u);
}

TEST(JobYamlTest, WithoutPresetAndNameTheFileNamesTheJob) {
  const absl::StatusOr<v1::JobSpec> spec = ParseJobYaml(
      "generator:\n  unary: {sin: 1}\n  binary: {add: 1}\n", "/home/me/small-job.yaml");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->name(), "small-job");
}

TEST(JobYamlTest, MistakesAreNamedWithFileLineAndCure) {
  EXPECT_EQ(Error("preset: intclass\nsede: 1\n"),
            "job.yaml:2: unknown key 'sede' (did you mean 'seed'?)");
  EXPECT_EQ(Error("preset: intclass\nseed: 1\nseed: 2\n"),
            "job.yaml:3: duplicate key 'seed', first on line 2");
  EXPECT_THAT(Error("preset: intclas\n"), HasSubstr("job.yaml:1: "));
  EXPECT_THAT(Error("preset: intclass\ngenerator:\n  nodes_max: 31\n"),
              HasSubstr("job.yaml:3: generator.nodes_max must be 0 .. 30, got 31"));
  EXPECT_THAT(Error("preset: intclass\nseed: 010\n"), HasSubstr("job.yaml:2: seed: '010'"));
  EXPECT_THAT(Error("preset: intclass\nladder:\n  - {engine: giacc, budget_ms: 1}\n"),
              HasSubstr("did you mean 'giac'?"));
  EXPECT_THAT(Error("preset: intclass\nladder:\n  - {engine: giac}\n"), HasSubstr("budget_ms"));
  EXPECT_THAT(Error("preset: intclass\nname: A B\n"), HasSubstr("job.yaml: name must be"));
  EXPECT_THAT(Error("seed: 1\n"), HasSubstr("generator.unary"));
}

TEST(JobYamlTest, TheExamplesInDeployAreValid) {
  int examples = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(MOTZKIN_SOURCE_DIR) + "/deploy/jobs")) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const absl::StatusOr<v1::JobSpec> spec = ParseJobYaml(text.str(), entry.path().string());
    EXPECT_TRUE(spec.ok()) << spec.status();
    ++examples;
  }
  EXPECT_GE(examples, 3);
}

TEST(JobYamlTest, TheCommentedExampleNamesEveryKeyThereIs) {
  std::ostringstream text;
  text << std::ifstream(std::string(MOTZKIN_SOURCE_DIR) + "/deploy/jobs/every-key.yaml").rdbuf();
  std::istringstream printed(JobToYaml(JobFromPreset("lample-charton").value()));
  for (std::string line; std::getline(printed, line);) {
    const std::string key = line.substr(0, line.find(':'));
    if (key.find('-') != std::string::npos) continue;  // a step of the ladder
    EXPECT_THAT(text.str(), HasSubstr("\n" + key + ":"));
  }
}

}  // namespace
}  // namespace motzkin
