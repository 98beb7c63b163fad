#include "worker/slots/careful_log.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"
#include "worker/results/testing/rows.h"

namespace motzkin::worker {
namespace {

class CarefulLogTest : public ::testing::Test {
 protected:
  test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "careful";
};

TEST_F(CarefulLogTest, WhatDidNotEndIsADeathToTheNextProcess) {
  CarefulLog first(path_);
  ASSERT_TRUE(first.Begin(TestTask(7)).ok());
  CarefulLog second(path_);
  EXPECT_EQ(second.Deaths(TestTask(7)), 1);
  EXPECT_EQ(second.Deaths(TestTask(8)), 0);
  ASSERT_TRUE(second.Begin(TestTask(7)).ok());
  EXPECT_EQ(CarefulLog(path_).Deaths(TestTask(7)), CarefulLog::kDeathsToBlame);
}

TEST_F(CarefulLogTest, WhatEndedIsForgottenAndWhatWasInterruptedIsNoDeath) {
  CarefulLog log(path_);
  ASSERT_TRUE(log.Begin(TestTask(7)).ok());
  log.End(TestTask(7), /*settled=*/true);
  ASSERT_TRUE(log.Begin(TestTask(8)).ok());
  CarefulLog next(path_);
  EXPECT_EQ(next.Deaths(TestTask(7)), 0);
  ASSERT_TRUE(next.Begin(TestTask(8)).ok());
  next.End(TestTask(8), /*settled=*/false);
  EXPECT_EQ(CarefulLog(path_).Deaths(TestTask(8)), 1);
}

TEST_F(CarefulLogTest, NothingIsBegunThatCannotBeWrittenDown) {
  CarefulLog log(directory_.path() / "missing" / "careful");
  EXPECT_TRUE(absl::IsUnavailable(log.Begin(TestTask(7))));
  EXPECT_EQ(log.Deaths(TestTask(7)), 0);
}

TEST_F(CarefulLogTest, ADamagedFileIsNoReasonNotToWork) {
  std::ofstream(path_) << "\x01\x02 nonsense\n" << kTestJob << " 7 2\n";
  CarefulLog log(path_);
  ASSERT_TRUE(log.Begin(TestTask(9)).ok());
  EXPECT_EQ(CarefulLog(path_).Deaths(TestTask(9)), 1);
}

}  // namespace
}  // namespace motzkin::worker
