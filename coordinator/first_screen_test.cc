#include "coordinator/first_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(FirstScreenTest, OnLoopbackItSaysHowToOpenUp) {
  const std::string text = Render({.build = "1.2.3",
                                   .host = "127.0.0.1",
                                   .port = 50051,
                                   .psql = "motzkin psql",
                                   .data_directory = "/data",
                                   .disk_free_bytes = 60'000'000'000,
                                   .functions_room = 100'000'000,
                                   .page = "http://127.0.0.1:8080"});
  EXPECT_THAT(text, HasSubstr("page            http://127.0.0.1:8080\n"));
  EXPECT_THAT(text, HasSubstr("coordinator 1.2.3 is ready"));
  EXPECT_THAT(text, HasSubstr("worker --connect 127.0.0.1:50051"));
  EXPECT_THAT(text, HasSubstr("--listen 0.0.0.0:50051"));
  EXPECT_THAT(text, HasSubstr("60.0 GB free: room for about 100.0 M functions"));
  EXPECT_THAT(text, HasSubstr("motzkin start"));
  EXPECT_THAT(text, Not(HasSubstr("firewall")));
  EXPECT_THAT(text, Not(HasSubstr("approve")));
}

TEST(FirstScreenTest, BeyondLoopbackItNamesTheFirewallLine) {
  const std::string text = Render({.build = {},
                                   .host = "192.168.1.7",
                                   .port = 4,
                                   .psql = {},
                                   .data_directory = {},
                                   .running_jobs = 2});
  EXPECT_THAT(text, HasSubstr("worker --connect 192.168.1.7:4"));
  EXPECT_THAT(text, HasSubstr("sudo ufw allow 4/tcp"));
  EXPECT_THAT(text, HasSubstr("motzkin approve CODE"));
  EXPECT_THAT(text, HasSubstr("disk            not watched"));
  EXPECT_THAT(text, HasSubstr("motzkin watch   (2 running)"));
}

TEST(FirstScreenTest, PlainTextIsNoSecret) {
  const std::string text = Render({.host = "10.0.0.1", .port = 4, .insecure = true});
  EXPECT_THAT(text, HasSubstr("anyone who reaches the port owns the cluster"));
  EXPECT_THAT(text, Not(HasSubstr("approve")));
}

}  // namespace
}  // namespace motzkin::coordinator
