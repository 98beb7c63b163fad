#include "dataset/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "dataset/balance.h"
#include "dataset/baselines.h"
#include "dataset/ln_abs.h"
#include "dataset/svg_chart.h"

namespace motzkin::dataset {
namespace {

Row RowOf(const std::string& integrand, Split split = Split::kTrain) {
  Row row;
  row.integrand = integrand;
  row.split = split;
  row.outcome = v1::OUTCOME_UNSOLVED;
  return row;
}

TEST(HistogramTest, PercentilesAreValuesThatOccur) {
  Histogram histogram;
  for (const int value : {1, 2, 2, 3, 100}) histogram.Add(value);
  EXPECT_EQ(histogram.Percentile(0), 1);
  EXPECT_EQ(histogram.Percentile(500), 2);
  EXPECT_EQ(histogram.Percentile(800), 3);
  EXPECT_EQ(histogram.Percentile(810), 100);
  EXPECT_EQ(histogram.Percentile(1'000), 100);
  EXPECT_DOUBLE_EQ(histogram.mean(), 21.6);
}

TEST(LogHistogramTest, PercentilesAreWithinThreePercent) {
  LogHistogram histogram;
  std::vector<int64_t> values;
  for (int64_t i = 1; i < 3'000; ++i) values.push_back(i * i * i % 7'919'000 + i);
  for (const int64_t value : values) histogram.Add(value);
  std::sort(values.begin(), values.end());
  for (const int permille : {1, 10, 500, 900, 990, 999}) {
    const int64_t exact = values[(values.size() * static_cast<size_t>(permille) + 999) / 1'000 - 1];
    EXPECT_GE(histogram.Percentile(permille), exact);
    EXPECT_LE(static_cast<double>(histogram.Percentile(permille)),
              1.032 * static_cast<double>(exact));
  }
  EXPECT_EQ(histogram.Percentile(1'000), values.back());
  LogHistogram largest;
  largest.Add(INT64_MAX);
  EXPECT_EQ(largest.Percentile(500), INT64_MAX);
}

TEST(StatisticsTest, OperatorsAreCountedAndLeavesAreNot) {
  Statistics statistics;
  statistics.Add(RowOf("add mul INT+ 1 0 x pow x INT- 2"), false);
  EXPECT_EQ(statistics.integrand_operators.size(), 3u);
  EXPECT_EQ(statistics.integrand_operators["mul"], 1);
  EXPECT_EQ(statistics.by_size.at(3).negative, 1);
  EXPECT_EQ(statistics.integrand_tokens.Percentile(500), 10);
}

TEST(StatisticsTest, NamesOfASpoiledDatabaseDoNotFillMemory) {
  Statistics statistics;
  for (int i = 0; i < 10'000; ++i) statistics.Add(RowOf("name" + std::to_string(i)), false);
  EXPECT_LE(statistics.integrand_operators.size(), Statistics::kOperatorNamesMax + 1);
  EXPECT_EQ(statistics.integrand_operators["other"], 9'800);
}

TEST(BalanceTest, AsManyOfBothAreTakenEvenlySpread) {
  BalancePlan plan(Balance::kLabel);
  const auto label = [](int i) { return i % 10 < 3; };
  for (int i = 0; i < 1'000; ++i) plan.Count(RowOf("x"), label(i));
  int taken[2] = {0, 0};
  int in_first_half = 0;
  for (int i = 0; i < 1'000; ++i) {
    if (!plan.Take(RowOf("x"), label(i))) continue;
    ++taken[label(i) ? 1 : 0];
    if (i < 500) ++in_first_half;
  }
  EXPECT_EQ(taken[0], 300);
  EXPECT_EQ(taken[1], 300);
  EXPECT_NEAR(in_first_half, 300, 2);
}

TEST(BalanceTest, SplitsAndLengthsAreBalancedEachForItself) {
  BalancePlan plan(Balance::kLabelAndLength);
  plan.Count(RowOf("x"), true);
  plan.Count(RowOf("sin x"), false);
  plan.Count(RowOf("x", Split::kTest), false);
  EXPECT_FALSE(plan.Take(RowOf("x"), true));
  EXPECT_FALSE(plan.Take(RowOf("sin x"), false));
  EXPECT_FALSE(plan.Take(RowOf("x", Split::kTest), false));
}

TEST(BaselinesTest, WhatGivesTheLabelAwayIsFound) {
  // A sine means true, the length says nothing, and two thirds are false.
  Baselines baselines;
  for (const Split split : {Split::kTrain, Split::kTest}) {
    for (int i = 0; i < 300; ++i) {
      baselines.Add(RowOf(i % 3 == 0 ? "sin x" : "cos x", split), i % 3 == 0);
    }
  }
  const BaselineScores scores = baselines.Score();
  EXPECT_EQ(scores.test_rows, 300);
  EXPECT_EQ(scores.majority, 200);
  EXPECT_EQ(scores.length, 200);
  EXPECT_EQ(scores.operators, 300);
}

TEST(BaselinesTest, ALengthThatGivesTheLabelAwayIsFound) {
  Baselines baselines;
  for (const Split split : {Split::kTrain, Split::kTest}) {
    for (int i = 0; i < 100; ++i)
      baselines.Add(RowOf(i % 2 == 0 ? "sin x" : "x", split), i % 2 == 0);
  }
  EXPECT_EQ(baselines.Score().length, 100);
}

TEST(LnAbsTest, OnlyLogarithmsOfAbsoluteValuesAreRewritten) {
  const auto stripped = [](const char* infix) {
    expression::Pool pool;
    const auto expr = expression::ParseInfix(infix, pool);
    EXPECT_TRUE(expr.ok());
    return expression::Print(StripLnAbs(*expr, pool), expression::Format::kInfix).value();
  };
  EXPECT_EQ(stripped("log(abs(x)) + abs(x)"), "log(x) + abs(x)");
  EXPECT_EQ(stripped("log(abs(log(abs(x))))"), "log(log(x))");
  EXPECT_EQ(stripped("log(2*abs(x))"), "log(2*abs(x))");
}

TEST(SvgChartTest, TextIsEscapedAndEmptyChartsAreWhole) {
  const std::string svg =
      Svg(LineChart{.title = "a<b & \"c\"", .x_label = "", .y_label = "", .series = {}});
  EXPECT_NE(svg.find("a&lt;b &amp; &quot;c&quot;"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(Svg(BarChart{"empty", "", {}}).find("nan"), std::string::npos);
}

TEST(SvgChartTest, PointsLieWithinTheFrame) {
  LineChart chart{.title = "t", .x_label = "x", .y_label = "y", .series = {}, .log_y = true};
  chart.series.push_back({"s", {{1, 0.5}, {2, 0}, {3, 700}}});
  const std::string svg = Svg(chart);
  EXPECT_NE(svg.find("<polyline points=\"64.0,"), std::string::npos) << svg;
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

}  // namespace
}  // namespace motzkin::dataset
