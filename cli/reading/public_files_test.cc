// Reads samples in the formats of the public datasets that docs/dataset.md names. The samples are ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/reading/function_file.h"

namespace motzkin::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Returns each item as "integrand | candidate", in prefix tokens, or its error.
std::vector<std::string> Read(const std::string& text, const ReadingOptions& options = {}) {
  std::istringstream input(text);
  absl::StatusOr<FunctionFile> file = FunctionFile::Open(input, "in", options);
  EXPECT_TRUE(file.ok()) << file.status();
  std::vector<std::string> lines;
  while (const std::optional<Entry> entry = file->Next()) {
    const FunctionItem item = file->Read(*entry);
    std::string line =
        item.integrand.ok() ? *item.integrand : std::string(item.integrand.status().message());
    for (const Candidate& candidate : item.candidates)
      line += " | " + candidate.prefix.value_or(std::string(candidate.prefix.status().message()));
    lines.push_back(line);
  }
  return lines;
}

TEST(PublicFilesTest, LampleAndChartonsFilesAreRead) {
  // prim_fwd.train and its siblings, the files before counting, and ode1.train.
  EXPECT_THAT(Read("31|sub Y' mul INT+ 1 0 x\tmul INT+ 5 pow x INT+ 2\n"
                   "2|sub Y' sinh x\tcosh x\n"),
              ElementsAre("mul INT+ 1 0 x | mul INT+ 5 pow x INT+ 2", "sinh x | cosh x"));
  EXPECT_THAT(Read("sub Y' exp x\texp x\n"), ElementsAre("exp x | exp x"));
  EXPECT_THAT(Read("4|sub mul x Y' Y\tmul a8 x\n"),
              ElementsAre(HasSubstr("a differential equation")));
}

TEST(PublicFilesTest, BarketAndEnglandsFilesAreRead) {
  ReadingOptions options;
  options.dialect = expression::Dialect::kMaple;
  EXPECT_THAT(Read("[\n  [\n    \"x+1/2*ln(x)\",\n    [\n      \"add\",\n      \"x\"\n    ],\n"
                   "    \"1/2*x^2+1/2*x*ln(x)-1/2*x\",\n    [\n      70,\n      -1\n    ]\n  ],\n"
                   "  [\n    \"arcsin(x)\",\n    [\n      \"asin\",\n      \"x\"\n    ],\n"
                   "    \"x*arcsin(x)+(-x^2+1)^(1/2)\",\n    [\n      60\n    ]\n  ]\n]\n",
                   options),
              ElementsAre("add x mul div INT+ 1 INT+ 2 ln x | sub add mul div INT+ 1 INT+ 2 pow x "
                          "INT+ 2 mul mul div INT+ 1 INT+ 2 x ln x mul div INT+ 1 INT+ 2 x",
                          HasSubstr("asin x | add mul x asin x pow")));
}

TEST(PublicFilesTest, TheIntegrationBeeBenchmarkIsRead) {
  ReadingOptions options;
  options.integrand_key = "problem";
  options.candidates_key = "answer";
  EXPECT_THAT(
      Read(
          "{\n \"name\": \"a sample\",\n \"count\": 3,\n \"problems\": [\n"
          "  {\n   \"id\": \"A1\",\n   \"problem\": \"\\\\int \\\\frac{dx}{x\\\\log x}\",\n"
          "   \"answer\": \"\\\\log\\\\!\\\\big(\\\\log x\\\\big)\"\n  },\n"
          "  {\n   \"id\": \"A2\",\n   \"problem\": \"\\\\int_0^1 x\\\\,dx\",\n   \"answer\": \"\\\\tfrac12\"\n"
          "  },\n"
          "  {\n   \"id\": \"A3\",\n   \"problem\": \"\\\\int \\\\cos^2(x)\\\\sqrt[3]{x}\\\\,dx\",\n"
          "   \"answer\": \"\\\\ln\\\\big|\\\\tan^{-1}x\\\\big|\"\n  }\n ]\n}\n",
          options),
      ElementsAre("div INT+ 1 mul x ln x | ln ln x", HasSubstr("an integral with limits"),
                  "mul pow cos x INT+ 2 pow x div INT+ 1 INT+ 3 | ln abs atan x"));
}

TEST(PublicFilesTest, RubisTestSuitesAreRead) {
  EXPECT_THAT(
      Read(
          "(* ::Package:: *)\n\n(*Problems of (* nested *) ours*)\n\n\n"
          "{x*Exp[x], x, 2, -E^x + E^x*x}\n{Log[2, x] (*base*), x, 1, foo[x],\n  Log[x^x/E^x]/Log[2]}\n"
          "{a*x, x, 1, a*x^2/2}\n{t, t, 1, t^2/2}\n{x}\n"),
      ElementsAre(
          "mul x exp x | add neg pow E x mul pow E x x",
          "div ln x ln INT+ 2 | column 1: unknown function 'foo' | div ln div pow x x pow E x "
          "ln INT+ 2",
          HasSubstr("in:9: column 1: unknown name 'a'"), "in:10: the variable is t and not x",
          "in:11: expected {integrand, x, steps, antiderivative}"));
  EXPECT_THAT(Read("(*)*)\n{x, x}\n{x, x\n"),
              ElementsAre("x", "in:3: a brace is never closed; what follows is not read"));
  EXPECT_THAT(Read("(* c *)\nfoo\n"), ElementsAre(HasSubstr("in:2: expected {integrand, x")));
  EXPECT_THAT(Read("(* c"), ElementsAre());
}

TEST(PublicFilesTest, OurOwnExportsAreRead) {
  ReadingOptions options;
  options.candidates_key = "integral";
  EXPECT_THAT(
      Read("{\"index\":3,\"integrand\":\"cos x\",\"integral\":\"sin x\",\"success\":true}\n"
           "{\"index\":4,\"integrand\":\"exp exp x\",\"integral\":null,\"success\":false}\n",
           options),
      ElementsAre("cos x | sin x", "exp exp x"));
  EXPECT_THAT(
      Read("index,integrand,integral,success\n3,cos x,sin x,true\n4,exp exp x,,false\n", options),
      ElementsAre("cos x | sin x", "exp exp x"));
}

}  // namespace
}  // namespace motzkin::cli
