#include "common/identity/join_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/identity/key.h"

namespace motzkin::identity {
namespace {

TEST(JoinCodeTest, EveryPartOfTheConversationChangesIt) {
  const std::string nonce(kNonceBytes, 'n');
  const Opening opening{"key", "uuid", "name", nonce};
  const std::string code = JoinCode("coordinator", "nonce", opening);
  EXPECT_THAT(code, ::testing::MatchesRegex("[0-9A-HJKMNP-TV-Z]{6}"));
  EXPECT_EQ(JoinCode("coordinator", "nonce", opening), code);
  EXPECT_NE(JoinCode("another one", "nonce", opening), code);
  EXPECT_NE(JoinCode("coordinator", "another", opening), code);
  EXPECT_NE(JoinCode("coordinator", "nonce", {"yek", "uuid", "name", nonce}), code);
  EXPECT_NE(JoinCode("coordinator", "nonce", {"key", "UUID", "name", nonce}), code);
  EXPECT_NE(JoinCode("coordinator", "nonce", {"key", "uuid", "mane", nonce}), code);
  EXPECT_NE(JoinCode("coordinator", "nonce", {"key", "uuid", "name", "other"}), code);
}

TEST(JoinCodeTest, PartsCannotBeShiftedIntoEachOther) {
  EXPECT_NE(CommitmentTo({"key", "uuid", "name", "nonce"}),
            CommitmentTo({"keyu", "uid", "name", "nonce"}));
}

TEST(JoinCodeTest, PeopleMayTypeItAsTheyReadIt) {
  EXPECT_EQ(ReadJoinCode("K7Q4MD"), "K7Q4MD");
  EXPECT_EQ(ReadJoinCode("k7q-4md"), "K7Q4MD");
  EXPECT_EQ(ReadJoinCode(" ioL 0aZ"), "1010AZ");
  EXPECT_EQ(ReadJoinCode("K7Q4M"), std::nullopt);
  EXPECT_EQ(ReadJoinCode("K7Q4MDD"), std::nullopt);
  EXPECT_EQ(ReadJoinCode("K7Q4MU"), std::nullopt);
  EXPECT_EQ(ReadJoinCode(""), std::nullopt);
}

}  // namespace
}  // namespace motzkin::identity
