#include "coordinator/web/live_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::coordinator::web {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LiveFeedTest : public ::testing::Test {
 protected:
  LiveFeed feed_{[](const std::string&) { return absl::Seconds(2); }};
  BootTime now_ = BootTime() + absl::Hours(1);
};

TEST_F(LiveFeedTest, AQuestionOfTwoReadersIsAskedOnce) {
  const LiveFeed::ReaderId first = feed_.Add({"jobs"});
  const LiveFeed::ReaderId second = feed_.Add({"workers", "jobs"});
  EXPECT_THAT(feed_.Due(now_), ElementsAre("jobs", "workers"));
  EXPECT_THAT(feed_.Due(now_), IsEmpty());
  feed_.SetAnswer("jobs", "1", now_);
  EXPECT_EQ(feed_.Take(first), "event: 0\ndata: 1\n\n");
  EXPECT_EQ(feed_.Take(second), "event: 1\ndata: 1\n\n");
}

TEST_F(LiveFeedTest, OnlyWhatChangedIsToldAgain) {
  const LiveFeed::ReaderId reader = feed_.Add({"jobs"});
  feed_.Due(now_);
  feed_.SetAnswer("jobs", "1", now_);
  feed_.Take(reader);
  EXPECT_THAT(feed_.Due(now_ + absl::Seconds(1)), IsEmpty());
  now_ += absl::Seconds(2);
  EXPECT_THAT(feed_.Due(now_), ElementsAre("jobs"));
  feed_.SetAnswer("jobs", "1", now_);
  EXPECT_EQ(feed_.Take(reader), "");
  feed_.SetAnswer("jobs", "2", now_);
  EXPECT_EQ(feed_.Take(reader), "event: 0\ndata: 2\n\n");
}

TEST_F(LiveFeedTest, ASlowReaderGetsTheNewestAnswerAndNoQueue) {
  const LiveFeed::ReaderId reader = feed_.Add({"jobs"});
  for (const char* answer : {"1", "2", "3"}) feed_.SetAnswer("jobs", answer, now_);
  EXPECT_EQ(feed_.Take(reader), "event: 0\ndata: 3\n\n");
}

TEST_F(LiveFeedTest, ANewReaderIsToldWhatIsKnownAtOnce) {
  feed_.Add({"jobs"});
  feed_.SetAnswer("jobs", "1", now_);
  EXPECT_EQ(feed_.Take(feed_.Add({"jobs"})), "event: 0\ndata: 1\n\n");
}

TEST_F(LiveFeedTest, AQuestionThatIsNotAskedAnyMoreIsForgotten) {
  feed_.Remove(feed_.Add({"jobs"}));
  EXPECT_THAT(feed_.Due(now_), IsEmpty());
  feed_.SetAnswer("jobs", "1", now_);
  EXPECT_EQ(feed_.Take(feed_.Add({"jobs"})), "");
}

TEST_F(LiveFeedTest, AQuestionThatCouldNotBeAskedIsDueAgain) {
  feed_.Add({"jobs"});
  feed_.Due(now_);
  feed_.NotAsked("jobs");
  EXPECT_THAT(feed_.Due(now_), ElementsAre("jobs"));
}

}  // namespace
}  // namespace motzkin::coordinator::web
