#include "common/base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace motzkin {
namespace {

TEST(Utf8Test, CharactersOfEachLengthAreDecoded) {
  for (const auto& [text, code] :
       {std::pair("xy", 'x' + 0u), std::pair("\xc3\xbc!", 0xfcu),
        std::pair("\xe2\x82\xac", 0x20acu), std::pair("\xf0\x9f\x98\x80", 0x1f600u)}) {
    EXPECT_EQ(FirstCharacter(text).code, code);
    EXPECT_EQ(FirstCharacter(text).bytes, code < 0x80       ? 1
                                          : code < 0x800    ? 2
                                          : code < 0x1'0000 ? 3
                                                            : 4);
  }
}

TEST(Utf8Test, NoOtherBytesAreACharacter) {
  for (const char* text : {"\xff", "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",
                           "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xe2x\xac"}) {
    EXPECT_EQ(FirstCharacter(text).bytes, 0u) << text;
  }
}

TEST(Utf8Test, ABeginningEndsBetweenTwoCharacters) {
  EXPECT_EQ(BeginningOf("a\xe2\x82\xac", 4), "a\xe2\x82\xac");
  EXPECT_EQ(BeginningOf("a\xe2\x82\xac", 3), "a");
  EXPECT_EQ(BeginningOf("a\xe2\x82\xac"
                        "b",
                        4),
            "a\xe2\x82\xac");
  EXPECT_EQ(BeginningOf("\xe2\x82\xac", 1), "");
}

TEST(Utf8Test, OtherBytesAreCutAlmostWhereTheyShouldBe) {
  EXPECT_EQ(BeginningOf(std::string(100, '\x80'), 50).size(), 47u);
}

}  // namespace
}  // namespace motzkin
