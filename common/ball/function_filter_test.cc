#include "common/ball/function_filter.h"

#include <gtest/gtest.h>

#include <string_view>

#include "common/expression/parser.h"

namespace motzkin::ball {
namespace {

FunctionClass ClassOf(std::string_view text) {
  expression::Pool pool;
  return Classify(expression::ParseInfix(text, pool).value());
}

TEST(FunctionFilterTest, FunctionsThatVaryAreUsable) {
  for (const char* text : {"x", "sin(x)/x", "exp(-exp(x^2))", "sqrt(x-7)", "acos(x)*log(x)", "x^x",
                           "abs(x)", "tan(exp(x))", "sqrt(-x-20)"}) {
    EXPECT_EQ(ClassOf(text), FunctionClass::kUsable) << text;
  }
}

TEST(FunctionFilterTest, ConstantsInDisguiseAreFound) {
  for (const char* text : {"3", "pi*E", "sin(x)^2+cos(x)^2", "x-x", "log(exp(x))-x",
                           "asin(x)+acos(x)", "atan(x)+atan(1/x)", "sqrt(x^2)/abs(x)"}) {
    EXPECT_EQ(ClassOf(text), FunctionClass::kConstant) << text;
  }
}

TEST(FunctionFilterTest, FunctionsWithoutRealValuesAreFound) {
  for (const char* text : {"sqrt(sin(x)-3)", "log(-1-x^2)", "asin(2+x^2)", "1/(x-x)", "x*I",
                           "sqrt(-3)*x", "log(log(sin(x)))"}) {
    EXPECT_EQ(ClassOf(text), FunctionClass::kNoRealDomain) << text;
  }
}

}  // namespace
}  // namespace motzkin::ball
