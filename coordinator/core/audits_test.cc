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
  static AuditSnapshot Open(int64_t index, const WorkerId& first, bool integrated = false) {
    return {.key = {1, index}, .first_worker = first, .integrated = integrated};
  }
  // Plans, and lets the store note everything.
  std::set<WorkerId> Plan() {
    for (const GiveAudit& what : Ask()) audits_.Given(what, /*noted=*/true, "x");
    return audits_.TakeChanged();
  }
  std::vector<GiveAudit> Ask() {
    return audits_.Plan([this](int64_t) { return auditors_; }, now_);
  }
  std::vector<AuditKey> Of(const WorkerId& worker) {
    std::vector<AuditKey> keys;
    for (const GivenAudit& audit : audits_.Of(worker)) keys.push_back(audit.key);
    return keys;
  }

  std::vector<Auditor> auditors_ = {{"a", 2}, {"b", 2}};
  BootTime now_ = BootTime() + absl::Hours(1);
  Audits audits_{absl::Minutes(10)};
};

TEST_F(AuditsTest, AnotherWorkerThanTheFirstAuditsWhereThereIsOne) {
  audits_.Update({Open(1, "a"), Open(2, "b"), Open(3, "a"), Open(4, "a")});
  EXPECT_THAT(Plan(), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(Of("a"), ElementsAre(AuditKey{1, 2}));
  EXPECT_THAT(Of("b"), ElementsAre(AuditKey{1, 1}, AuditKey{1, 3})) << "and waits for room";
  EXPECT_THAT(Plan(), IsEmpty());
}

TEST_F(AuditsTest, ALonelyWorkerAuditsItself) {
  auditors_ = {{"a", 2}};
  audits_.Update({Open(1, "a"), Open(2, "b")});
  Plan();
  EXPECT_THAT(Of("a"), SizeIs(2));
}

TEST_F(AuditsTest, AnIntegralIsNotVerifiedByItsAuthorWhileAnotherMayComeBack) {
  auditors_ = {{"a", 2}, {"b", 0}};
  audits_.Update({Open(1, "a", /*integrated=*/true), Open(2, "a")});
  Plan();
  EXPECT_THAT(Of("a"), ElementsAre(AuditKey{1, 2})) << "a negative does not wait";
  auditors_ = {{"a", 2}, {"b", 1}};
  Plan();
  EXPECT_THAT(Of("b"), ElementsAre(AuditKey{1, 1}));
  auditors_ = {{"a", 2}};
  Plan();
  EXPECT_THAT(Of("a"), SizeIs(2)) << "a memory that flips bits contradicts itself";
}

TEST_F(AuditsTest, AnAuditIsShownOnlyOnceTheStoreKnowsWhoIsAsked) {
  audits_.Update({Open(1, "a")});
  const std::vector<GiveAudit> asked = Ask();
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked.front().worker, "b");
  EXPECT_THAT(Of("b"), IsEmpty());
  EXPECT_THAT(Ask(), IsEmpty()) << "it is asked once";
  audits_.Given(asked.front(), /*noted=*/false, "");
  EXPECT_THAT(Ask(), SizeIs(1)) << "the store refused, so it is asked again";
  audits_.Given(asked.front(), /*noted=*/true, "sin x");
  ASSERT_THAT(audits_.Of("b"), SizeIs(1));
  EXPECT_EQ(audits_.Of("b").front().candidate, "sin x");
}

TEST_F(AuditsTest, WhatIsDoneIsTakenAwayAndMakesRoom) {
  auditors_ = {{"b", 1}};
  audits_.Update({Open(1, "a"), Open(2, "a")});
  Plan();
  EXPECT_THAT(Of("b"), ElementsAre(AuditKey{1, 1}));
  audits_.Update({Open(2, "a")});
  EXPECT_THAT(Plan(), ElementsAre("b"));
  EXPECT_THAT(Of("b"), ElementsAre(AuditKey{1, 2}));
  audits_.Update({});
  EXPECT_THAT(Plan(), ElementsAre("b"));
  EXPECT_THAT(Of("b"), IsEmpty());
  EXPECT_TRUE(audits_.empty());
}

TEST_F(AuditsTest, WhoMayNotWorkAnyMoreGivesItsAuditsToOthers) {
  audits_.Update({Open(1, "a")});
  Plan();
  EXPECT_THAT(Of("b"), SizeIs(1));
  auditors_ = {{"a", 2}, {"c", 2}};
  EXPECT_THAT(Plan(), UnorderedElementsAre("b", "c"));
  EXPECT_THAT(Of("c"), SizeIs(1));
}

TEST_F(AuditsTest, AnAuditThatIsKeptForTooLongGoesToAnotherWorkerAndThenRound) {
  auditors_ = {{"b", 1}, {"c", 1}};
  audits_.Update({Open(1, "a")});
  Plan();
  EXPECT_THAT(Of("b"), SizeIs(1));
  now_ += absl::Minutes(10);
  Plan();
  EXPECT_THAT(Of("c"), SizeIs(1));
  now_ += absl::Minutes(10);
  Plan();
  EXPECT_THAT(Of("b"), SizeIs(1));
}

}  // namespace
}  // namespace motzkin::coordinator
