// Prints random functions, lets SymPy evaluate them at a point, and compares with our own values of
// the functions as we read them back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/expression/testing/random_trees.h"

namespace motzkin::expression {
namespace {

// Debian's python3-sympy belongs to /usr/bin/python3; another Python may come first on PATH.
// Nothing is evaluated while SymPy parses, or it would write out 12345**99999999.
constexpr const char* kEvaluate = R"(
import sys
from sympy import Symbol, Rational
from sympy.parsing.sympy_parser import parse_expr
x = Symbol('x')
for line in open(sys.argv[1]):
    try:
        value = parse_expr(line, local_dict={'x': x}, evaluate=False)
        value = complex(value.evalf(25, subs={x: Rational(sys.argv[2])}))
        print(value.real if abs(value.imag) < 1e-12 else 'nan')
    except Exception:  # SymPy's own: it has faults in what it does not evaluate.
        print('nan')
)";

std::vector<std::string> Lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(SympyRoundTripTest, SympyEvaluatesWhatWePrintAsWeDo) {
  // The set of functions is fixed by default, because SymPy 1.11 errs on others, as in sign(E - E),
  // which it makes -1.
  const test::Seed seed(/*otherwise=*/1);
  constexpr int kFunctions = 200;
  constexpr long double kX = 0.6875L;  // 11/16, which is exact for both
  const std::string stem = ::testing::TempDir() + "/sympy_round_trip_" + std::to_string(getpid());
  const std::string script = stem + ".py";
  const std::string input = stem + ".in";
  const std::string output = stem + ".out";

  Pool pool;
  test::RandomTrees trees(seed, pool);
  std::vector<std::string> texts;
  std::vector<long double> values;
  while (values.size() < kFunctions) {
    const Expr tree = trees.Draw(1 + trees.Below(7));
    const std::string text = Print(tree, Format::kSympy).value();
    const long double value = test::ValueAt(ParseInfix(text, pool).value(), kX);
    if (!tree->has_variable() || std::isnan(value)) continue;
    texts.push_back(text);
    values.push_back(value);
  }
  std::ofstream(script) << kEvaluate;
  std::ofstream lines(input);
  for (const std::string& text : texts) lines << text << "\n";
  lines.close();
  const std::string command = "/usr/bin/python3 " + script + " " + input + " 11/16 > " + output;
  ASSERT_EQ(std::system(command.c_str()), 0)
      << "python3-sympy is a build dependency";  // NOLINT(cert-env33-c)

  const std::vector<std::string> answers = Lines(output);
  for (const std::string& file : {script, input, output}) std::remove(file.c_str());
  ASSERT_EQ(answers.size(), texts.size());
  int unevaluated = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const double answer = std::stod(answers[i]);
    if (std::isnan(answer)) {
      ++unevaluated;
      continue;
    }
    EXPECT_NEAR(answer, static_cast<double>(values[i]), 1e-6 * (1 + std::fabs(values[i])))
        << texts[i];
  }
  // SymPy leaves 0**0 and the like unevaluated.
  EXPECT_LT(unevaluated, kFunctions / 20);
}

}  // namespace
}  // namespace motzkin::expression
