#include "common/job_spec/job_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "common/generator/presets.h"

namespace motzkin {
namespace {

using ::testing::HasSubstr;

TEST(JobSpecTest, EveryPresetIsAValidJobNamedAfterItself) {
  for (const std::string& name : generator::PresetNames()) {
    const absl::StatusOr<v1::JobSpec> spec = JobFromPreset(name);
    ASSERT_TRUE(spec.ok()) << spec.status();
    EXPECT_TRUE(ValidateJobSpec(*spec).ok()) << ValidateJobSpec(*spec);
    EXPECT_EQ(spec->name(), name);
    EXPECT_EQ(spec->target(), 1'000'000);
  }
}

TEST(JobSpecTest, AnUnknownPresetListsThoseThereAre) {
  const absl::Status status = JobFromPreset("demo").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("lample-charton"));
}

TEST(JobSpecTest, SpecialFunctionsCountForTheReferencePresetOnly) {
  EXPECT_EQ(JobFromPreset("intclass")->answers(), v1::ANSWERS_SPECIAL);
  EXPECT_EQ(JobFromPreset("lample-charton")->answers(), v1::ANSWERS_ELEMENTARY);
}

struct Mistake {
  const char* field;  // must be in the message
  std::function<void(v1::JobSpec&)> make;
};

TEST(JobSpecTest, EachFieldOutOfRangeIsRefusedByName) {
  const Mistake mistakes[] = {
      {"name", [](v1::JobSpec& spec) { spec.set_name("Not A Name"); }},
      {"name", [](v1::JobSpec& spec) { spec.set_name(std::string(64, 'a')); }},
      {"preset", [](v1::JobSpec& spec) { spec.set_preset("a\nb"); }},
      {"ladder", [](v1::JobSpec& spec) { spec.clear_ladder(); }},
      {"ladder.engine", [](v1::JobSpec& spec) { spec.mutable_ladder(0)->set_engine("maple"); }},
      {"ladder.budget_ms", [](v1::JobSpec& spec) { spec.mutable_ladder(0)->set_budget_ms(0); }},
      {"target", [](v1::JobSpec& spec) { spec.set_target(-1); }},
      {"rows_max", [](v1::JobSpec& spec) { spec.set_target(0); }},
      {"bytes_max", [](v1::JobSpec& spec) { spec.set_bytes_max(-1); }},
      {"answers", [](v1::JobSpec& spec) { spec.set_answers(v1::ANSWERS_UNSPECIFIED); }},
      {"engine_memory_bytes", [](v1::JobSpec& spec) { spec.set_engine_memory_bytes(1024); }},
      {"512 MiB) for fricas",
       [](v1::JobSpec& spec) { spec.set_engine_memory_bytes((512ll << 20) - 1); }},
      {"integral_bytes_max", [](v1::JobSpec& spec) { spec.set_integral_bytes_max(65'537); }},
      {"engine_versions",
       [](v1::JobSpec& spec) { spec.mutable_engine_versions()->insert({"axiom", "1"}); }},
      {"engine_versions.giac",
       [](v1::JobSpec& spec) { spec.mutable_engine_versions()->insert({"giac", "\""}); }},
      {"generator.version", [](v1::JobSpec& spec) { spec.mutable_generator()->set_version(99); }},
      {"generator.kind", [](v1::JobSpec& spec) { spec.mutable_generator()->clear_kind(); }},
      {"generator.unary", [](v1::JobSpec& spec) { spec.mutable_generator()->clear_unary(); }},
      {"generator.binary.add",
       [](v1::JobSpec& spec) { spec.mutable_generator()->mutable_binary(0)->set_weight(1001); }},
      {"frobnicate",
       [](v1::JobSpec& spec) {
         spec.mutable_generator()->mutable_unary(0)->set_symbol("frobnicate");
       }},
      {"variable_permille",
       [](v1::JobSpec& spec) {
         spec.mutable_generator()->mutable_leaves()->set_variable_permille(0);
       }},
      {"integer_min",
       [](v1::JobSpec& spec) { spec.mutable_generator()->mutable_leaves()->set_integer_min(9); }},
      {"nodes_max", [](v1::JobSpec& spec) { spec.mutable_generator()->set_nodes_max(31); }},
      {"nodes_min", [](v1::JobSpec& spec) { spec.mutable_generator()->set_nodes_min(16); }},
      {"tokens_max", [](v1::JobSpec& spec) { spec.mutable_generator()->set_tokens_max(0); }},
      {"drop_constant_permille",
       [](v1::JobSpec& spec) { spec.mutable_generator()->set_drop_constant_permille(1001); }},
  };
  for (const Mistake& mistake : mistakes) {
    v1::JobSpec spec = JobFromPreset("lample-charton").value();
    mistake.make(spec);
    const absl::Status status = ValidateJobSpec(spec);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << mistake.field;
    EXPECT_THAT(std::string(status.message()), HasSubstr(mistake.field));
  }
}

// The message goes back to the sender of the job.
TEST(JobSpecTest, WhatIsQuotedStaysOnOneLine) {
  v1::JobSpec spec = JobFromPreset("lample-charton").value();
  spec.set_name("a\nb\x1b[31m");
  EXPECT_THAT(std::string(ValidateJobSpec(spec).message()), HasSubstr("got 'a\\nb\\x1b[31m'"));
  spec.set_name("demo");
  spec.mutable_generator()->mutable_unary(0)->set_symbol(std::string(70'000, '\n'));
  const std::string words(ValidateJobSpec(spec).message());
  EXPECT_LE(words.size(), 2'000u);
  EXPECT_EQ(words.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace motzkin
