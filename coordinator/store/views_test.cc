#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/expression/testing/random_trees.h"
#include "common/results/split.h"
#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

class ViewsTest : public StoreFixture {
 protected:
  // One row an outcome and answer class, sealed.
  JobRecord AllKinds(v1::Answers answers) {
    v1::JobSpec spec;
    spec.set_name(answers == v1::ANSWERS_SPECIAL ? "special" : "elementary");
    spec.mutable_generator()->set_version(1);
    spec.set_answers(answers);
    spec.add_ladder()->set_engine("giac");
    const JobRecord job = Must(store().CreateJob(
        spec, Must(sql().Execute("SELECT gen_random_uuid() AS uuid")).front().Text("uuid")));
    const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 11)), NewWorker());
    v1::Submission submission = SubmissionOf(job, grant, {});
    for (int outcome = v1::OUTCOME_INTEGRATED; outcome <= v1::OUTCOME_UNVERIFIED; ++outcome) {
      *submission.add_results() = RowOf(outcome - 1, outcome, static_cast<v1::Outcome>(outcome));
    }
    for (const v1::AnswerClass answer_class :
         {v1::ANSWER_CLASS_SPECIAL, v1::ANSWER_CLASS_COMPLEX}) {
      const int index = 7 + answer_class;
      v1::Result row = RowOf(index, index + 10, v1::OUTCOME_INTEGRATED);
      row.set_answer_class(answer_class);
      *submission.add_results() = row;
    }
    EXPECT_TRUE(Submit(submission).ok());
    EXPECT_EQ(Must(store().Seal(job.id)), 11);
    return job;
  }

  std::string Labels(const std::string& job) {
    return Must(sql().Execute(
                    "SELECT string_agg(index || coalesce(success::text, '-'), ' ' ORDER BY index) "
                    "FROM training_data_all WHERE job = $1",
                    postgres::Params().Text(job)))
        .front()
        .Text("string_agg");
  }
};

TEST_F(ViewsTest, TheLabelFollowsOutcomeAndAnswerClassByTheJobsConvention) {
  AllKinds(v1::ANSWERS_SPECIAL);
  AllKinds(v1::ANSWERS_ELEMENTARY);
  // integrated, partly, unsolved, nonelementary, timed_out, memory_exceeded, crashed, refuted,
  // unverified, integrated special, integrated complex.
  EXPECT_EQ(Labels("special"), "0true 1- 2false 3false 4false 5- 6- 7- 8- 9true 10-");
  EXPECT_EQ(Labels("elementary"), "0true 1- 2false 3false 4false 5- 6- 7- 8- 9- 10-");
  EXPECT_EQ(Number("SELECT count(*) FROM training_data WHERE job = 'special'"), 5);
  EXPECT_EQ(Number("SELECT count(*) FROM training_data WHERE job = 'elementary'"), 4);
  EXPECT_EQ(Number("SELECT count(*) FROM training_data WHERE success <> (integral IS NOT NULL)"),
            0);
}

TEST_F(ViewsTest, TrainingDataHoldsSealedRowsOnly) {
  const JobRecord job = NewJob();
  const std::string worker = NewWorker();
  const LeaseSnapshot first = GrantBatch(Must(AllocateBatch(store(), job.id, 5)), worker);
  const LeaseSnapshot second = GrantBatch(Must(AllocateBatch(store(), job.id, 5)), worker);
  Fill(job, second);
  Must(store().Seal(job.id));
  EXPECT_EQ(Number("SELECT count(*) FROM training_data"), 0);
  EXPECT_EQ(Number("SELECT count(*) FROM training_data_all WHERE NOT sealed"), 5);
  Fill(job, first);
  Must(store().Seal(job.id));
  EXPECT_EQ(Number("SELECT count(*) FROM training_data"), 10);
}

