#include "classifier/training/logistic_regression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "classifier/model.h"

namespace motzkin::classifier {
namespace {

TEST(LogisticRegressionTest, TheWeightsAreThoseOfTheMinimum) {
  // One feature of value 1 in two of three rows: by symmetry the minimum has one unknown for the
  // feature and one for the constant term, and its gradient is 0.
  TrainingSet set;
  set.Add({{7, 1}}, true);
  set.Add({{7, 1}}, true);
  set.Add({}, false);
  const std::vector<int32_t> weights = set.Fit().value();
  const double feature = weights[7] * kWeightUnit;
  const double constant = weights.back() * kWeightUnit;
  const auto slope = [](double margin) { return 1 / (1 + std::exp(margin)); };
  const double cost = TrainingSet::kCost;
  EXPECT_NEAR(feature, cost * 2 * slope(feature + constant), 1e-3);
  EXPECT_NEAR(constant, cost * (2 * slope(feature + constant) - slope(-constant)), 1e-3);
  EXPECT_EQ(weights[8], 0);
}

TEST(LogisticRegressionTest, TheFirstLabelMayBeEither) {
  TrainingSet first_true;
  first_true.Add({{7, 1}}, true);
  first_true.Add({{8, 1}}, false);
  TrainingSet first_false;
  first_false.Add({{8, 1}}, false);
  first_false.Add({{7, 1}}, true);
  EXPECT_GT(first_true.Fit().value()[7], 0);
  EXPECT_EQ(first_true.Fit().value(), first_false.Fit().value());
}

TEST(LogisticRegressionTest, OneLabelIsOneClearLine) {
  TrainingSet set;
  EXPECT_EQ(set.Fit().status().message(), "there are no functions to train on");
  set.Add({{7, 1}}, true);
  EXPECT_EQ(set.Fit().status().message(),
            "every function to train on has an integral, and a model needs both labels");
  TrainingSet other;
  other.Add({{7, 1}}, false);
  EXPECT_EQ(other.Fit().status().message(),
            "no function to train on has an integral, and a model needs both labels");
}

}  // namespace
}  // namespace motzkin::classifier
