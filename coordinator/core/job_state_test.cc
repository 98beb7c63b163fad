#include "coordinator/core/job_state.h"

#include <gtest/gtest.h>

namespace motzkin::coordinator {
namespace {

JobState Job(JobRules rules, JobProgress progress = {}) {
  return JobState({.rules = std::move(rules), .progress = progress});
}

TEST(JobStateTest, AFunctionTargetAllocatesExactlyItsTarget) {
  JobState job = Job({.target = 100}, {.allocated_below = 60});
  job.allocating = 30;
  EXPECT_EQ(job.Allocatable(), 10);
  job.AllocatedTo(100);
  job.allocating = 0;
  EXPECT_EQ(job.Allocatable(), 0);
}

TEST(JobStateTest, AFunctionTargetEndsWhenItsPrefixIsSealed) {
  EXPECT_FALSE(
      Job({.target = 100}, {.allocated_below = 100, .stored = 100, .sealed_below = 90}).Finished());
  EXPECT_TRUE(Job({.target = 100}, {.allocated_below = 100, .stored = 100, .sealed_below = 100})
                  .Finished());
}

TEST(JobStateTest, AnIntegratedTargetAllocatesAheadByItsSuccessRate) {
  const JobRules rules{.target = 1000, .target_integrated = true};
  // Half of those tried were integrated. 500 are missing, so 1000 more are needed.
  const JobState job = Job(rules, {.allocated_below = 1000, .stored = 1000, .integrated = 500});
  EXPECT_NEAR(static_cast<double>(job.Allocatable()), 1000, 5);
  // Half of those in flight will be integrated too.
  const JobState later = Job(rules, {.allocated_below = 1800, .stored = 1000, .integrated = 500});
  EXPECT_NEAR(static_cast<double>(later.Allocatable()), 200, 5);
}

TEST(JobStateTest, AnIntegratedTargetEndsOnTheSealedPrefixAlone) {
  const JobRules rules{.target = 10, .target_integrated = true};
  JobProgress progress{.allocated_below = 40,
                       .stored = 30,
                       .integrated = 12,
                       .sealed_below = 5,
                       .sealed_integrated = 3};
  EXPECT_FALSE(Job(rules, progress).Finished());
  EXPECT_EQ(Job(rules, progress).Allocatable(), 0) << "enough is on its way";
  progress.sealed_integrated = 10;
  EXPECT_TRUE(Job(rules, progress).Finished());
}

TEST(JobStateTest, AnEndlessJobStopsAtItsRows) {
  EXPECT_EQ(Job({.rows_max = 50}, {.allocated_below = 45}).Allocatable(), 5);
  EXPECT_TRUE(
      Job({.rows_max = 50}, {.allocated_below = 50, .stored = 50, .sealed_below = 50}).Finished());
}

TEST(JobStateTest, AnEndlessJobStopsWhenItsBytesAreFull) {
  const JobState job =
      Job({.bytes_max = 1'000'000}, {.allocated_below = 500, .stored = 500, .bytes = 500'000});
  EXPECT_EQ(job.Allocatable(), 500);
}

TEST(JobStateTest, ThatDoesNotRunAllocatesNothing) {
  EXPECT_EQ(JobState({.rules = {.target = 100}, .state = v1::JOB_STATE_PAUSED}).Allocatable(), 0);
}

}  // namespace
}  // namespace motzkin::coordinator
