#include "cli/reading/function_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace motzkin::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<FunctionItem> Read(const std::string& text, const ReadingOptions& options = {}) {
  std::istringstream input(text);
  absl::StatusOr<FunctionFile> file = FunctionFile::Open(input, "in", options);
  EXPECT_TRUE(file.ok()) << file.status();
  std::vector<FunctionItem> items;
  while (const std::optional<Entry> entry = file->Next()) items.push_back(file->Read(*entry));
  return items;
}

std::string OpenError(const std::string& text) {
  std::istringstream input(text);
  return std::string(FunctionFile::Open(input, "in", {}).status().message());
}

// Returns each item as "LINE integrand | candidate | ...", or its error.
std::vector<std::string> Lines(const std::string& text, const ReadingOptions& options = {}) {
  std::vector<std::string> lines;
  for (const FunctionItem& item : Read(text, options)) {
    std::string line = std::to_string(item.line) + " ";
    line += item.integrand.ok() ? *item.integrand : std::string(item.integrand.status().message());
    for (const Candidate& candidate : item.candidates)
      line += " | " + candidate.prefix.value_or("?" + candidate.text);
    lines.push_back(line);
  }
  return lines;
}

TEST(JsonLinesTest, ALineIsAnIntegrandWithOrWithoutCandidates) {
  const auto items = Read(
      "{\"id\": 7, \"integrand\": \"2*x\", \"candidates\": [\"x^2\", \"foo(x)\"]}\n"
      "{\"integrand\": \"x\", \"candidates\": null}\n");
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].id, Json(7));
  EXPECT_EQ(items[0].integrand.value(), "mul INT+ 2 x");
  ASSERT_THAT(items[0].candidates, SizeIs(2));
  EXPECT_EQ(items[0].candidates[0].prefix.value(), "pow x INT+ 2");
  EXPECT_FALSE(items[0].candidates[1].prefix.ok());
  EXPECT_EQ(items[1].line, 2);
  EXPECT_FALSE(items[1].has_candidates);
}

TEST(DefiniteTest, LimitsAndValueAreReadFromJsonAndTables) {
  const auto items =
      Read(R"({"integrand": "x", "lower": "-\\infty", "upper": 2, "value": 0.5})"
           "\n"
           R"({"integrand": "x", "lower": "0", "upper": "pi/2", "value": "1", "candidates": ["2"]})"
           "\n"
           R"({"integrand": "x", "lower": "0", "upper": "x"})"
           "\n"
           R"({"integrand": "x", "value": "5"})"
           "\n");
  ASSERT_THAT(items, SizeIs(4));
  EXPECT_EQ(items[0].definite->lower, "-oo");
  EXPECT_EQ(items[0].definite->upper, "INT+ 2");
  EXPECT_EQ(items[0].candidates.at(0).prefix.value(), "div INT+ 1 INT+ 2");
  EXPECT_EQ(items[1].definite->upper, "div pi INT+ 2");
  ASSERT_THAT(items[1].candidates, SizeIs(1));
  EXPECT_EQ(items[1].candidates[0].text, "2");
  EXPECT_THAT(std::string(items[2].integrand.status().message()), HasSubstr("upper: it holds x"));
  EXPECT_FALSE(items[3].definite.has_value());
  EXPECT_FALSE(items[3].has_candidates);
  const auto table = Read("integrand,lower,upper,value\nx^2,0,1,1/3\nx,,,\nx,1,,\n");
  ASSERT_THAT(table, SizeIs(3));
  EXPECT_EQ(table[0].definite->upper, "INT+ 1");
  EXPECT_EQ(table[0].candidates.at(0).text, "1/3");
  EXPECT_FALSE(table[1].definite.has_value());
  EXPECT_FALSE(table[2].integrand.ok());
}

TEST(JsonLinesTest, AWrongLineCostsOnlyItself) {
  const auto items = Read(
      "nonsense\n[1]\n{\"integrand\": 5}\n{\"integrand\": \"x +\"}\n"
      "{\"integrand\": \"x\", \"candidates\": [5]}\n{\"integrand\": \"x\n{\"integrand\": \"x\"}\n");
  ASSERT_THAT(items, SizeIs(7));
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_THAT(std::string(items[i].integrand.status().message()),
                StartsWith("in:" + std::to_string(i + 1) + ": "));
  }
  EXPECT_TRUE(items[6].integrand.ok());
}

