#include "common/expression/parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/expression/printer.h"

namespace motzkin::expression {
namespace {

// Returns the prefix form of the text, or the error.
std::string Read(std::string_view text) {
  Pool pool;
  const absl::StatusOr<Expr> expr = ParseInfix(text, pool);
  return expr.ok() ? Print(*expr, Format::kPrefix).value() : std::string(expr.status().message());
}

struct Reading {
  const char* text;
  const char* prefix;
};

void ExpectReadings(std::span<const Reading> readings) {
  for (const auto& [text, prefix] : readings) EXPECT_EQ(Read(text), prefix) << text;
}

TEST(ParseInfixTest, OperatorsBindAsInMathematics) {
  constexpr Reading kReadings[] = {
      {"x+x*x^x", "add x mul x pow x x"},
      {"x-x-x", "sub sub x x x"},
      {"x/x/x", "div div x x x"},
      {"x/x*x", "mul div x x x"},
      {"x^x^x", "pow x pow x x"},
      {"x**x**x", "pow x pow x x"},
      {"-x^2", "neg pow x INT+ 2"},
      {"-2^x", "neg pow INT+ 2 x"},
      {"(-2)^x", "pow INT- 2 x"},
      {"2^-x", "pow INT+ 2 neg x"},
      {"x**-1", "pow x INT- 1"},
      {"2^-x^2", "pow INT+ 2 neg pow x INT+ 2"},
      {"2^-x*x", "mul pow INT+ 2 neg x x"},
      {"-x*x", "mul neg x x"},
      {"x*-x", "mul x neg x"},
      {"x - -x", "sub x neg x"},
      {"--x", "neg neg x"},
      {"+x", "x"},
      {"x + +x", "add x x"},
      {"((x))", "x"},
      {" x\t+\n x\r", "add x x"},
  };
  ExpectReadings(kReadings);
}

TEST(ParseInfixTest, NumbersAreExact) {
  constexpr Reading kReadings[] = {
      {"12", "INT+ 1 2"},
      {"-3", "INT- 3"},
      {"-(3)", "neg INT+ 3"},
      {"007", "INT+ 7"},
      {"1/2", "div INT+ 1 INT+ 2"},
      {"-1/2", "div INT- 1 INT+ 2"},
      {"0.25", "div INT+ 1 INT+ 4"},
      {".5", "div INT+ 1 INT+ 2"},
      {"2.", "INT+ 2"},
      {"1e3", "INT+ 1 0 0 0"},
      {"1.5E-1", "div INT+ 3 INT+ 2 0"},
      {"1e+2", "INT+ 1 0 0"},
      {"Rational(3, 6)", "div INT+ 1 INT+ 2"},
      {"Rational(5)", "INT+ 5"},
      {"Integer(-3)", "INT- 3"},
      {"float(3, -1, 2)", "div INT+ 3 INT+ 2"},
      {"complex(2, 0)", "INT+ 2"},
      {"complex(2, 3)", "add INT+ 2 mul INT+ 3 I"},
      {"123456789012345678901234567890",
       "INT+ 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0"},
  };
  ExpectReadings(kReadings);
}

TEST(ParseInfixTest, ConstantsHaveTheNamesOfEverySystem) {
  for (const char* pi : {"pi", "Pi", "PI", "%pi", "M_PI", "pi()", "%pi()"})
    EXPECT_EQ(Read(pi), "pi") << pi;
  for (const char* e : {"e", "E", "%e", "M_E"}) EXPECT_EQ(Read(e), "E") << e;
  for (const char* i : {"i", "I", "%i"}) EXPECT_EQ(Read(i), "I") << i;
  EXPECT_EQ(Read("EulerGamma + euler_gamma"), "add EulerGamma EulerGamma");
  EXPECT_EQ(Read("Catalan*catalan"), "mul Catalan Catalan");
}

TEST(ParseInfixTest, EverySpellingOfAFunctionMeansTheSame) {
  const std::pair<const char*, std::vector<const char*>> kSpellings[] = {
      {"ln x", {"log(x)", "ln(x)", "Log(x)"}},
      {"abs x", {"abs(x)", "Abs(x)", "fabs(x)"}},
      {"sign x", {"sign(x)", "Sign(x)", "sgn(x)", "signum(x)"}},
      {"sqrt x", {"sqrt(x)", "Sqrt(x)"}},
      {"asin x", {"asin(x)", "arcsin(x)", "ArcSin(x)"}},
      {"acot x", {"acot(x)", "arccot(x)", "ArcCot(x)"}},
      {"asinh x", {"asinh(x)", "arcsinh(x)", "arsinh(x)", "ArcSinh(x)"}},
      {"atanh x", {"atanh(x)", "arctanh(x)", "artanh(x)", "ArcTanh(x)"}},
      {"Ei x", {"Ei(x)", "ExpIntegralEi(x)"}},
      {"li x", {"li(x)", "Li(x)", "LogIntegral(x)"}},
      {"Si x", {"Si(x)", "SinIntegral(x)"}},
      {"Ci x", {"Ci(x)", "CosIntegral(x)"}},
      {"Shi x", {"Shi(x)", "SinhIntegral(x)"}},
      {"Chi x", {"Chi(x)", "CoshIntegral(x)"}},
      {"erf x", {"erf(x)", "Erf(x)"}},
      {"erfi x", {"erfi(x)", "Erfi(x)"}},
      {"fresnels x", {"fresnels(x)", "fresnelS(x)", "FresnelS(x)"}},
      {"fresnelc x", {"fresnelc(x)", "fresnelC(x)", "FresnelC(x)"}},
      {"gamma x", {"gamma(x)", "Gamma(x)", "tgamma(x)"}},
      {"loggamma x", {"loggamma(x)", "lgamma(x)", "lnGamma(x)", "LogGamma(x)"}},
      {"digamma x", {"digamma(x)", "Psi(x)", "psi(x)", "polygamma(0, x)", "PolyGamma(0, x)"}},
      {"LambertW x",
       {"LambertW(x)", "LambertW(x, 0)", "lambertW(x)", "ProductLog(x)", "ProductLog(0, x)"}},
      {"polylog INT+ 2 x", {"polylog(2, x)", "PolyLog(2, x)"}},
      {"uppergamma INT+ 2 x", {"uppergamma(2, x)", "Gamma(2, x)", "ugamma(2, x)"}},
      {"lowergamma INT+ 2 x", {"lowergamma(2, x)", "igamma(2, x)"}},
      {"expint INT+ 1 x", {"expint(1, x)", "E1(x)", "ExpIntegralE(1, x)"}},
      {"besselj INT+ 1 x", {"besselj(1, x)", "besselJ(1, x)", "BesselJ(1, x)"}},
      {"elliptic_k x", {"elliptic_k(x)", "ellipticK(x)", "EllipticK(x)"}},
      {"elliptic_f x INT+ 2", {"elliptic_f(x, 2)", "EllipticF(x, 2)"}},
      {"elliptic_e div pi INT+ 2 x", {"elliptic_e(x)", "EllipticE(x)", "ellipticE(x)"}},
      {"elliptic_pi INT+ 2 x INT+ 3", {"elliptic_pi(2, x, 3)", "EllipticPi(2, x, 3)"}},
      {"elliptic_pi INT+ 2 div pi INT+ 2 INT+ 3", {"elliptic_pi(2, 3)", "EllipticPi(2, 3)"}},
      {"pow x INT+ 2", {"x^2", "x**2", "pow(x, 2)", "Pow(x, 2)"}},
      {"pow x div INT+ 1 INT+ 3", {"cbrt(x)", "root(x, 3)", "nthRoot(x, 3)", "x^(1/3)"}},
      {"hyper INT+ 2 INT+ 1 INT+ 1 INT+ 2 INT+ 3 x",
       {"hyper((1, 2), (3,), x)", "hyper([1, 2], [3], x)", "hypergeometricF([1,2],[3],x)",
        "HypergeometricPFQ([1, 2], [3], x)", "Hypergeometric2F1(1, 2, 3, x)"}},
      {"hyper INT+ 0 INT+ 1 INT+ 3 x", {"hyper((), (3,), x)", "hyper([], [3], x)"}},
      {"div ln x ln INT+ 2", {"log(x, 2)", "log2(x)"}},
      {"ln add INT+ 1 x", {"log1p(x)"}},
      {"mul sign x pow abs x div INT+ 1 INT+ 3", {"surd(x, 3)"}},
      {"pow x div INT+ 1 INT+ 4", {"surd(x, 4)"}},
      {"weierstrassPInverse INT+ 0 INT+ 1 x", {"weierstrassPInverse(0, 1, x)"}},
  };
  for (const auto& [prefix, spellings] : kSpellings) {
    for (const char* spelling : spellings) EXPECT_EQ(Read(spelling), prefix) << spelling;
  }
}

TEST(ParseInfixTest, FricasEllipticIntegralsTakeTheSine) {
  EXPECT_EQ(Read("ellipticF(x, -1)"), "elliptic_f asin x INT- 1");
  EXPECT_EQ(Read("ellipticE(x, 2)"), "elliptic_e asin x INT+ 2");
  EXPECT_EQ(Read("ellipticPi(x, 3, 2)"), "elliptic_pi INT+ 3 asin x INT+ 2");
}

TEST(ParseInfixTest, RootsOfPolynomialsTakeAnyUnknown) {
  const char* const kPrefix = "rootof add pow bound INT+ 3 bound";
  EXPECT_EQ(Read("rootOf(t^3 + t, t)"), kPrefix);
  EXPECT_EQ(Read("rootOf(%%M0^3+%%M0,%%M0)"), kPrefix);
  EXPECT_EQ(Read("zeroOf(y^3+y,y)"), kPrefix);
  EXPECT_EQ(Read("rootof([[2, 1], [1, 0, 5]])"),
            "add mul INT+ 2 rootof add mul add mul INT+ 1 bound INT+ 0 bound INT+ 5 INT+ 1");
  EXPECT_EQ(Read("rootOf(t + s, t)"), "column 12: a second unknown 's' within a rootOf");
  EXPECT_EQ(
      Read("rootOf(t + 1, 2)"),
      "column 1: a root needs its polynomial and the name of the unknown: rootOf(t^2 + 1, t)");
}

TEST(ParseInfixTest, EnginesOwnAnswersAreRead) {
  for (const char* answer : {
           // giac
           "-sqrt(2)/8*ln(x^2-sqrt(2)*x+1)+sqrt(2)/4*atan((x-sqrt(2)/2)/(sqrt(2)/2))",
           "sqrt(pi)/(-i)/2*erf((-i)*x)",
           "(sqrt(x))^-1+3*x^(1/3)*x/4*ln(x+1)-3*3*(1/12*ln(abs(x^(1/3)+1)))",
           "-2*sign(x)+(-2*x*sign(x)+x^2*sign(x)+2*sign(x))*exp(x)",
           "1/(3*(1/27*rootof([[-3,0,-15,0,-12],[1,0,6,0,9,0,31]]))^2+1)*ln(x)",
           // FriCAS
           "((-2)*pi()^(1/2)*x^(1/2)*erf(x^(1/2))+(-2)*exp((-1)*x))/(x^(1/2))",
           "(((-93)*rootOf((31*%%M0^3+(-3)*%%M0+(-1))/31,%%M0)^2+12)^(1/2)+(-1)*31^(1/2))*log(x)",
           "(complex(1,0)*((complex(1,0)*x)/complex(1,0))^(1/(complex(5,0)/complex(1,0))))",
           // SymPy
           "sqrt(2)*sqrt(pi)*fresnels(sqrt(2)*x/sqrt(pi))/2 + uppergamma(1/3, x)*x**(-2/3)",
       }) {
    EXPECT_THAT(Read(answer), ::testing::Not(::testing::StartsWith("column"))) << answer;
  }
}

TEST(ParseInfixTest, WhatHasNoMeaningIsRefusedWithColumnAndReason) {
  constexpr Reading kErrors[] = {
      {"", "column 1: the text ends where a value is expected"},
      {"x +", "column 4: the text ends where a value is expected"},
      {"x + * 2", "column 5: a value is expected before '*'"},
      {"2x", "column 2: an operator is expected before 'x'; a product is written with *"},
      {"x y", "column 3: an operator is expected before 'y'; a product is written with *"},
      {"x(x + 1)", "column 1: 'x' is not a function; a product is written with *"},
      {"pi(x)", "column 1: 'pi' is not a function; a product is written with *"},
      {"sine(x)", "column 1: unknown function 'sine'; did you mean 'sin'?"},
      {"COS(x)", "column 1: unknown function 'COS'; did you mean 'cos'?"},
      {"foo(x)", "column 1: unknown function 'foo'"},
      {"frobnicate(x)", "column 1: unknown function 'frobnicate'"},
      {"sin", "column 1: 'sin' needs arguments in parentheses"},
      {"sin x", "column 1: 'sin' needs arguments in parentheses"},
      {"y",
       "column 1: unknown name 'y'; the variable is x, the constants are pi, e, i, EulerGamma, "
       "Catalan"},
      {"1 + nan", "column 5: 'nan' is refused: an undefined value"},
      {"undef", "column 1: 'undef' is refused: an undefined value"},
      {"oo", "column 1: 'oo' is refused: an infinite value"},
      {"-infinity", "column 2: 'infinity' is refused: an infinite value"},
      {"x + integrate(exp(x), x)",
       "column 5: 'integrate' is refused: an integral left unevaluated"},
      {"integral(x, x)", "column 1: 'integral' is refused: an integral left unevaluated"},
      {"Piecewise((x, x))",
       "column 1: 'Piecewise' is refused: a function defined by cases has no tree here"},
      {"x!", "column 2: factorials are not accepted; write gamma(x + 1)"},
      {"|x|", "column 1: bars are not accepted; write abs(x)"},
      {"(x", "column 1: '(' is never closed"},
      {"sin(x", "column 1: '(' is never closed"},
      {"x)", "column 2: ')' closes nothing"},
      {"(x]", "column 3: ']' does not close the '(' of column 1"},
      {"x, x", "column 2: a comma outside of brackets"},
      {"(x, x)", "column 1: a list is not an expression"},
      {"()", "column 1: a list is not an expression"},
      {"[x]*2", "column 4: a list where an expression is expected"},
      {"-(x, x)", "column 1: a list where an expression is expected"},
      {"sin()", "column 1: 'sin' takes 1 arguments, not 0"},
      {"sin(x, x)", "column 1: 'sin' takes 1 arguments, not 2"},
      {"log(x, 2, 3)", "column 1: 'log' takes 1 to 2 arguments, not 3"},
      {"sin((x, x))", "column 1: 'sin' takes no lists"},
      {"sin(x,)", "column 7: a value is expected before ')'"},
      {"polygamma(1, x)", "column 1: polygamma of an order other than 0 is not accepted"},
      {"LambertW(x, -1)", "column 1: only the principal branch of LambertW is accepted"},
      {"surd(x, x)", "column 1: 'surd' needs a positive integer as its second argument"},
      {"Rational(1, 0)", "column 1: 'Rational' with denominator 0"},
      {"hyper(1, 2, x)",
       "column 1: a hypergeometric function needs two lists and an argument: hyper([a], [b], z)"},
      {"x = 1", "column 3: unexpected character '='"},
      {"x; x", "column 2: unexpected character ';'"},
      {"2e", "column 2: an operator is expected before 'e'; a product is written with *"},
      {"1..2", "column 3: an operator is expected before '.2'; a product is written with *"},
      {".", "column 1: unexpected character '.'"},
      {"%",
       "column 1: unknown name '%'; the variable is x, the constants are pi, e, i, EulerGamma, "
       "Catalan"},
  };
  ExpectReadings(kErrors);
}

TEST(ParsePrefixTest, ErrorsNameTheToken) {
  const std::pair<const char*, const char*> kErrors[] = {
      {"", "column 1: the text ends where a value is expected"},
      {"add x", "column 1: 'add' needs 2 operands, 1 follow"},
      {"x x", "column 3: text after the end of the expression"},
      {"sin foo", "column 5: unknown token 'foo'"},
      {"INT+", "column 1: INT+ and INT- need digits"},
      {"add INT+ x", "column 5: INT+ and INT- need digits"},
      {"5", "column 1: a digit without INT+ or INT- before it"},
      {"x 5", "column 1: a digit after 'x'; numbers start with INT+ or INT-"},
      {"add  x x", "column 5: tokens are separated by single spaces"},
      {" x", "column 1: tokens are separated by single spaces"},
      {"x ", "column 3: tokens are separated by single spaces"},
      {"INT+ 12", "column 6: unknown token '12'"},
      {"sin bound", "column 1: 'bound' outside of a rootof"},
      {"hyper x x x", "column 1: hyper needs the numbers of its parameters, 0 to 100"},
      {"hyper INT+ 9 INT+ 9 x", "column 1: 'hyper' needs 21 operands, 3 follow"},
      {"x\ty", "column 1: unknown token 'x\\x09y'"},
  };
  for (const auto& [text, message] : kErrors) {
    Pool pool;
    EXPECT_EQ(ParsePrefix(text, pool).status().message(), message) << text;
  }
}

TEST(ParsePrefixTest, TheTokensOfThePublishedGeneratorAreReadWhereTheyAreAskedFor) {
  const std::pair<const char*, const char*> kReadings[] = {
      {"add pow2 x inv x", "add pow x INT+ 2 div INT+ 1 x"},
      {"pow5 pow4 pow3 x", "pow pow pow x INT+ 3 INT+ 4 INT+ 5"},
      {"rac x INT+ 3", "pow x div INT+ 1 INT+ 3"},
      {"inv INT+ 2", "div INT+ 1 INT+ 2"},
      {"rac x", "column 1: 'rac' needs 2 operands, 1 follow"},
  };
  for (const auto& [text, prefix] : kReadings) {
    Pool pool;
    const auto expr = ParsePrefix(text, pool, {}, Vocabulary::kLampleCharton);
    EXPECT_EQ(
        expr.ok() ? Print(*expr, Format::kPrefix).value() : std::string(expr.status().message()),
        prefix)
        << text;
    EXPECT_FALSE(ParsePrefix(text, pool).ok()) << text;
  }
}

TEST(ParseLatexTest, ErrorsNameTheColumn) {
  const std::pair<const char*, const char*> kErrors[] = {
      {"\\foo", "column 1: unknown command '\\foo'"},
      {"\\operatorname{}", "column 1: \\operatorname needs a name in braces"},
      {"\\operatorname{foo}\\left(x\\right)",
       "column 1: unknown name 'foo'; the variable is x, the constants are pi, e, "
       "i, EulerGamma, Catalan"},
      {"x}", "column 2: '}' closes nothing"},
      {"x^{2", "column 3: '{' is never closed"},
      {"\\left(x", "column 1: '(' is never closed"},
      {"x^{}", "column 3: braces hold one expression"},
      {"y", "column 1: unexpected character 'y'"},
  };
  for (const auto& [text, message] : kErrors) {
    Pool pool;
    EXPECT_EQ(ParseLatex(text, pool).status().message(), message) << text;
  }
}

}  // namespace
}  // namespace motzkin::expression
