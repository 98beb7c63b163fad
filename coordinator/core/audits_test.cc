#include "coordinator/core/audits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::coordinator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class AuditsTest : public ::testing::Test {
 protected:
  static AuditSnapshot Open(int64_t index, const WorkerId& first) {
    return {.key = {1, index}, .first_worker = first};
  }
  std::set<WorkerId> Plan() {
    return audits_.Plan([this](int64_t) { return auditors_; }, now_);
  }

  std::vector<Auditor> auditors_ = {{"a", 2}, {"b", 2}};
  BootTime now_ = BootTime() + absl::Hours(1);
  Audits audits_{absl::Minutes(10)};
};

TEST_F(AuditsTest, AnotherWorkerThanTheFirstAuditsWhereThereIsOne) {
  audits_.Update({Open(1, "a"), Open(2, "b"), Open(3, "a"), Open(4, "a")});
  EXPECT_THAT(Plan(), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(audits_.Of("a"), ElementsAre(AuditKey{1, 2}));
  EXPECT_THAT(audits_.Of("b"), ElementsAre(AuditKey{1, 1}, AuditKey{1, 3})) << "and waits for room";
  EXPECT_THAT(Plan(), IsEmpty());
}

TEST_F(AuditsTest, ALonelyWorkerAuditsItself) {
  auditors_ = {{"a", 2}};
  audits_.Update({Open(1, "a"), Open(2, "b")});
  Plan();
  EXPECT_THAT(audits_.Of("a"), SizeIs(2));
}

TEST_F(AuditsTest, WhatIsDoneIsTakenAwayAndMakesRoom) {
  auditors_ = {{"b", 1}};
  audits_.Update({Open(1, "a"), Open(2, "a")});
  Plan();
  EXPECT_THAT(audits_.Of("b"), ElementsAre(AuditKey{1, 1}));
  audits_.Update({Open(2, "a")});
  EXPECT_THAT(Plan(), ElementsAre("b"));
  EXPECT_THAT(audits_.Of("b"), ElementsAre(AuditKey{1, 2}));
  audits_.Update({});
  EXPECT_THAT(Plan(), ElementsAre("b"));
  EXPECT_THAT(audits_.Of("b"), IsEmpty());
  EXPECT_TRUE(audits_.empty());
}

TEST_F(AuditsTest, WhoMayNotWorkAnyMoreGivesItsAuditsToOthers) {
  audits_.Update({Open(1, "a")});
  Plan();
  EXPECT_THAT(audits_.Of("b"), SizeIs(1));
  auditors_ = {{"a", 2}, {"c", 2}};
  EXPECT_THAT(Plan(), UnorderedElementsAre("b", "c"));
  EXPECT_THAT(audits_.Of("c"), SizeIs(1));
}

TEST_F(AuditsTest, AnAuditThatIsKeptForTooLongGoesToSomebodyElseAndThenRound) {
  auditors_ = {{"b", 1}, {"c", 1}};
  audits_.Update({Open(1, "a")});
  Plan();
  EXPECT_THAT(audits_.Of("b"), SizeIs(1));
  now_ += absl::Minutes(10);
  Plan();
  EXPECT_THAT(audits_.Of("c"), SizeIs(1));
  now_ += absl::Minutes(10);
  Plan();
  EXPECT_THAT(audits_.Of("b"), SizeIs(1));
}

}  // namespace
}  // namespace motzkin::coordinator
