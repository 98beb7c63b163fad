#include "tests/sim/simulator.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

#include "tests/support/seed.h"

namespace motzkin::coordinator {
namespace {

// Returns the number of steps of all runs together; $SIM_STEPS sets more for a long night.
int64_t Steps() {
  const char* steps = std::getenv("SIM_STEPS");
  return steps == nullptr ? 1'000'000 : std::stoll(steps);
}

// Opens the file $SIM_LOG, to which all runs append their event logs. Null if it is not set.
std::ostream* EventLog() {
  static const char* const path = std::getenv("SIM_LOG");
  if (path == nullptr) return nullptr;
  static std::ofstream log(path, std::ios::app);
  return &log;
}

TEST(SimulatorTest, ACalmClusterFinishesItsJobs) {
  Simulator simulator({.seed = 1, .faults_until = absl::ZeroDuration(), .log = EventLog()});
  EXPECT_EQ(simulator.Run(), "");
  EXPECT_EQ(simulator.store().repeated(), 0) << "without faults nothing is computed twice";
}

TEST(SimulatorTest, PeersThatClaimMuchAndDeliverNothingHoldNoJobUp) {
  const uint64_t first = test::Seed();
  for (uint64_t seed = first; seed < first + 5; ++seed) {
    SCOPED_TRACE(::testing::Message() << "replay with TEST_SEED=" << seed);
    Simulator simulator({.seed = seed, .workers = 5, .idlers = 2, .log = EventLog()});
    EXPECT_EQ(simulator.Run(), "");
  }
}

TEST(SimulatorTest, EveryFunctionEndsWithOneResultUnderAnyFault) {
  const uint64_t first = test::Seed();
  std::map<std::string, int> faults;
  int64_t steps = 0;
  int64_t poisoned = 0, crashed = 0, audits = 0, by_itself = 0;
  for (uint64_t seed = first; steps < Steps(); ++seed) {
    SCOPED_TRACE(::testing::Message() << "replay with TEST_SEED=" << seed);
    Simulator simulator(
        {.seed = seed, .workers = 1 + static_cast<int>(seed % 6), .log = EventLog()});
    ASSERT_EQ(simulator.Run(), "");
    steps += simulator.steps();
    for (const auto& [kind, count] : simulator.faults()) faults[kind] += count;
    for (const auto& [key, audit] : simulator.store().audit_book().audits) {
      ++audits;
      by_itself += audit.auditor == audit.first && simulator.workers() > 1 ? 1 : 0;
    }
    for (const auto& [job, index] : simulator.poison()) {
      ++poisoned;
      crashed += static_cast<int64_t>(simulator.store().crashed(job).size());
    }
  }
  std::cout << steps << " steps from seed " << first << ":";
  for (const auto& [kind, count] : faults) std::cout << " " << kind << " " << count << ",";
  std::cout << "\n" << crashed << " functions crashed where " << poisoned << " kill\n";
  std::cout << audits << " audits, " << by_itself << " by the first worker with no other at hand\n";
  EXPECT_GT(audits, 0);
  EXPECT_LT(by_itself, audits / 4);
  // Other functions crash only where chance killed one worker twice on the same function.
  EXPECT_LE(crashed, poisoned + poisoned / 20 + 1);
}

}  // namespace
}  // namespace motzkin::coordinator
