#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"

namespace motzkin::expression {
namespace {

using ::testing::StartsWith;

std::string Repeat(std::string_view piece, size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) text += piece;
  return text;
}

absl::Status Infix(std::string_view text, const ParseLimits& limits = {}) {
  Pool pool;
  return ParseInfix(text, pool, limits).status();
}

TEST(HostileInputTest, DeepBracketsPassABound) {
  for (const char* bracket : {"(", "[", "sin(", "-(", "x^(", "rootOf("}) {
    const absl::Status status = Infix(Repeat(bracket, 100'000));
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << bracket;
    EXPECT_THAT(std::string(status.message()),
                ::testing::HasSubstr("more than 500 nested brackets"));
  }
  const absl::Status balanced = Infix(Repeat("(", 100'000) + "x" + Repeat(")", 100'000));
  EXPECT_EQ(balanced.message(), "column 501: more than 500 nested brackets");
}

TEST(HostileInputTest, FiveHundredBracketsAreFine) {
  EXPECT_TRUE(Infix(Repeat("(", 500) + "x" + Repeat(")", 500)).ok());
  EXPECT_TRUE(Infix(Repeat("sin(", 500) + "x" + Repeat(")", 500)).ok());
}

TEST(HostileInputTest, LongTextPassesABound) {
  const absl::Status status = Infix(Repeat("x+", 5'000'000) + "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "column 1048577: more than 1048576 bytes");
}

TEST(HostileInputTest, DeepTreesWithoutBracketsPassABound) {
  for (const std::string& text : {Repeat("-", 200'000) + "x", Repeat("x^", 200'000) + "x",
                                  Repeat("x+", 200'000) + "x", Repeat("x^-", 200'000) + "x"}) {
    const absl::Status status = Infix(text);
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("2000 levels"));
  }
}

TEST(HostileInputTest, ManyDistinctNodesPassABound) {
  std::string list = "hyper([";
  for (int i = 0; i < 100'000; ++i) list += std::to_string(1'000'000 + i) + ",";
  Pool pool({.nodes = 10'000});
  const absl::Status status = ParseInfix(list, pool).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("10000 distinct nodes"));
}

TEST(HostileInputTest, LongNumbersPassABound) {
  EXPECT_TRUE(Infix(Repeat("9", 9'000)).ok());
  const absl::Status digits = Infix("x + " + Repeat("9", 9'001));
  EXPECT_EQ(digits.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(digits.message(), "column 5: a number of more than 9000 digits");
  for (const char* text :
       {"1e9001", "1e-9001", "1e999999999999999999999999", "1e-99999999999999999999", "0e99999"}) {
    EXPECT_EQ(Infix(text).code(), absl::StatusCode::kResourceExhausted) << text;
  }
  EXPECT_FALSE(Infix("float(1, 99999999999999999999, 10)").ok());
  EXPECT_FALSE(Infix("float(1, -99999, 2)").ok());
}

TEST(HostileInputTest, HugePowersAreNotCarriedOut) {
  Pool pool;
  const Expr tower = ParseInfix("9^9^9^9^9^9", pool).value();
  EXPECT_EQ(Print(Canonical(tower, pool), Format::kInfix).value(), "9^(9^(9^(9^387420489)))");
  const Expr negative = ParseInfix("(1/3)^-9999999999*2^x^99999999999", pool).value();
  EXPECT_NE(Canonical(negative, pool)->op(), Op::kUndefined);
}

TEST(HostileInputTest, BytesOutsideOfTheAlphabetAreNamed) {
  EXPECT_EQ(Infix(std::string_view("x\0x", 3)).message(), "column 2: unexpected character '\\x00'");
  EXPECT_EQ(Infix(std::string_view("\0", 1)).message(), "column 1: unexpected character '\\x00'");
  EXPECT_EQ(Infix("x + \xff").message(), "column 5: unexpected character '\\xff'");
  EXPECT_EQ(Infix("\xc3\xa9").message(), "column 1: unexpected character '\\xc3'");
  EXPECT_EQ(Infix("\xed\xa0\x80").message(), "column 1: unexpected character '\\xed'");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = {'x', static_cast<char>(byte), 'x'};
    EXPECT_THAT(std::string(Infix(text).message()), ::testing::AnyOf("", StartsWith("column ")))
        << byte;
  }
}

TEST(HostileInputTest, LongNamesAreShortInMessages) {
  EXPECT_EQ(Infix(Repeat("a", 500'000)).message(),
            "column 1: unknown name 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'; the variable is x, the "
            "constants are pi, e, i, "
            "EulerGamma, Catalan");
  EXPECT_EQ(Infix(Repeat("a", 500'000) + "(").message(),
            "column 1: unknown function 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'");
}

TEST(HostileInputTest, PrefixIsBoundedToo) {
  const auto prefix = [](std::string_view text) {
    Pool pool;
    return ParsePrefix(text, pool).status();
  };
  EXPECT_EQ(prefix(Repeat("sin ", 100'000) + "x").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(prefix("INT+" + Repeat(" 9", 9'001)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(prefix(Repeat("add ", 2'000'000)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(prefix(Repeat("add ", 100'000) + "x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(prefix(std::string_view("x\0", 2)).message(), "column 1: unknown token 'x\\x00'");
}

TEST(HostileInputTest, LatexIsBoundedToo) {
  const auto latex = [](std::string_view text) {
    Pool pool;
    return ParseLatex(text, pool).status();
  };
  EXPECT_EQ(latex(Repeat("{", 100'000)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(latex(Repeat("\\frac{", 100'000)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(latex(Repeat("\\left(", 100'000)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(latex(Repeat("x", 100'000)).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(latex(std::string_view("x\0", 2)).message(), "column 2: unexpected character '\\x00'");
}

TEST(HostileInputTest, SharedTreesDoNotPrintForEver) {
  Pool pool;
  Expr tower = pool.Variable();
  for (int i = 0; i < 200; ++i) tower = pool.Add(pool.Unary(Op::kSin, tower), tower);
  for (const Format format : {Format::kPrefix, Format::kInfix, Format::kLatex}) {
    EXPECT_EQ(Print(tower, format).status().message(), "the text has more than 4194304 bytes");
  }
  EXPECT_EQ(TokenCount(tower), std::numeric_limits<uint64_t>::max());
}

}  // namespace
}  // namespace motzkin::expression
