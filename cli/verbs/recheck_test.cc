// Needs the program `integrator`, because a check is worth as much as its verifier.
#include "cli/verbs/recheck.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/expression/printer.h"
#include "common/generator/function_sampler.h"
#include "common/job_spec/job_spec.h"

namespace motzkin::cli {
namespace {

using ::testing::HasSubstr;

class RecheckTest : public ::testing::Test {
 protected:
  // Returns the row that an honest worker stores.
  dataset::Row Honest(int64_t index) const {
    expression::Pool pool;
    const generator::GeneratedFunction made = sampler_.Generate(spec_.seed(), index, pool).value();
    const auto prefix = [](expression::Expr e) {
      return expression::Print(e, expression::Format::kPrefix).value();
    };
    dataset::Row row;
    row.index = index;
    row.integrand = prefix(made.integrand);
    row.integral = prefix(made.known_integral);
    row.outcome = v1::OUTCOME_INTEGRATED;
    row.answer_class = v1::ANSWER_CLASS_ELEMENTARY;
    row.canonical_hash = made.canonical_hash;
    row.skeleton_hash = made.skeleton_hash;
    return row;
  }

  std::vector<bool> Check(const std::vector<dataset::Row>& rows) const {
    const auto recheck = Recheck::Create(spec_, MOTZKIN_BIN_DIR "/integrator", "");
    EXPECT_TRUE(recheck.ok()) << recheck.status();
    const auto sound = (*recheck)->Check(rows);
    EXPECT_TRUE(sound.ok()) << sound.status();
    return sound.value_or(std::vector<bool>());
  }

  const v1::JobSpec spec_ = JobFromPreset("lample-charton", v1::KIND_BACKWARD).value();
  const generator::FunctionSampler sampler_ =
      generator::FunctionSampler::Create(spec_.generator()).value();
};

TEST_F(RecheckTest, HonestRowsPassAndForgedOnesFail) {
  std::vector<dataset::Row> rows;
  std::vector<bool> expected;
  const auto add = [&](int64_t index, bool sound) -> dataset::Row& {
    rows.push_back(Honest(index));
    expected.push_back(sound);
    return rows.back();
  };
  for (int64_t index = 0; index < 40; ++index) add(index, true);
  add(40, false).integral = "x";  // a wrong integral
  add(41, false) = Honest(42);    // another index's function, rightly integrated
  rows.back().index = 41;
  add(43, false).canonical_hash = 1;  // hashes that make it look like a duplicate
  add(44, false).skeleton_hash = 1;   // ... or belong to another split
  add(45, false).answer_class = v1::ANSWER_CLASS_SPECIAL;  // a class that makes another label
  add(46, false).integral = "no such token";
  // A negative is only drawn, because no check is cheaper than to integrate again.
  dataset::Row& negative = add(47, true);
  negative.outcome = v1::OUTCOME_UNSOLVED;
  negative.integral.clear();
  add(48, false).outcome = v1::OUTCOME_UNSOLVED;
  rows.back().integrand = "x";
  // The generator's integral may hold abs, and then the row says so.
  for (dataset::Row& row : rows) row.has_abs = row.integral.find("abs") != std::string::npos;
  EXPECT_EQ(Check(rows), expected);
}

TEST_F(RecheckTest, AProgramOfAnotherGeneratorDoesNotJudge) {
  v1::JobSpec later = spec_;
  later.mutable_generator()->set_version(99);
  const auto recheck = Recheck::Create(later, MOTZKIN_BIN_DIR "/integrator", "use --trust-rows");
  EXPECT_TRUE(absl::IsFailedPrecondition(recheck.status())) << recheck.status();
  EXPECT_THAT(std::string(recheck.status().message()), HasSubstr("use --trust-rows"));
}

}  // namespace
}  // namespace motzkin::cli