TEST_F(ViewsTest, TheSplitOfSqlIsTheSplitOfTheProgramsAndKeepsSkeletonsTogether) {
  const auto rows = Must(sql().Execute(
      "SELECT h, split_of(h) AS split FROM (SELECT (n * 7046029254386353131)::bigint AS "
      "h FROM generate_series(-1, 1) n "
      "UNION ALL SELECT n::bigint FROM generate_series(0, 500) n UNION ALL "
      "SELECT -9223372036854775808) s"));
  ASSERT_EQ(rows.size(), 505u);
  for (const postgres::Row row : rows) {
    EXPECT_EQ(row.Text("split"), SplitOf(static_cast<uint64_t>(row.Int("h")))) << row.Int("h");
  }
  AllKinds(v1::ANSWERS_SPECIAL);
  EXPECT_EQ(Number("SELECT count(*) FROM (SELECT FROM training_data_all GROUP BY skeleton_hash "
                   "HAVING count(DISTINCT split) > 1) parted"),
            0);
}

TEST_F(ViewsTest, SqlWritesFunctionsForSympyAsPrintDoes) {
  const test::Seed seed;
  expression::Pool pool;
  expression::test::RandomTrees trees(seed, pool);
  std::vector<expression::Expr> functions;
  functions.reserve(600);
  for (int i = 0; i < 500; ++i) functions.push_back(trees.Draw(i % 25));
  for (const char* text :
       {"x", "-3", "-(3)", "2/3 - (-2)/3", "(-x)^(-2)*-(x*pi)", "acsch(x) + log(abs(x))*i*e",
        "dilog(x^2)", "polylog(2, 1 - x) - Gamma(1/2, -x)", "elliptic_pi(2, x, -1/3)",
        "hyper([], [], x)", "hyper([1, x], [1/2, 3, pi], x^2)/EulerGamma"}) {
    functions.push_back(expression::ParseInfix(text, pool).value());
  }
  for (const expression::Expr function : functions) {
    const std::string prefix = Print(function, expression::Format::kPrefix).value();
    const auto rows =
        Must(sql().Execute("SELECT sympy_of($1) AS sympy", postgres::Params().Text(prefix)));
    // Longer sums come back as pairs, so Print() gets the function as SQL sees it.
    const expression::Expr read = expression::ParsePrefix(prefix, pool).value();
    ASSERT_EQ(rows.front().Text("sympy"), Print(read, expression::Format::kSympy).value())
        << prefix;
  }
}

TEST_F(ViewsTest, WhatSympyCannotSayAndWhatIsNoPrefixTextIsNull) {
  for (const char* text :
       {"", "add x", "x x", "sin", "weierstrassZeta INT+ 1 INT+ 2 x", "nosuch x", "INT+", "1",
        "hyper INT+ 9 9 9 9 9 9 9 9 9 9 INT+ 1 x x", "hyper INT- 1 INT+ 1 x x", "hyper x x x",
        "rootof add pow bound INT+ 2 x"}) {
    EXPECT_EQ(Number("SELECT count(*) FROM (SELECT sympy_of('" + std::string(text) +
                     "') AS sympy) s WHERE sympy IS NOT NULL"),
              0)
        << text;
  }
}

TEST_F(ViewsTest, TrainingDataComesInSympysWordsToo) {
  AllKinds(v1::ANSWERS_SPECIAL);
  const auto rows = Must(sql().Execute(
      "SELECT integrand, integral, success, index FROM training_data_sympy ORDER BY index"));
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].Text("integrand"), "x + 1");
  EXPECT_EQ(rows[0].Text("integral"), "x**2/2 + 1*x");
  EXPECT_TRUE(rows[0].Bool("success"));
  EXPECT_EQ(rows[1].Text("integrand"), "x + 3");
  EXPECT_TRUE(rows[1].IsNull("integral"));
  EXPECT_FALSE(rows[1].Bool("success"));
}

