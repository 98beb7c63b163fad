#include "coordinator/web/sessions.h"

#include <gtest/gtest.h>

namespace motzkin::coordinator::web {
namespace {

constexpr absl::Duration kIdle = absl::Hours(12);

class SessionsTest : public ::testing::Test {
 protected:
  bool IsKnown(const std::string& token, int64_t version = 0) {
    return sessions_.Use(token, version, now_).has_value();
  }

  Sessions sessions_{kIdle};
  BootTime now_ = BootTime() + absl::Hours(1);
};

TEST_F(SessionsTest, ATokenIsKnownAndItsActionTokenActs) {
  const Sessions::Opened mine = sessions_.Open(0, now_);
  const Sessions::Opened yours = sessions_.Open(0, now_);
  EXPECT_EQ(mine.token.size(), 64u);
  const auto session = sessions_.Use(mine.token, 0, now_);
  ASSERT_TRUE(session.has_value());
  EXPECT_TRUE(sessions_.MayAct(*session, mine.action_token));
  for (const std::string& other : {std::string(), mine.token, yours.action_token}) {
    EXPECT_FALSE(sessions_.MayAct(*session, other));
  }
  EXPECT_FALSE(IsKnown(""));
  EXPECT_FALSE(IsKnown(mine.action_token));
}

TEST_F(SessionsTest, ASessionEndsOnceItIsNotUsed) {
  const std::string token = sessions_.Open(0, now_).token;
  now_ += kIdle - absl::Seconds(1);
  ASSERT_TRUE(IsKnown(token));
  const Sessions::Id session = *sessions_.Use(token, 0, now_);
  now_ += kIdle - absl::Seconds(1);
  EXPECT_TRUE(sessions_.IsOpen(session, 0, now_)) << "it was used meanwhile";
  now_ += absl::Seconds(1);
  EXPECT_FALSE(sessions_.IsOpen(session, 0, now_)) << "to ask is no use";
  EXPECT_FALSE(IsKnown(token));
}

TEST_F(SessionsTest, ASessionEndsInTheEndHoweverMuchItIsUsed) {
  const std::string token = sessions_.Open(0, now_).token;
  const BootTime begun = now_;
  for (; now_ - begun < Sessions::kLife; now_ += absl::Hours(6)) EXPECT_TRUE(IsKnown(token));
  EXPECT_FALSE(IsKnown(token));
}

TEST_F(SessionsTest, ANewPasswordAndSigningOutEndIt) {
  const std::string token = sessions_.Open(3, now_).token;
  const std::string other = sessions_.Open(3, now_).token;
  const Sessions::Id session = *sessions_.Use(token, 3, now_);
  EXPECT_FALSE(sessions_.IsOpen(session, 4, now_));
  sessions_.End(session);
  EXPECT_FALSE(IsKnown(token, 3));
  EXPECT_TRUE(IsKnown(other, 3));
  EXPECT_FALSE(IsKnown(other, 4));
  EXPECT_FALSE(IsKnown(other, 3)) << "it has ended for good";
}

TEST_F(SessionsTest, OneTooManyEndsTheOneThatWasUsedLeastLately) {
  const std::string first = sessions_.Open(0, now_).token;
  const std::string second = sessions_.Open(0, now_).token;
  for (size_t n = 2; n < Sessions::kMax; ++n) sessions_.Open(0, now_);
  now_ += absl::Seconds(1);
  ASSERT_TRUE(IsKnown(first));
  for (size_t n = 1; n < Sessions::kMax; ++n) sessions_.Open(0, now_ + absl::Seconds(1));
  EXPECT_TRUE(IsKnown(first));
  EXPECT_FALSE(IsKnown(second));
}

}  // namespace
}  // namespace motzkin::coordinator::web
