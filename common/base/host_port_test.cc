#include "common/base/host_port.h"

#include <gtest/gtest.h>

#include <string>

namespace motzkin {
namespace {

TEST(HostPortTest, NamesAndAddressesAreTaken) {
  for (const char* text : {"pi:50051", "pi.local:1", "a_b-c:0", "127.0.0.1:65535", "[::1]:50051",
                           "[::]:0", "[fe80::1%eth0]:7", "[::ffff:10.0.0.1]:7"}) {
    EXPECT_TRUE(ParseHostPort(text).has_value()) << text;
  }
  EXPECT_EQ(ParseHostPort("[::1]:50051")->host, "[::1]");
  EXPECT_EQ(ParseHostPort("[::1]:50051")->port, 50051);
}

TEST(HostPortTest, EverythingElseIsRefused) {
  for (const std::string& text : {std::string(""),
                                  std::string(":"),
                                  std::string(":1"),
                                  std::string("pi"),
                                  std::string("pi:"),
                                  std::string("pi:-1"),
                                  std::string("pi:-0"),
                                  std::string("pi:65536"),
                                  std::string("pi:1x"),
                                  std::string("pi: 1"),
                                  std::string("pi:99999999999999999999"),
                                  std::string("::1:50051"),
                                  std::string("[]:1"),
                                  std::string("[pi]:1"),
                                  std::string("a b:1"),
                                  std::string("a\n:1"),
                                  std::string("unix:/run/x:1"),
                                  std::string("dns:///pi:1"),
                                  std::string("caf\xc3\xa9:1"),
                                  std::string("pi\0:1", 5),
                                  std::string(256, 'a') + ":1"}) {
    EXPECT_FALSE(ParseHostPort(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace motzkin
