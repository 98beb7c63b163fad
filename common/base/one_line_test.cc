#include "common/base/one_line.h"

#include <gtest/gtest.h>

namespace motzkin {
namespace {

TEST(OneLineTest, ControlCharactersAreShown) {
  EXPECT_EQ(OneLine("a\nb\tc\x1b[31m\x7f"), "a\\nb\\tc\\x1b[31m\\x7f");
  EXPECT_EQ(OneLine(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(OneLine("a caf\xc3\xa9"), "a caf\xc3\xa9");
}

TEST(PrintableTest, WhatATerminalWouldObeyIsSpelledOut) {
  // CSI as one byte of Latin-1 in UTF-8, a line separator, and a mark that turns the writing around.
  EXPECT_EQ(Printable("a\xc2\x9b"
                      "31mb"),
            "a\\xc2\\x9b31mb");
  EXPECT_EQ(Printable("a\xe2\x80\xa8"
                      "b"),
            "a\\xe2\\x80\\xa8b");
  EXPECT_EQ(Printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xaeb");
  EXPECT_EQ(Printable("\xf0\x9f\x98\x80 \xe2\x88\xab"), "\xf0\x9f\x98\x80 \xe2\x88\xab");
}

TEST(PrintableTest, WhatIsNoUtf8IsSpelledOut) {
  EXPECT_EQ(Printable("a\xff"
                      "b"),
            "a\\xffb");
  // ESC in two bytes, which a lax terminal would take for one.
  EXPECT_EQ(Printable("\xc0\x9b[31m"), "\\xc0\\x9b[31m");
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(Printable("cut \xe2\x88"), "cut \\xe2\\x88");
}

TEST(PrintableTest, TheResultOfAResultIsItself) {
  const std::string once = Printable("\x1b]0;t\x07\\x1b\r\n\xff");
  EXPECT_EQ(Printable(once), once);
}

TEST(OneLineTest, OfALongTextBothEndsAreLeft) {
  const std::string line = OneLine("begin " + std::string(100'000, 'x') + " end");
  EXPECT_LE(line.size(), 1'100u);
  EXPECT_EQ(line.substr(0, 7), "begin x");
  EXPECT_EQ(line.substr(line.size() - 5), "x end");
  EXPECT_EQ(OneLine(std::string(1'000, 'x')).size(), 1'000u);
}

TEST(OneLineTest, NoCharacterIsCutInTwo) {
  for (int shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'x');
    while (text.size() < 2'000) text += "\xf0\x9f\x98\x80";
    EXPECT_EQ(OneLine(text).find("\\x"), std::string::npos) << shift;
  }
}

TEST(OneLineTest, IsShortForBytesWithoutAnyCharacterToo) {
  EXPECT_LE(OneLine(std::string(1'000'000, '\x80')).size(), 4'100u);
}

}  // namespace
}  // namespace motzkin
