#include "common/postgres/status.h"

#include <gtest/gtest.h>

#include "common/postgres/connection.h"

namespace motzkin::postgres {
namespace {

TEST(StatusOfTest, EachClassOfSqlStateHasItsCode) {
  for (const char* state :
       {"", "08006", "08007", "40001", "40P01", "53100", "57P01", "58030", "55P03"}) {
    EXPECT_TRUE(absl::IsUnavailable(StatusOf(state, "m"))) << state;
  }
  for (const char* state : {"22021", "23514", "54000"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(StatusOf(state, "m"))) << state;
  }
  for (const char* state : {"28P01", "42501"})
    EXPECT_TRUE(absl::IsPermissionDenied(StatusOf(state, "m"))) << state;
  for (const char* state : {"25006", "MZ001"})
    EXPECT_TRUE(absl::IsFailedPrecondition(StatusOf(state, "m"))) << state;
  EXPECT_TRUE(absl::IsNotFound(StatusOf("3D000", "m")));
  EXPECT_TRUE(absl::IsInternal(StatusOf("42601", "m")));
}

TEST(StatusOfTest, TheMessageIsOneLineWithoutSeverityAndTheStateIsKept) {
  const absl::Status status =
      StatusOf("23514", "ERROR:  too long\nDETAIL:  70000\nCONTEXT:  SQL statement\n");
  EXPECT_EQ(status.message(), "too long; DETAIL:  70000");
  EXPECT_EQ(SqlState(status), "23514");
  EXPECT_EQ(SqlState(absl::OkStatus()), "");
}

TEST(StatusOfTest, AFullDiskIsNamed) {
  EXPECT_EQ(StatusOf("53100", "ERROR:  could not extend file \"base/1/2\"").message(),
            "the disk of the database is full: could not extend file \"base/1/2\"");
}

TEST(StatusOfTest, NoRawByteOfAValueIsEchoed) {
  EXPECT_EQ(StatusOf("22P02", "invalid input: \"a\x1b[2Jb\x7f\"").message(),
            "invalid input: \"a\\x1b[2Jb\\x7f\"");
  EXPECT_LT(StatusOf("22P02", std::string(1'000'000, 'x')).message().size(), 1'100u);
}

TEST(StatusOfConnectingTest, ARefusedRoleIsToldFromAServerThatIsAway) {
  EXPECT_TRUE(absl::IsPermissionDenied(
      StatusOfConnecting("FATAL:  password authentication failed for user \"motzkin_worker\"")));
  EXPECT_TRUE(absl::IsPermissionDenied(StatusOfConnecting("FATAL:  role \"x\" does not exist")));
  EXPECT_TRUE(absl::IsNotFound(StatusOfConnecting("FATAL:  database \"x\" does not exist")));
  EXPECT_TRUE(
      absl::IsUnavailable(StatusOfConnecting("could not connect to server: Connection refused")));
}

}  // namespace
}  // namespace motzkin::postgres
