#include "classifier/tree_view.h"

#include <gtest/gtest.h>

#include <string>

#include "common/expression/canonical.h"
#include "common/expression/parser.h"

namespace motzkin::classifier {
namespace {

class TreeViewTest : public ::testing::Test {
 protected:
  TreeView View(const std::string& infix) {
    return TreeView(expression::Canonical(expression::ParseInfix(infix, pool_).value(), pool_));
  }
  std::string Text(const std::string& infix) { return View(infix).root().text; }
  std::string_view KindOf(const std::string& infix) { return KindName(View(infix).root().kind); }

  expression::Pool pool_;
};

TEST_F(TreeViewTest, ConstantsAreOneSymbol) {
  EXPECT_EQ(Text("pi + sqrt(2) + sin(3)"), "c");
  EXPECT_EQ(Text("x + pi + 7"), "add(c,x)");
  EXPECT_EQ(Text("log(x + 2/3)"), "ln(add(c,x))");
  EXPECT_EQ(Text("3^x"), "pow(c,x)");
}

TEST_F(TreeViewTest, ConstantFactorsAreLeftOut) {
  EXPECT_EQ(Text("3*sin(2*x)"), "sin(x)");
  EXPECT_EQ(Text("-pi*x*exp(-x/7)"), "mul(exp(x),x)");
  EXPECT_EQ(Text("5/x"), "^-1(x)");
}

TEST_F(TreeViewTest, PowersAreNamedAfterTheirExponents) {
  EXPECT_EQ(Text("x^2"), "^2(x)");
  EXPECT_EQ(Text("x^3"), "^3(x)");
  EXPECT_EQ(Text("x^7"), "^n(x)");
  EXPECT_EQ(Text("1/x"), "^-1(x)");
  EXPECT_EQ(Text("x^-4"), "^-n(x)");
  EXPECT_EQ(Text("sqrt(x)"), "^1/2(x)");
  EXPECT_EQ(Text("1/sqrt(x)"), "^-1/2(x)");
  EXPECT_EQ(Text("x^(2/3)"), "^q(x)");
  EXPECT_EQ(Text("x^(-2/3)"), "^-q(x)");
  EXPECT_EQ(Text("x^pi"), "^c(x)");
  EXPECT_EQ(Text("x^x"), "pow(x,x)");
}

TEST_F(TreeViewTest, KindsGoFromConstantToTranscendental) {
  EXPECT_EQ(KindOf("7"), "c");
  EXPECT_EQ(KindOf("7*x"), "x");
  EXPECT_EQ(KindOf("7*x + 1"), "linear");
  EXPECT_EQ(KindOf("x*(x + 1)"), "polynomial");
  EXPECT_EQ(KindOf("(x^3 + x)/(x + 1)"), "rational");
  EXPECT_EQ(KindOf("x + abs(x)"), "algebraic");
  EXPECT_EQ(KindOf("1/sqrt(x^2 + 1)"), "algebraic");
  EXPECT_EQ(KindOf("x^pi"), "transcendental");
  EXPECT_EQ(KindOf("1/(x + exp(x))"), "transcendental");
}

TEST_F(TreeViewTest, LabelsNameTheKindsOfArguments) {
  EXPECT_EQ(View("sin(x^2 + 1)").root().label, "sin(polynomial)");
  EXPECT_EQ(View("x*log(x)*exp(x)").root().label, "mul(x,transcendental)");
  EXPECT_EQ(View("2^(1/x)").root().label, "pow(c,rational)");
  EXPECT_EQ(View("x").root().label, "x");
}

TEST_F(TreeViewTest, LongSubtreesHaveNoText) {
  EXPECT_EQ(Text("sin(x)*cos(x)*tan(x)*exp(x)*asin(x)*atan(x)*sinh(x)"), "");
}

TEST_F(TreeViewTest, ATreeOfExponentiallyManyNodesIsOneOfFewDistinctOnes) {
  expression::Expr tower = pool_.Variable();
  constexpr int kStoreys = 200;
  for (int i = 0; i < kStoreys; ++i) {
    tower = pool_.Unary(expression::Op::kSin, pool_.Pow(tower, tower));
  }
  const TreeView view(expression::Canonical(tower, pool_));
  EXPECT_LT(view.nodes().size(), 1'000u);
  EXPECT_GT(view.root().size, uint64_t{1} << 60);
  EXPECT_EQ(view.nodes()[1].name, "x");
  EXPECT_GT(view.nodes()[1].count, uint64_t{1} << 60);
}

}  // namespace
}  // namespace motzkin::classifier
