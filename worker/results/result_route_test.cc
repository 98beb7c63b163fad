#include "worker/results/result_route.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/base/testing/fake_clock.h"

namespace motzkin::worker {
namespace {

class CountingSink final : public ResultSink {
 public:
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission&) override {
    ++calls;
    if (!status.ok()) return status;
    return std::vector<v1::RowStatus>{v1::ROW_STATUS_STORED};
  }
  absl::Status status;
  int calls = 0;
};

class ResultRouteTest : public ::testing::Test {
 protected:
  bool Send() { return route_.Submit({}).ok(); }

  const absl::Status away_ = absl::UnavailableError("away");
  FakeClock clock_;
  CountingSink direct_, relay_;
  ResultRoute route_{{}, direct_, relay_, clock_};
};

TEST_F(ResultRouteTest, WithoutAWayToPostgresEverythingIsRelayed) {
  EXPECT_TRUE(Send());
  EXPECT_EQ(relay_.calls, 1);
  EXPECT_EQ(direct_.calls, 0);
  EXPECT_EQ(route_.way(), "relay");
}

TEST_F(ResultRouteTest, PostgresIsPreferredOnceItIsKnown) {
  route_.SetDirectKnown(true);
  EXPECT_TRUE(Send());
  EXPECT_EQ(direct_.calls, 1);
  EXPECT_EQ(relay_.calls, 0);
  EXPECT_EQ(route_.way(), "direct");
}

TEST_F(ResultRouteTest, AShortAbsenceIsWaitedOutALongOneGoesThroughTheCoordinatorAndBack) {
  route_.SetDirectKnown(true);
  direct_.status = away_;
  EXPECT_FALSE(Send());
  EXPECT_EQ(relay_.calls, 0);
  clock_.Advance(absl::Seconds(4));
  EXPECT_TRUE(Send());
  EXPECT_EQ(relay_.calls, 1);
  EXPECT_EQ(route_.way(), "relay");
  direct_.status = absl::OkStatus();
  EXPECT_TRUE(Send());
  EXPECT_EQ(relay_.calls, 2) << "the direct way is not tried every time";
  clock_.Advance(absl::Seconds(31));
  EXPECT_TRUE(Send());
  EXPECT_EQ(relay_.calls, 2);
  EXPECT_EQ(route_.way(), "direct");
}

TEST_F(ResultRouteTest, WithBothWaysAwayTheDirectOneIsTriedEachTime) {
  route_.SetDirectKnown(true);
  direct_.status = relay_.status = away_;
  Send();
  clock_.Advance(absl::Seconds(4));
  EXPECT_FALSE(Send());
  direct_.status = absl::OkStatus();
  EXPECT_TRUE(Send());
  EXPECT_EQ(route_.way(), "direct");
}

TEST_F(ResultRouteTest, ARoleThatIsRefusedGoesThroughTheCoordinatorAtOnce) {
  route_.SetDirectKnown(true);
  direct_.status = absl::PermissionDeniedError("password authentication failed");
  EXPECT_TRUE(Send());
  EXPECT_EQ(relay_.calls, 1);
  EXPECT_EQ(route_.way(), "relay");
  relay_.status = absl::PermissionDeniedError("this worker was removed");
  EXPECT_TRUE(absl::IsPermissionDenied(route_.Submit({}).status())) << "the worker has to drain";
  direct_.status = relay_.status = absl::OkStatus();
  clock_.Advance(absl::Seconds(31));
  EXPECT_TRUE(Send());
  EXPECT_EQ(route_.way(), "direct");
}

TEST_F(ResultRouteTest, ARefusalIsAnAnswerAndNoReasonForAnotherWay) {
  route_.SetDirectKnown(true);
  direct_.status = absl::FailedPreconditionError("never yours");
  EXPECT_FALSE(Send());
  clock_.Advance(absl::Seconds(4));
  EXPECT_FALSE(Send());
  EXPECT_EQ(relay_.calls, 0);
}

}  // namespace
}  // namespace motzkin::worker
