#include "common/base/program_start.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "common/base/terminal.h"
#include "common/process/unique_fd.h"

namespace motzkin {
namespace {

TEST(PrepareGrpcTest, NamesAreResolvedAsTheSystemDoesUnlessToldOtherwise) {
  ::unsetenv("GRPC_DNS_RESOLVER");
  PrepareGrpc();
  EXPECT_STREQ(::getenv("GRPC_DNS_RESOLVER"), "native");
  ::setenv("GRPC_DNS_RESOLVER", "ares", 1);
  PrepareGrpc();
  EXPECT_STREQ(::getenv("GRPC_DNS_RESOLVER"), "ares");
}

TEST(CanRedrawTest, ADumbTerminalAndAFileAreNotDrawnOn) {
  const UniqueFd terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  ASSERT_TRUE(terminal.valid());
  ASSERT_EQ(::unlockpt(terminal.get()), 0);
  ::setenv("TERM", "xterm", 1);
  EXPECT_TRUE(CanRedraw(terminal.get()));
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(CanRedraw(terminal.get()));
  ::unsetenv("TERM");
  EXPECT_FALSE(CanRedraw(terminal.get()));
  ::setenv("TERM", "xterm", 1);
  EXPECT_FALSE(CanRedraw(UniqueFd(::open("/dev/null", O_WRONLY)).get()));
}

}  // namespace
}  // namespace motzkin
