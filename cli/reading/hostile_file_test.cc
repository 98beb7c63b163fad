// Reads files that mean harm, or that something has damaged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "cli/reading/function_file.h"
#include "tests/support/seed.h"

namespace motzkin::cli {
namespace {

using ::testing::HasSubstr;

std::string Repeat(std::string_view piece, size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// Reads the whole file. Returns the first error.
std::string Errors(const std::string& text) {
  std::istringstream input(text);
  absl::StatusOr<FunctionFile> file = FunctionFile::Open(input, "in", {});
  if (!file.ok()) return std::string(file.status().message());
  std::string error;
  while (const std::optional<Entry> entry = file->Next()) {
    const FunctionItem item = file->Read(*entry);
    if (!item.integrand.ok() && error.empty())
      error = std::string(item.integrand.status().message());
  }
  return error;
}

TEST(HostileFileTest, DeepJsonIsRefusedAndDoesNotOverflow) {
  for (const char* bracket : {"[", "{\"a\":"}) {
    EXPECT_THAT(Errors(Repeat(bracket, 500'000)), HasSubstr("more than 100 nested brackets"));
    EXPECT_THAT(Errors("{\"integrand\": \"x\"}\n{\"integrand\": " + Repeat(bracket, 500'000)),
                HasSubstr("more than 100 nested brackets"));
  }
  EXPECT_THAT(Errors(Repeat("[", 100'000) + Repeat("]", 100'000)),
              HasSubstr("more than 100 nested brackets"));
  EXPECT_THAT(Errors("]]]]"), HasSubstr("in:1: "));
}

TEST(HostileFileTest, DeepExpressionsPassABound) {
  for (const std::string& text :
       {Repeat("(", 100'000), Repeat("sin(", 100'000), Repeat("x^", 100'000) + "x",
        "1|sub Y' " + Repeat("pow2 ", 100'000) + "x\tx", Repeat("\\frac{", 100'000)}) {
    EXPECT_THAT(Errors(text), HasSubstr("more than")) << text.substr(0, 20);
  }
}

TEST(HostileFileTest, LongEntriesPassABoundAndTheNextIsRead) {
  const std::string line = Repeat("x", 5u << 20);
  EXPECT_THAT(Errors("x\n" + line + "\n"), HasSubstr("in:2: a line of more than 4 MiB"));
  EXPECT_THAT(Errors("{\"integrand\": \"x\"}\n{\"integrand\": \"" + line + "\"}\n"),
              HasSubstr("in:2: a line of more than 4 MiB"));
  EXPECT_THAT(Errors("[\"" + line + "\"]"), HasSubstr("a JSON value of more than 4 MiB"));
  EXPECT_THAT(Errors("integrand,n\n\"" + Repeat("x\n", 3u << 20)), HasSubstr("of more than 4 MiB"));
  EXPECT_THAT(Errors("{\n\"a\": \"" + Repeat("x", 17u << 20)), HasSubstr("more than 16 MiB"));
  std::istringstream input("x\n" + line + "\n2\n");
  FunctionFile file = FunctionFile::Open(input, "in", {}).value();
  int items = 0;
  while (file.Next()) ++items;
  EXPECT_EQ(items, 3);
}

TEST(HostileFileTest, DeepListsAndCommentsPassABound) {
  EXPECT_THAT(Errors("(*" + Repeat("(*", 500'000)), "");
  EXPECT_THAT(Errors(Repeat("{x,", 100'000)), HasSubstr("a brace is never closed"));
  EXPECT_THAT(Errors("(**){" + Repeat("x", 5u << 20) + "}"),
              HasSubstr("a list of more than 4 MiB"));
  EXPECT_THAT(Errors(Repeat("{", 100'000) + Repeat("}", 100'000)),
              HasSubstr("expected {integrand"));
}

TEST(HostileFileTest, ManyDocumentsDoNotRecurse) {
  EXPECT_EQ(Errors(Repeat("{\n\"a\": [[]]}\n", 20'000)),
            "in:2: expected an array that begins with an integrand");
  EXPECT_EQ(Errors(Repeat("\n,", 1'000'000)),
            "in:2: column 1: a value is expected before ','\n  ,\n  ^");
}

TEST(HostileFileTest, DamagedFilesEndWithAnErrorOrAReading) {
  const std::string samples[] = {
      "{\"id\": 1, \"integrand\": \"x*cos(x)\", \"candidates\": [\"x\", \"2\"]}\n{\"integrand\": \"1\"}\n",
      "{\n \"problems\": [\n  {\"integrand\": \"x\"}, [\"x\", \"2\"]\n ]\n}\n",
      "2|sub Y' add pow2 x inv x\tadd x INT+ 3\nadd y Y'\tx\n",
      "id,integrand,candidates\n7,\"log(x, 2)\",x\n8,\"x\n\",\n",
      "(* ::Title:: *)\n{x*Exp[x], x, 2, (*c*) -E^x + E^x*x}\n{Log[2, x], x, 1, {x}}\n",
      "\\int \\frac12 x^2 |x| \\, dx\n$\\sin^{-1}{\\left(x \\right)}$\n",
  };
  const test::Seed seed;
  std::mt19937_64 random(seed);
  for (int i = 0; i < 5'000; ++i) {
    std::string text = samples[random() % std::size(samples)];
    for (uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
      const size_t at = random() % text.size();
      constexpr std::string_view kBytes = "{}[]()\"',|\\\n\t:^_ x2&\xc3\x01";
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 3);
      } else {
        text.insert(at, 1, kBytes[random() % kBytes.size()]);
      }
      if (text.empty()) text += 'x';
    }
    Errors(text);  // It returns.
  }
}

}  // namespace
}  // namespace motzkin::cli
