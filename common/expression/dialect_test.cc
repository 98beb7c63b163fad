#include "common/expression/dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/expression/parser.h"
#include "common/expression/printer.h"

namespace motzkin::expression {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Returns the prefix form of the text, or the error.
std::string Read(std::string_view text, Dialect dialect) {
  Pool pool;
  const absl::StatusOr<Expr> expr = ParseInfix(text, pool, {}, dialect);
  return expr.ok() ? Print(*expr, Format::kPrefix).value() : std::string(expr.status().message());
}

struct Reading {
  Dialect dialect;
  const char* text;
  const char* prefix;
};

void ExpectReadings(std::span<const Reading> readings) {
  for (const auto& [dialect, text, prefix] : readings)
    EXPECT_EQ(Read(text, dialect), prefix) << text;
}

TEST(DialectTest, MaplesEllipticIntegralsHaveSineAndModulus) {
  constexpr Reading kReadings[] = {
      {Dialect::kMaple, "EllipticF(x, 1/2)", "elliptic_f asin x pow div INT+ 1 INT+ 2 INT+ 2"},
      {Dialect::kMaple, "EllipticE(x, 3)", "elliptic_e asin x pow INT+ 3 INT+ 2"},
      {Dialect::kMaple, "EllipticE(x)", "elliptic_e div pi INT+ 2 pow x INT+ 2"},
      {Dialect::kMaple, "EllipticK(x)", "elliptic_k pow x INT+ 2"},
      {Dialect::kMaple, "EllipticPi(x, 2, 3)", "elliptic_pi INT+ 2 asin x pow INT+ 3 INT+ 2"},
      {Dialect::kMaple, "EllipticPi(x, 3)", "elliptic_pi x div pi INT+ 2 pow INT+ 3 INT+ 2"},
      {Dialect::kMathematica, "EllipticF[x, 1/2]", "elliptic_f x div INT+ 1 INT+ 2"},
      {Dialect::kMathematica, "EllipticPi[2, x, 3]", "elliptic_pi INT+ 2 x INT+ 3"},
      {Dialect::kSympy, "elliptic_f(x, 1/2)", "elliptic_f x div INT+ 1 INT+ 2"},
      {Dialect::kFricas, "ellipticF(x, 2)", "elliptic_f asin x INT+ 2"},
      {Dialect::kAny, "EllipticF(x, 1/2)", "elliptic_f x div INT+ 1 INT+ 2"},
  };
  ExpectReadings(kReadings);
}

TEST(DialectTest, EachSystemHasItsArguments) {
  constexpr Reading kReadings[] = {
      {Dialect::kMaple, "Psi(0, x) + Psi(x)", "add digamma x digamma x"},
      {Dialect::kGiac, "Psi(x, 0) + Psi(x)", "add digamma x digamma x"},
      {Dialect::kMaple, "Ei(1, x) + Ei(x)", "add expint INT+ 1 x Ei x"},
      {Dialect::kMaple, "LambertW(0, x)", "LambertW x"},
      {Dialect::kSympy, "LambertW(x, 0)", "LambertW x"},
      {Dialect::kMathematica, "Log[2, x]", "div ln x ln INT+ 2"},
      {Dialect::kSympy, "log(x, 2)", "div ln x ln INT+ 2"},
      {Dialect::kMaple, "arccot(x)", "sub div pi INT+ 2 atan x"},
      {Dialect::kMathematica, "ArcCot[x]", "acot x"},
      {Dialect::kFricas, "acot(x)", "sub div pi INT+ 2 atan x"},
      {Dialect::kSympy, "acot(x)", "acot x"},
      {Dialect::kSympy, "Li(x)", "sub li x li INT+ 2"},
      {Dialect::kMaple, "Li(x)", "li x"},
      {Dialect::kMaple, "gamma*GAMMA(x) + GAMMA(2, x)",
       "add mul EulerGamma gamma x uppergamma INT+ 2 x"},
      {Dialect::kMaple, "WeierstrassP(x, 1, 2)", "weierstrassP INT+ 1 INT+ 2 x"},
      {Dialect::kGiac, "sq(x) + inv(x)", "add pow x INT+ 2 div INT+ 1 x"},
  };
  ExpectReadings(kReadings);
}

TEST(DialectTest, TheAngleOfAPointTakesItsCoordinatesInTheOrderOfItsSystem) {
  const std::string angle = Read("atan2(2, x)", Dialect::kSympy);
  EXPECT_EQ(angle, "neg mul I ln div add x mul I INT+ 2 sqrt add pow INT+ 2 INT+ 2 pow x INT+ 2");
  EXPECT_EQ(Read("arctan(2, x)", Dialect::kMaple), angle);
  EXPECT_EQ(Read("ArcTan[x, 2]", Dialect::kMathematica),
            "neg mul I ln div add x mul I INT+ 2 sqrt add pow x INT+ 2 pow INT+ 2 INT+ 2");
}

TEST(DialectTest, SquareBracketsAreThoseOfMathematicasCalls) {
  for (const Dialect dialect : {Dialect::kAny, Dialect::kMathematica}) {
    EXPECT_EQ(Read("Sin[x]*Exp[-x]", dialect), "mul sin x exp neg x");
    EXPECT_EQ(Read("Sin[Cos(x)]", dialect), "sin cos x");
    EXPECT_EQ(Read("Foo[x]", dialect), "column 1: unknown function 'Foo'");
  }
  EXPECT_EQ(Read("sin[x]", Dialect::kMaple), "column 1: 'sin' needs arguments in parentheses");
  EXPECT_EQ(Read("HypergeometricPFQ[{1, 2}, {3}, x]", Dialect::kMathematica),
            "hyper INT+ 2 INT+ 1 INT+ 1 INT+ 2 INT+ 3 x");
  EXPECT_EQ(Read("{x}", Dialect::kAny), "column 1: unexpected character '{'");
}

TEST(DialectTest, MaplesRootsNameTheirUnknown) {
  EXPECT_EQ(Read("RootOf(_Z^3 + _Z)", Dialect::kMaple), "rootof add pow bound INT+ 3 bound");
  EXPECT_EQ(Read("RootOf(x^3 + 1)", Dialect::kMaple),
            "column 1: 'RootOf' needs its unknown: RootOf(_Z^2 + 1)");
}

TEST(DialectTest, WordsNameTheDialects) {
  EXPECT_EQ(DialectOf("maple"), Dialect::kMaple);
  EXPECT_EQ(DialectOf("giac"), Dialect::kGiac);
  EXPECT_EQ(DialectOf("Maple"), std::nullopt);
  EXPECT_EQ(DialectOf(""), std::nullopt);
}

TEST(ConventionNotesTest, AFunctionThatSystemsReadDifferentlyIsNotedOnce) {
  EXPECT_THAT(ConventionNotes("EllipticF(x, 2) + EllipticF (x, 3) + acot(x)"),
              ElementsAre(HasSubstr("EllipticF(z, k)"), HasSubstr("--dialect fricas")));
  EXPECT_THAT(ConventionNotes("EllipticF[x, 2] + EllipticF + sin(x) + myEllipticF(x)"), IsEmpty());
  EXPECT_THAT(ConventionNotes(std::string(1'000'000, 'a')), IsEmpty());
  // It took minutes when the spaces were read once for each of them.
  EXPECT_THAT(ConventionNotes(std::string(1'000'000, ' ')), IsEmpty());
  EXPECT_THAT(LetterNotesOfLatex(std::string(1'000'000, ' ')), IsEmpty());
  EXPECT_THAT(ConventionNotes("1/EllipticK(x)"), SizeIs(1));
}

TEST(LetterNotesTest, ALetterThatMayBeAParameterIsNoted) {
  for (const char* text : {"sqrt(e*x+1)", "x^e", "e/x", "log(e)", "e"}) {
    ASSERT_THAT(LetterNotes(text), SizeIs(1)) << text;
    EXPECT_THAT(LetterNotes(text)[0], HasSubstr("e is read as Euler's number")) << text;
  }
  EXPECT_THAT(LetterNotes("sin(i*x)"), ElementsAre(HasSubstr("the imaginary unit")));
  EXPECT_THAT(LetterNotes("e*x + i + e"), SizeIs(2));
  for (const char* text :
       {"e^x", "e **(2*x)", "exp(x)", "E*x", "1e5*x", "2.e3*x", "%e*x", "sin(x)", ""})
    EXPECT_THAT(LetterNotes(text), IsEmpty()) << text;
  EXPECT_THAT(LetterNotesOfLatex(R"(\sqrt{e x + 1})"), SizeIs(1));
  EXPECT_THAT(LetterNotesOfLatex(R"(\frac{i}{x} + e^{x})"), SizeIs(1));
  for (const char* text : {R"(e^{x})", R"(\mathrm{e} x)", R"(\sec x)", R"(\operatorname{erfi}(x))"})
    EXPECT_THAT(LetterNotesOfLatex(text), IsEmpty()) << text;
}

TEST(DialectTest, SmallLettersAreParametersWhereTheConstantsAreWrittenOtherwise) {
  for (const Dialect dialect :
       {Dialect::kMaple, Dialect::kMathematica, Dialect::kSympy, Dialect::kFricas}) {
    EXPECT_EQ(
        Read("e*x", dialect),
        "column 1: unknown name 'e'; the variable is x, the constants are pi, E, I, EulerGamma, "
        "Catalan");
    EXPECT_THAT(Read("x + i", dialect), HasSubstr("column 5: unknown name 'i'"));
    EXPECT_EQ(Read("E + I", dialect), "add E I");
  }
  EXPECT_EQ(Read("e + i", Dialect::kGiac), "add E I");
  EXPECT_EQ(Read("e + i", Dialect::kAny), "add E I");
}

}  // namespace
}  // namespace motzkin::expression
