// Runs intentions of many workers against a real Postgres, as the loop hands them over.
#include "coordinator/service/store_executor.h"

#include <gtest/gtest.h>

#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

class StoreExecutorTest : public StoreFixture {
 protected:
  std::vector<Confirmation> Execute(std::vector<decltype(Intention::what)> whats) {
    std::vector<Intention> intentions;
    intentions.reserve(whats.size());
    for (auto& what : whats) intentions.push_back({++number_, std::move(what)});
    return executor_.Execute(intentions);
  }

  JobDirectory jobs_;
  StoreExecutor executor_{store(), jobs_};
  uint64_t number_ = 0;
};

TEST_F(StoreExecutorTest, WhatATargetLeavesIsSharedInTheOrderOfAsking) {
  const int64_t job = NewJob("demo", 50).id;
  const int64_t other = NewJob("other", 1'000).id;
  const auto answers =
      Execute({AllocateBatches{job, {16, 16}, "a"}, AllocateBatches{other, {8}, "a"},
               AllocateBatches{job, {16, 16}, "b"}, AllocateBatches{job, {16}, "c"}});
  ASSERT_EQ(answers.size(), 4u);
  ASSERT_EQ(answers[0].batches.size(), 2u);
  EXPECT_EQ(answers[0].batches[1].begin, 16);
  ASSERT_EQ(answers[1].batches.size(), 1u);
  EXPECT_EQ(answers[1].batches[0].key, (BatchKey{other, 0}));
  ASSERT_EQ(answers[2].batches.size(), 2u);
  EXPECT_EQ(answers[2].batches[1].begin, 48);
  EXPECT_EQ(answers[2].batches[1].end, 50) << "cut";
  EXPECT_TRUE(absl::IsOutOfRange(answers[3].status)) << answers[3].status;
  EXPECT_EQ(Must(store().Job(job)).allocated_below, 50);
}

TEST_F(StoreExecutorTest, OneRefusedGrantDoesNotRefuseItsNeighbours) {
  const int64_t job = NewJob().id;
  const std::string a = NewWorker(1);
  const std::string b = NewWorker(2);
  ASSERT_TRUE(Execute({AllocateBatches{job, {8, 8, 8}, a}})[0].status.ok());
  const auto answers =
      Execute({GrantLeases{a, 1, {{job, 1}, {job, 0}}}, GrantLeases{b, 1, {{job, 2}, {job, 99}}},
               GrantLeases{b, 1, {{job, 2}}}});
  ASSERT_EQ(answers[0].leases.size(), 2u);
  EXPECT_EQ(answers[0].leases[0].key.batch.batch, 1) << "in the order asked";
  EXPECT_EQ(answers[0].leases[1].key.batch.batch, 0);
  EXPECT_TRUE(absl::IsNotFound(answers[1].status)) << answers[1].status;
  ASSERT_EQ(answers[2].leases.size(), 1u);
  EXPECT_EQ(answers[2].leases[0].key.attempt, 1) << "nothing of the refused one happened";
  EXPECT_EQ(Must(store().OpenLeases()).size(), 3u);
}

TEST_F(StoreExecutorTest, EventsAndEndsKeepTheirOrderAndOneBadTextCostsItselfAlone) {
  const int64_t job = NewJob().id;
  const std::string worker = NewWorker();
  ASSERT_TRUE(Execute({AllocateBatches{job, {8}, worker}})[0].status.ok());
  const auto granted = Execute({GrantLeases{worker, 1, {{job, 0}}}});
  const auto answers =
      Execute({EndLease{granted[0].leases.at(0).key, LeaseEnd::kLost}, RecordEvent{"worker", "one"},
               RecordEvent{"worker", "bad \xff"}, RecordEvent{"worker", "three"}});
  EXPECT_TRUE(answers[0].status.ok());
  EXPECT_TRUE(absl::IsInvalidArgument(answers[2].status)) << answers[2].status;
  const auto events = Must(store().Events(absl::InfinitePast(), 10));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].text, "one");
  EXPECT_EQ(events[1].text, "three");
  EXPECT_TRUE(Must(store().OpenLeases()).empty());
}

}  // namespace
}  // namespace motzkin::coordinator
