#include "common/base/one_line.h"

#include <gtest/gtest.h>

namespace motzkin {
namespace {

TEST(OneLineTest, ControlCharactersAreShown) {
  EXPECT_EQ(OneLine("a\nb\tc\x1b[31m\x7f"), "a\\nb\\tc\\x1b[31m\\x7f");
  EXPECT_EQ(OneLine(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(OneLine("a caf\xc3\xa9"), "a caf\xc3\xa9");
}

TEST(OneLineTest, OfALongTextBothEndsAreLeft) {
  const std::string line = OneLine("begin " + std::string(100'000, 'x') + " end");
  EXPECT_LE(line.size(), 1'100u);
  EXPECT_EQ(line.substr(0, 7), "begin x");
  EXPECT_EQ(line.substr(line.size() - 5), "x end");
  EXPECT_EQ(OneLine(std::string(1'000, 'x')).size(), 1'000u);
}

}  // namespace
}  // namespace motzkin