TEST(JsonLinesTest, KeysCanBeNamedAndAnArrayIsARow) {
  ReadingOptions options;
  options.integrand_key = "f";
  options.candidates_key = "F";
  EXPECT_THAT(Lines("{\"f\": \"x\", \"F\": \"x^2/2\"}\n", options),
              ElementsAre("1 x | div pow x INT+ 2 INT+ 2"));
  EXPECT_THAT(Lines("[\"2*x\", [1], \"x^2\"]\n[\"1\", \"x\"]\n"),
              ElementsAre("1 mul INT+ 2 x | pow x INT+ 2", "2 INT+ 1 | x"));
}

TEST(JsonTest, AnArrayIsReadWhateverItsIndentation) {
  const auto two = ElementsAre("1 mul x cos x", "1 div INT+ 1 x");
  EXPECT_THAT(Lines("[{\"integrand\": \"x*cos(x)\"}, {\"integrand\": \"1/x\"}]"), two);
  EXPECT_THAT(Lines("[\"x*cos(x)\", \"1/x\"]"), two);
  EXPECT_THAT(
      Lines("[\n  {\n    \"integrand\": \"x*cos(x)\"\n  },\n  {\"integrand\": \"1/x\"}\n]\n"),
      ElementsAre("2 mul x cos x", "5 div INT+ 1 x"));
  EXPECT_THAT(Lines("\xef\xbb\xbf [{\"integrand\": \"x\"}]"), ElementsAre("1 x"));
}

TEST(JsonTest, APrettyPrintedDocumentIsRead) {
  EXPECT_THAT(Lines("{\n  \"integrand\": \"x]\\\"\"\n}\n{\n  \"integrand\": \"2\"\n}\n"),
              ElementsAre(HasSubstr("in:1: column 2"), "4 INT+ 2"));
  EXPECT_THAT(Lines("{\n \"name\": \"a: [\",\n \"problems\":\n [\n  {\"integrand\": \"x\"},\n"
                    "  {\"integrand\": \"2\"}\n ]\n}\n"),
              ElementsAre("5 x", "6 INT+ 2"));
  EXPECT_THAT(Lines("{\"problems\": [{\"integrand\": \"x\"}]}"), SizeIs(1));
}

TEST(JsonTest, WhatFollowsAnUnclosedValueIsNotRead) {
  EXPECT_THAT(Lines("[{\"integrand\": \"x\"},\n{\"integrand\": \"2\"\n"),
              ElementsAre("1 x", "2 in:2: not JSON: it never ends; what follows is not read"));
  EXPECT_THAT(Lines("[1, \"x\", nul]"), SizeIs(3));
}

TEST(LampleChartonTest, LinesAreReadWithAndWithoutCounts) {
  EXPECT_THAT(Lines("12|sub Y' add pow2 x inv x\tadd div pow3 x INT+ 3 ln x\n"
                    "sub Y' x\tdiv pow2 x INT+ 2\n"
                    "3|sub Y' rac x INT+ 3\n"),
              ElementsAre("1 add pow x INT+ 2 div INT+ 1 x | add div pow x INT+ 3 INT+ 3 ln x",
                          "2 x | div pow x INT+ 2 INT+ 2", "3 pow x div INT+ 1 INT+ 3"));
}

TEST(LampleChartonTest, ADifferentialEquationIsRefusedAndTheOthersAreRead) {
  const std::string equation =
      "a differential equation; only integrals are read, which begin with sub Y'";
  EXPECT_THAT(Lines("1|add y mul x Y'\tdiv c x\n1|sub Y' x\tx\n1|sub Y' y\tx\n1|sub x x\tx\n"),
              ElementsAre("1 in:1: " + equation, "2 x | x", "3 in:3: " + equation,
                          "4 in:4: expected sub Y' and a function, in prefix tokens"));
  EXPECT_THAT(Lines("add Y'' Y\tmul x c\n"), ElementsAre("1 in:1: " + equation));
}

TEST(TableTest, CsvAndTsvHaveAHeader) {
  EXPECT_THAT(
      Lines("id,integrand,candidates\n7,\"log(x, 2)\",x\n8,x,\n9,2,\"[\"\"x\"\", \"\"2*x\"\"]\"\n"),
      ElementsAre("2 div ln x ln INT+ 2 | x", "3 x", "4 INT+ 2 | x | mul INT+ 2 x"));
  EXPECT_EQ(Read("id,integrand\r\n7,x\r\n")[0].id, Json("7"));
  EXPECT_THAT(Lines("integrand\tcandidates\nlog(x, 2)\tx\n"),
              ElementsAre("2 div ln x ln INT+ 2 | x"));
  EXPECT_THAT(Lines("integrand\nlog(x, 2)\n"), ElementsAre("2 div ln x ln INT+ 2"));
  EXPECT_THAT(Lines("integrand;n\nx;1\n"), ElementsAre("2 x"));
  EXPECT_THAT(Lines("integrand,n\n\"x +\n x\",1\nx,2\n"), ElementsAre("2 add x x", "4 x"));
}

