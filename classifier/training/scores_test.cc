#include "classifier/training/scores.h"

#include <gtest/gtest.h>

namespace motzkin::classifier {
namespace {

TEST(ScoresTest, AGuessIsTrueFromOneHalfOn) {
  ModelScores scores;
  scores.Add(0.5, true, v1::OUTCOME_INTEGRATED);
  scores.Add(0.49, true, v1::OUTCOME_INTEGRATED);
  scores.Add(0.1, false, v1::OUTCOME_TIMED_OUT);
  EXPECT_EQ(scores.hits.right, 2);
  EXPECT_EQ(scores.positive, 2);
  EXPECT_EQ(scores.by_outcome[v1::OUTCOME_INTEGRATED].right, 1);
  EXPECT_EQ(scores.by_outcome[v1::OUTCOME_TIMED_OUT].rows, 1);
}

TEST(ScoresTest, TheCalibrationErrorIsTheMeanDistanceOfTheBins) {
  ModelScores scores;
  scores.Add(0.95, true, v1::OUTCOME_INTEGRATED);
  scores.Add(1.0, false, v1::OUTCOME_UNSOLVED);
  scores.Add(0.0, false, v1::OUTCOME_UNSOLVED);
  scores.Add(0.25, false, v1::OUTCOME_UNSOLVED);
  EXPECT_EQ(scores.bins[9].rows, 2);
  EXPECT_EQ(scores.bins[9].positive, 1);
  // |1.95 - 1| + |0 - 0| + |0.25 - 0|, over four rows.
  EXPECT_NEAR(scores.CalibrationError(), 0.3, 1e-12);
}

}  // namespace
}  // namespace motzkin::classifier