TEST_F(ViewsTest, ProgressCountsOpenAndSealedRowsByOutcome) {
  AllKinds(v1::ANSWERS_SPECIAL);
  const JobRecord job = NewJob("open", 100);
  const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 10)), NewWorker());
  ASSERT_TRUE(Submit(SubmissionOf(job, grant, {1, 2, 3})).ok());
  ASSERT_TRUE(store().SetJobReason(job.id, "no worker has fricas").ok());
  const auto rows = Must(
      sql().Execute("SELECT functions, sealed, integrated, unsolved, done, blocked, bytes, state "
                    "FROM progress ORDER BY job"));
  ASSERT_EQ(rows.size(), 2u);
  const postgres::Row open = rows[0], special = rows[1];
  EXPECT_EQ(open.Int("functions"), 3);
  EXPECT_EQ(open.Int("sealed"), 0);
  EXPECT_EQ(open.Int("integrated"), 3);
  EXPECT_EQ(open.Int("done"), 3);
  EXPECT_EQ(open.Text("blocked"), "no worker has fricas");
  EXPECT_GT(open.Int("bytes"), 0);
  EXPECT_EQ(open.Text("state"), "running");
  EXPECT_EQ(special.Int("functions"), 11);
  EXPECT_EQ(special.Int("sealed"), 11);
  EXPECT_EQ(special.Int("integrated"), 3);
  EXPECT_EQ(special.Int("unsolved"), 1);
}

TEST_F(ViewsTest, SpeedsAreThoseOfTheLastFiveWholeMinutes) {
  const JobRecord job = NewJob("demo", 1'000);
  const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 20)), NewWorker());
  Fill(job, grant);
  ASSERT_TRUE(
      sql().Execute("UPDATE throughput_minute SET minute = minute - interval '2 min'").ok());
  EXPECT_EQ(Number("SELECT functions_per_minute::integer FROM worker_status"), 4);
  EXPECT_EQ(Number("SELECT functions_per_minute::integer FROM progress"), 4);
  // 980 at 4 a minute.
  EXPECT_EQ(Number("SELECT extract(epoch FROM eta)::bigint / 60 FROM progress"), 245);
  EXPECT_EQ(Must(store().figures().WorkerThroughput()).at(grant.worker).integrated_per_minute, 4);
  EXPECT_EQ(Must(sql().Execute("SELECT cas_seconds FROM throughput")).front().Real("cas_seconds"),
            0.16);
}

TEST_F(ViewsTest, EngineStepsShowWhatEachStepSaidAndCost) {
  AllKinds(v1::ANSWERS_SPECIAL);
  const auto rows = Must(
      sql().Execute("SELECT engine, engine_version, outcome, cpu_us, rss_kb, verifier_us, message "
                    "FROM engine_steps WHERE index = 2"));
  ASSERT_EQ(rows.size(), 1u);
  const postgres::Row step = rows.front();
  EXPECT_EQ(step.Text("engine"), "giac");
  EXPECT_EQ(step.Text("engine_version"), "1.9.0.35");
  EXPECT_EQ(step.Text("outcome"), "unsolved");
  EXPECT_EQ(step.Int("cpu_us"), 8'000);
  EXPECT_EQ(step.Int("verifier_us"), 120);
  EXPECT_EQ(step.Text("message"), "gave up");
}

TEST_F(ViewsTest, TheEnumsOfSqlAreThoseOfTheProto) {
  const auto names = [&](const char* type) {
    return Must(sql().Execute(
                    fmt::format("SELECT lower(string_agg(v::text, ' ' ORDER BY v)) AS names "
                                "FROM unnest(enum_range(NULL::{})) v",
                                type)))
        .front()
        .Text("names");
  };
  const auto expected = [](const google::protobuf::EnumDescriptor* type,
                           const std::string& prefix) {
    std::string text;
    for (int i = 1; i < type->value_count(); ++i) {
      std::string name = type->value(i)->name().substr(prefix.size());
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      text += (text.empty() ? "" : " ") + name;
      EXPECT_EQ(type->value(i)->number(), i);
    }
    return text;
  };
  EXPECT_EQ(names("outcome"), expected(v1::Outcome_descriptor(), "OUTCOME_"));
  EXPECT_EQ(names("answer_class"), expected(v1::AnswerClass_descriptor(), "ANSWER_CLASS_"));
  EXPECT_EQ(names("kind"), expected(v1::Kind_descriptor(), "KIND_"));
  EXPECT_EQ(names("answers"), expected(v1::Answers_descriptor(), "ANSWERS_"));
  EXPECT_EQ(names("job_state"), expected(v1::JobState_descriptor(), "JOB_STATE_"));
  EXPECT_EQ(names("verdict"), expected(v1::Verification::Verdict_descriptor(), "VERDICT_"));
}

}  // namespace
}  // namespace motzkin::coordinator