TEST(TableTest, WrongRecordsCostOnlyThemselves) {
  EXPECT_THAT(
      Lines("integrand,n\nlog(x, 2),1\n\"x\"y,2\nx,3\n\"x,4\n"),
      ElementsAre(
          "2 in:2: 3 fields where the header has 2; a field that holds the separator is put "
          "in quotes",
          "3 in:3: text after a quoted field", "4 x", "5 in:5: a quoted field never ends"));
  EXPECT_EQ(
      OpenError("function,integral\nx,x\n"),
      "in:1: no column 'integrand' among function, integral; --integrand-key names the column "
      "of the integrands");
}

TEST(TextTest, AnExpressionALine) {
  EXPECT_THAT(Lines("# functions\nx*cos(x)\r\n\n  2\nmul x x\n\\sin 2x\nfoo\n"),
              ElementsAre("2 mul x cos x", "4 INT+ 2", "5 mul x x", "6 sin mul INT+ 2 x",
                          HasSubstr("in:7: column 1: unknown name 'foo'")));
  EXPECT_THAT(Lines("cos x\tsin x\n"), ElementsAre("1 cos x | sin x"));
  EXPECT_THAT(Lines(""), SizeIs(0));
  EXPECT_THAT(Lines("\n \n"), SizeIs(0));
}

TEST(LatexFileTest, WhereSomeTextsAreLatexTheOthersMayBe) {
  EXPECT_THAT(
      Lines(
          "{\"integrand\": \"\\\\sin 2x\"}\n{\"integrand\": \"2 x\", \"candidates\": \"x^2 + e x\"}\n"),
      ElementsAre("1 sin mul INT+ 2 x", "2 mul INT+ 2 x | add pow x INT+ 2 mul E x"));
  EXPECT_THAT(Lines("\\sin 2x\n2 x\n"), ElementsAre("1 sin mul INT+ 2 x", "2 mul INT+ 2 x"));
  EXPECT_THAT(Lines("sin(2*x)\n2 x\n"),
              ElementsAre("1 sin mul INT+ 2 x", HasSubstr("in:2: column 3")));
  EXPECT_THAT(Lines("{\"integrand\": \"2 x\\n\"}\n"), ElementsAre(HasSubstr("in:1: column 3")));
}

TEST(DialectOptionTest, TheDialectHoldsForIntegrandsAndCandidates) {
  ReadingOptions options;
  options.dialect = expression::Dialect::kMaple;
  const std::string text = "{\"integrand\": \"1\", \"candidates\": [\"EllipticF(x, 2)\"]}\n";
  EXPECT_THAT(Lines(text, options), ElementsAre("1 INT+ 1 | elliptic_f asin x pow INT+ 2 INT+ 2"));
  EXPECT_THAT(Read(text, options)[0].notes, SizeIs(0));
  EXPECT_THAT(Lines(text), ElementsAre("1 INT+ 1 | elliptic_f x INT+ 2"));
  EXPECT_THAT(Read(text)[0].notes, ElementsAre(HasSubstr("--dialect maple")));
}

TEST(ForeignFileTest, WhatIsNoTextIsRefusedWithItsCure) {
  EXPECT_EQ(OpenError("\x1f\x8b\x08zzz"), "in is compressed; unpack it with gunzip (or tar -xzf)");
  EXPECT_THAT(OpenError("PAR1zzz"), StartsWith("in is Parquet; write it as JSON lines"));
  EXPECT_THAT(OpenError("\xff\xfex"), HasSubstr("iconv"));
  EXPECT_EQ(OpenError(std::string("x\0x", 3)), "in is no text: it holds zero bytes");
}

TEST(ReadOneTest, ATextHoldsOneFunction) {
  const auto read = [](const std::string& text) {
    const absl::StatusOr<FunctionItem> item = FunctionFile::ReadOne(text, {});
    return item.ok() ? item->integrand.value() : std::string(item.status().message());
  };
  EXPECT_EQ(read("x +\n x"), "add x x");
  EXPECT_EQ(read("1|sub Y' inv x\tln x"), "div INT+ 1 x");
  EXPECT_EQ(read("{\"integrand\": \"x\"}"), "x");
  EXPECT_EQ(read("integrand\nx\n"), "x");
  EXPECT_EQ(read("x +"), "column 4: the text ends where a value is expected\n  x +\n     ^");
  EXPECT_THAT(read("[\"x\", \"2\"]"), HasSubstr("several functions"));
  EXPECT_THAT(read("[]"), HasSubstr("no function"));
  EXPECT_THAT(read("1|add y Y'\tx"), HasSubstr("a differential equation"));
}

}  // namespace
}  // namespace motzkin::cli
