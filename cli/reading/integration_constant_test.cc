#include "cli/reading/integration_constant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/reading/function_file.h"

namespace motzkin::cli {
namespace {

using ::testing::HasSubstr;

// Returns the prefix tokens of an answer to x, or why it cannot be read.
std::string Answer(const std::string& text, const std::string& integrand = "x") {
  const std::string line = Json{{"integrand", integrand}, {"candidates", {text}}}.dump();
  std::istringstream input(line);
  absl::StatusOr<FunctionFile> file = FunctionFile::Open(input, "in", {});
  EXPECT_TRUE(file.ok()) << file.status();
  const FunctionItem item = file->Read(*file->Next());
  if (!item.integrand.ok()) return std::string(item.integrand.status().message());
  const absl::StatusOr<std::string>& prefix = item.candidates.at(0).prefix;
  return prefix.ok() ? *prefix : std::string(prefix.status().message());
}

TEST(IntegrationConstantTest, EverySpellingIsTakenOutOfInfix) {
  for (const char* constant : {"C", "c", "C1", "c1", "C_1", "c_12", "_C1", "C[1]", "K", "k",
                               "const", "const.", "constant", "Constant"}) {
    for (const char* sign : {" + ", "+", " - "})
      EXPECT_EQ(Answer("x^3" + std::string(sign) + constant), "pow x INT+ 3") << constant;
    EXPECT_EQ(Answer(std::string(constant) + " + x^3"), "pow x INT+ 3") << constant;
  }
  EXPECT_EQ(Answer("C - x"), "neg x");
  EXPECT_EQ(Answer("x + C - 1"), "sub x INT+ 1");
  EXPECT_EQ(Answer("(x^3 + C)"), "pow x INT+ 3");
  EXPECT_EQ(Answer("x + C_1 + C_2."), "x");
  EXPECT_EQ(Answer("log(abs(x + 1)) + C"), "ln abs add x INT+ 1");
}

TEST(IntegrationConstantTest, EverySpellingIsTakenOutOfLatex) {
  for (const char* constant :
       {"C", "c", "C_1", "C_{1}", "c_{12}", R"(\text{const})", R"(\text{const.})", R"(\mathrm{C})",
        R"(\mathrm{C}_1)", R"(\text{ constant })", R"(\operatorname{const})", R"(\mathcal{C})"}) {
    EXPECT_EQ(Answer(R"(\frac{x^2}{3} + )" + std::string(constant)), "div pow x INT+ 2 INT+ 3")
        << constant;
    EXPECT_EQ(Answer(R"($\sin x +\, )" + std::string(constant) + ".$"), "sin x") << constant;
  }
  EXPECT_EQ(Answer(R"(\boxed{\sin x + C})"), "sin x");
  EXPECT_EQ(Answer(R"(\left(\sin x + C\right))"), "sin x");
  EXPECT_EQ(Answer(R"(\[ x\ln|x| - x + C \])"), "sub mul x ln abs x x");
  EXPECT_EQ(Answer("add sin x C"), "sin x");
  EXPECT_EQ(Answer("sub x c_1"), "x");
}

TEST(IntegrationConstantTest, AloneItIsZero) {
  EXPECT_EQ(Answer("C"), "INT+ 0");
  EXPECT_EQ(Answer("-C"), "INT+ 0");
  EXPECT_EQ(Answer(R"($ \mathrm{C} $)"), "INT+ 0");
}

TEST(IntegrationConstantTest, WhatIsNoTermOfTheWholeIsRefused) {
  EXPECT_THAT(Answer("sin(x + C)"), HasSubstr("column 9: unknown name 'C'"));
  EXPECT_THAT(Answer("(x + 1)*(x + C)"), HasSubstr("column 14: unknown name 'C'"));
  EXPECT_THAT(Answer("x + C*x"), HasSubstr("unknown name 'C'"));
  EXPECT_THAT(Answer("x*C"), HasSubstr("unknown name 'C'"));
  EXPECT_THAT(Answer("x + q"), HasSubstr("unknown name 'q'"));
  EXPECT_THAT(Answer("x^-C"), HasSubstr("unknown name 'C'"));
  EXPECT_THAT(Answer(R"(\ln|x - C + 1|)"), HasSubstr("unexpected character 'C'"));
  EXPECT_THAT(Answer(R"(\ln\lvert x - C + 1\rvert)"), HasSubstr("unexpected character 'C'"));
  EXPECT_THAT(Answer("x + cosine"), HasSubstr("unknown name 'cosine'"));
  // Columns are those of the text as it was written.
  EXPECT_THAT(Answer("C + x + foo(x)"), HasSubstr("column 9"));
}

TEST(IntegrationConstantTest, AParameterOfTheIntegrandIsNone) {
  EXPECT_THAT(Answer("x^2 + c", "2*x + 0*c"), HasSubstr("unknown name 'c'"));
  EXPECT_THAT(Answer("C", "C"), HasSubstr("unknown name 'C'"));
}

TEST(IntegrationConstantTest, TheFresnelIntegralOfLatexIsNone) {
  EXPECT_EQ(Answer(R"(C\left(x\right) + C)"), "fresnelc x");
}

TEST(IntegrationConstantTest, HostileAnswersCostOnlyTheirLength) {
  const std::string deep = std::string(100'000, '(') + "x + C" + std::string(100'000, ')');
  EXPECT_EQ(WithoutConstants(deep).size(), deep.size());
  std::string many = "x";
  for (int i = 0; i < 50'000; ++i) many += " + C";
  EXPECT_EQ(WithoutConstants(many).find('C'), std::string::npos);
  const std::string signs(200'000, '+');
  EXPECT_EQ(WithoutConstants(signs), signs);
}

}  // namespace
}  // namespace motzkin::cli
