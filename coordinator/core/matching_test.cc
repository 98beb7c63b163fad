#include "coordinator/core/matching.h"

#include <gtest/gtest.h>

namespace motzkin::coordinator {
namespace {

JobRules JobWithFricas() {
  return {.generator_version = 1,
          .canonical_version = 1,
          .engines = {{"giac", ""}, {"fricas", "1.3.8"}}};
}

WorkerReport Worker(std::map<std::string, std::string> engines) {
  return {.engines = std::move(engines), .generator_versions = {1}, .canonical_versions = {1}};
}

TEST(MatchingTest, AWorkerWithEveryEngineAndVersionMatches) {
  EXPECT_EQ(Lacks(JobWithFricas(), Worker({{"giac", "1.9.0"}, {"fricas", "1.3.8"}})), "");
}

TEST(MatchingTest, WhatIsMissingIsNamed) {
  EXPECT_EQ(Lacks(JobWithFricas(), Worker({{"giac", "1.9.0"}})), "fricas 1.3.8");
  WorkerReport old = Worker({{"giac", "1.9.0"}, {"fricas", "1.3.7"}});
  old.generator_versions = {2};
  EXPECT_EQ(Lacks(JobWithFricas(), old), "generator version 1, fricas 1.3.8");
}

TEST(MatchingTest, ABlockedJobSaysWhatNoWorkerHas) {
  const WorkerReport giac = Worker({{"giac", "1.9.0"}});
  const WorkerReport fricas = Worker({{"fricas", "1.3.8"}});
  EXPECT_EQ(WhyNoWorker(JobWithFricas(), {}), "no worker is connected");
  EXPECT_EQ(WhyNoWorker(JobWithFricas(), {&giac}), "no worker has fricas 1.3.8");
  EXPECT_EQ(
      WhyNoWorker(JobWithFricas(), {&giac, &fricas}),
      "no worker has all of generator version 1, canonical form version 1, giac, fricas 1.3.8");
}

TEST(MatchingTest, AVersionMayBeALowerBound) {
  JobRules job = JobWithFricas();
  job.engines[1].version = ">=1.3.8";
  for (const char* version : {"1.3.8", "1.3.10", "1.4", "2", "1.3.8.1"}) {
    EXPECT_EQ(Lacks(job, Worker({{"giac", "1.9.0"}, {"fricas", version}})), "") << version;
  }
  for (const char* version : {"1.3.7", "1.3", "1.2.9", "0.9.99", ""}) {
    EXPECT_EQ(Lacks(job, Worker({{"giac", "1.9.0"}, {"fricas", version}})), "fricas >= 1.3.8")
        << version;
  }
}

TEST(MatchingTest, WithoutABoundAVersionIsExact) {
  for (const char* version : {"1.3.9", "1.3.8+b1", "1.3"}) {
    EXPECT_EQ(Lacks(JobWithFricas(), Worker({{"giac", "1.9.0"}, {"fricas", version}})),
              "fricas 1.3.8");
  }
}

}  // namespace
}  // namespace motzkin::coordinator
