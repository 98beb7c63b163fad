// Reads LaTeX as SymPy, language models and people write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/expression/parser.h"
#include "common/expression/printer.h"

namespace motzkin::expression {
namespace {

// Returns the infix form of the LaTeX text, or the error.
std::string Read(std::string_view text) {
  Pool pool;
  const absl::StatusOr<Expr> expr = ParseLatex(text, pool);
  return expr.ok() ? Print(*expr, Format::kInfix).value() : std::string(expr.status().message());
}

struct Reading {
  const char* text;
  const char* infix;
};

void ExpectReadings(std::span<const Reading> readings) {
  for (const auto& [text, infix] : readings) EXPECT_EQ(Read(text), infix) << text;
}

TEST(ParseLatexTest, SympysSpellingIsRead) {
  constexpr Reading kReadings[] = {
      {"\\log{\\left(x \\right)}", "log(x)"},
      {"x \\log{\\left(x \\right)} - x", "x*log(x) - x"},
      {"\\log{\\left(x \\right)}^{2}", "log(x)^2"},
      {"\\sin^{2}{\\left(x + 1 \\right)}", "sin(x + 1)^2"},
      {"\\sin^{x}{\\left(x \\right)}", "sin(x)^x"},
      {"\\frac{x^{3} e^{- x}}{3}", "x^3*e^(-x)/3"},
      {"\\sqrt[3]{x} \\sqrt{2}", "x^(1/3)*sqrt(2)"},
      {"\\operatorname{asin}{\\left(x \\right)}", "asin(x)"},
      {"\\operatorname{erf}{\\left(\\frac{x}{2} \\right)}", "erf(x/2)"},
      {"\\left|{x - 1}\\right|", "abs(x - 1)"},
      {"\\operatorname{sign}{\\left(x \\right)}", "sign(x)"},
      {"\\left\\lfloor{x}\\right\\rfloor", "floor(x)"},
      {"\\overline{x}", "conj(x)"},
      {"\\Gamma\\left(s, x\\right)", "column 13: unexpected character 's'"},
      {"\\Gamma\\left(2, x\\right)", "uppergamma(2, x)"},
      {"\\operatorname{Li}_{2}\\left(x\\right)", "polylog(2, x)"},
      {"\\operatorname{E}_{1}\\left(x\\right)", "expint(1, x)"},
      {"\\operatorname{polylog}{\\left(2,x \\right)}", "polylog(2, x)"},
      {"J_{0}\\left(x\\right) K_{1}\\left(x\\right)", "besselj(0, x)*besselk(1, x)"},
      {"S\\left(x\\right) + C\\left(x\\right)", "fresnels(x) + fresnelc(x)"},
      {"W\\left(x\\right)^{2}", "LambertW(x)^2"},
      {"F\\left(x\\middle| 2\\right)", "elliptic_f(x, 2)"},
      {"E\\left(x\\right)", "elliptic_e(pi/2, x)"},
      {"K\\left(x\\right)", "elliptic_k(x)"},
      {"C(x)", "column 1: unexpected character 'C'"},
      {"2 i \\pi + \\gamma", "2*i*pi + EulerGamma"},
  };
  ExpectReadings(kReadings);
}

TEST(ParseLatexTest, ModelsSpellingIsRead) {
  constexpr Reading kReadings[] = {
      {"x(\\ln|x| - 1)", "x*(log(abs(x)) - 1)"},
      {"\\ln\\left| x \\right|", "log(abs(x))"},
      {"\\ln\\big|\\sin^{-1}(\\ln x)\\big|", "log(abs(asin(log(x))))"},
      {"|x||x - 1|", "abs(x)*abs(x - 1)"},
      {"||x| - 1|", "abs(abs(x) - 1)"},
      {"\\lvert x \\rvert^2", "abs(x)^2"},
      {"7\\sin(\\frac{\\pi}{5}x)+1", "7*sin(pi/5*x) + 1"},
      {"\\frac12 x^2", "1/2*x^2"},
      {"\\tfrac12 x^2\\log x + \\tfrac34 x^2", "1/2*x^2*log(x) + 3/4*x^2"},
      {"\\frac\\pi2", "pi/2"},
      {"\\frac1{x}", "1/x"},
      {"\\int x^2 \\cos x \\, dx", "x^2*cos(x)"},
      {"\\int \\frac{dx}{x\\log x + 2x}", "1/(x*log(x) + 2*x)"},
      {"\\int dx", "1"},
      {"\\int (x\\log x + 2x)\\,dx", "x*log(x) + 2*x"},
      {"\\int \\cos x\\,\\mathrm{d}x", "cos(x)"},
      {"$\\displaystyle x^2\\sin(x)$", "x^2*sin(x)"},
      {"\\[ x \\]", "x"},
      {"\\( x \\)", "x"},
      {"2\\cdot 3x \\times x", "2*3*x*x"},
      {"\\mathrm{e}^{x}", "e^x"},
      {"x/2", "x/2"},
      {"x^2/2 \\ln x", "x^2/2*log(x)"},
      {"\\frac{x/2}{3}x", "x/2/3*x"},
      {"\\Big(x + 1\\Big)^2", "(x + 1)^2"},
      {"\\left[x + 1\\right]^2", "(x + 1)^2"},
      {"\\operatorname{arctanh}(x)", "atanh(x)"},
      {"\\operatorname{sech}(x)\\coth x", "sech(x)*coth(x)"},
      {"0.5x", "1/2*x"},
      {"x^-1", "x^(-1)"},
      {"x^\\frac12", "x^(1/2)"},
      {"e^{e^x+1/x}", "e^(e^x + 1/x)"},
      {"\\sqrt x", "sqrt(x)"},
      {"\\boxed{\\frac{x^2}{2}}", "x^2/2"},
      {"$x\\ln x - x.$", "x*log(x) - x"},
      {"\\int x \\, dx.", "x"},
      {"\\arcsin\\!\\left(x\\right)", "asin(x)"},
  };
  ExpectReadings(kReadings);
}

TEST(ParseLatexTest, AnArgumentWithoutBracketsEndsWithItsFirstFactorInX) {
  constexpr Reading kReadings[] = {
      {"\\sin 2x \\cos x", "sin(2*x)*cos(x)"},
      {"\\sin x^2", "sin(x^2)"},
      {"\\sin 2\\pi x + 1", "sin(2*pi*x) + 1"},
      {"\\sin \\frac{\\pi}{5} x", "sin(pi/5*x)"},
      {"\\ln x e^x", "log(x)*e^x"},
      {"\\ln\\ln x - 1", "log(log(x)) - 1"},
      {"\\sin x (x + 1)", "sin(x)*(x + 1)"},
      {"\\sin^2 x + \\cos^2 x", "sin(x)^2 + cos(x)^2"},
      {"\\sin^2x\\cos x", "sin(x)^2*cos(x)"},
      {"\\tan^{-1} x", "atan(x)"},
      {"\\tan^{-1}{x}", "atan(x)"},
      {"\\ln^{-1} x", "log(x)^(-1)"},
      {"\\cos^{-2}(x)", "cos(x)^(-2)"},
      {"\\cos^x(x)", "cos(x)^x"},
      {"\\log_2 x", "log(x)/log(2)"},
      {"\\log_{10}(x)", "log(x)/log(10)"},
      {"x \\ln 2", "x*log(2)"},
      {"\\ln 2 \\cdot x", "log(2)*x"},
      {"\\ln 2x", "log(2*x)"},
      {"\\frac{\\sin x}{x}", "sin(x)/x"},
      {"|\\sin x|", "abs(sin(x))"},
      {"\\exp x", "exp(x)"},
  };
  ExpectReadings(kReadings);
}

TEST(ParseLatexTest, WhatIsNotClearOrHasNoMeaningIsRefused) {
  constexpr Reading kErrors[] = {
      {"x^10", "column 3: several digits need braces here: {10}"},
      {"\\sin^10 x", "column 6: several digits need braces here: {10}"},
      {"\\frac.2x", "column 6: a decimal needs braces here: {.2}"},
      {"\\frac1.5", "column 7: a decimal needs braces here: {.5}"},
      {"\\ln 2 x",
       "column 1: whether 'ln' takes what follows the space is not clear; put its argument in "
       "brackets"},
      {"\\sin 2(x + 1)",
       "column 1: where the argument of 'sin' ends is not clear; put it in brackets"},
      {"\\int_0^1 x\\,dx", "column 1: an integral with limits is not a function of x"},
      {"\\int x\\,dx + 1", "column 12: text after the dx"},
      {"x \\int x", "column 3: unknown command '\\int'"},
      {"\\sum x", "column 1: unknown command '\\sum'"},
      {"\\frac{x}", "column 9: the text ends where an argument is expected"},
      {"\\frac{x}+", "column 9: an argument is expected before '+'"},
      {"\\frac x", "column 8: the text ends where an argument is expected"},
      {"\\sin", "column 5: the text ends where a value is expected"},
      {"(\\sin)", "column 6: an argument is expected before ')'"},
      {"1/2x", "column 4: whether the slash divides by this, too, is not clear; use \\frac"},
      {"1/2(x + 1)", "column 4: whether the slash divides by this, too, is not clear; use \\frac"},
      {"x_1", "column 2: a subscript has no meaning here"},
      {"\\sin_2 x", "column 5: a subscript of 'sin' has no meaning here"},
      {"\\left(x]", "column 8: ']' does not close the '(' of column 1"},
      {"|x", "column 1: '(' is never closed"},
      {"x = 1", "column 3: unexpected character '='"},
      {"\\left\\{x\\right\\}", "column 1: unknown command '\\left'"},
      {"\\operatorname{polylog}{\\left(2, x\\right) x}",
       "column 42: '}' is expected behind the brackets of the argument"},
  };
  ExpectReadings(kErrors);
}

TEST(ParseLatexTest, HostileTextPassesABound) {
  const auto status = [](std::string_view text) {
    Pool pool;
    return ParseLatex(text, pool).status().code();
  };
  const auto repeat = [](std::string_view piece) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += piece;
    return text;
  };
  for (const char* piece :
       {"{", "(", "|", "\\frac1", "\\frac{", "\\sqrt[", "\\sqrt", "\\ln", "\\sin^", "\\log_", "x^{",
        "\\sin{\\left(", "\\operatorname{polylog}{\\left(", "\\left|", "\\sin^2"}) {
    EXPECT_EQ(status(repeat(piece)), absl::StatusCode::kResourceExhausted) << piece;
  }
  EXPECT_EQ(status(repeat("x^") + "x"), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status(repeat("\\,")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status(repeat("}")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status(repeat("\\int")), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace motzkin::expression
