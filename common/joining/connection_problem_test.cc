#include "common/joining/connection_problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::joining {
namespace {

using ::testing::HasSubstr;

TEST(DescribeProblemTest, TheSystemsOwnCauseIsWhatPeopleRead) {
  EXPECT_EQ(
      DescribeProblem("failed to connect to all addresses; last error: UNKNOWN: "
                      "ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused"),
      "connection refused");
  EXPECT_EQ(DescribeProblem("DNS resolution failed for nohost:1: C-ares status is not ARES_SUCCESS "
                            "qtype=A name=nohost is_balancer=0: Domain name not found"),
            "host not found");
}

TEST(CureOfProblemTest, ItIsForTheProblemAndNamesTheHost) {
  EXPECT_THAT(CureOfProblem("host not found", "pi.local:50051"), HasSubstr("libnss-mdns"));
  EXPECT_THAT(CureOfProblem("host not found", "pi:50051"), HasSubstr("getent hosts pi"));
  EXPECT_THAT(CureOfProblem("connection refused", "pi:50051"), HasSubstr("on pi"));
  EXPECT_THAT(CureOfProblem("no answer", "pi:50051"), HasSubstr("port 50051"));
  EXPECT_EQ(CureOfProblem("something new", "pi:50051"), "");
}

}  // namespace
}  // namespace motzkin::joining
