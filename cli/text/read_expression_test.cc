#include "cli/text/read_expression.h"

#include <gtest/gtest.h>

namespace motzkin::cli {
namespace {

std::string Prefix(const char* text) {
  const absl::StatusOr<std::string> prefix = ReadAsPrefix(text);
  return prefix.ok() ? *prefix : std::string(prefix.status().message());
}

TEST(ReadExpressionTest, EverySpellingGivesTheSameFunction) {
  for (const char* text :
       {"x**2*sin(x)", "x^2*sin(x)", "mul pow x INT+ 2 sin x", "x^{2} \\sin\\left(x\\right)"}) {
    EXPECT_EQ(Prefix(text), "mul pow x INT+ 2 sin x") << text;
  }
}

TEST(ReadExpressionTest, PrefixThatBeginsWithAFunctionIsRecognized) {
  EXPECT_EQ(Prefix("exp sub x INT+ 1"), "exp sub x INT+ 1");
}

TEST(ReadExpressionTest, TheErrorIsThatOfInfix) {
  EXPECT_EQ(Prefix("x + "), "column 5: the text ends where a value is expected");
}

TEST(CaretTest, PointsBelowTheColumn) {
  const std::string text = "x + foo(x)";
  const absl::Status error = ReadAsPrefix(text).status();
  EXPECT_EQ(Caret(error, text), "\n  x + foo(x)\n      ^");
}

TEST(CaretTest, LongTextsAreShownAroundTheColumn) {
  const std::string text = std::string(10'000, ' ') + "foo(x)";
  const std::string caret = Caret(ReadAsPrefix(text).status(), text);
  EXPECT_LT(caret.size(), 300u);
  EXPECT_NE(caret.find("foo(x)"), std::string::npos);
}

TEST(CaretTest, OtherErrorsHaveNone) {
  EXPECT_EQ(Caret(absl::InvalidArgumentError("too long"), "x"), "");
  EXPECT_EQ(Caret(absl::InvalidArgumentError("column 99: far away"), "x"), "");
  EXPECT_EQ(Caret(absl::InvalidArgumentError("column two: no number"), "x"), "");
}

}  // namespace
}  // namespace motzkin::cli
