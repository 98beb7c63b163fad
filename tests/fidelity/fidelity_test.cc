// Compares the functions of `lample-charton` with those of the published code. Their statistics are
// compared with those of published_generator.py, which shares nothing with common/generator, by
// total-variation distance: half the sum of the differences of two histograms' shares, 0 for equal
// ones and 1 for disjoint ones.
//
// The remaining distance is a known deviation: our canonical form is not SymPy's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "common/expression/canonical.h"
#include "common/generator/function_sampler.h"
#include "common/generator/presets.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;
using Histogram = std::map<std::string, double>;

constexpr int64_t kFunctions = 10'000;

struct Statistics {
  Histogram operators, lengths, depths;
};

Histogram FromJson(const nlohmann::json& counts) { return counts.get<Histogram>(); }

Statistics Published(const std::string& kind) {
  std::ifstream file(MOTZKIN_SOURCE_DIR "/tests/fidelity/reference.json");
  const nlohmann::json report = nlohmann::json::parse(file).at(kind);
  return {FromJson(report.at("operators")), FromJson(report.at("lengths")),
          FromJson(report.at("depths"))};
}

std::string PublishedName(Op op) {
  static const std::map<Op, std::string> names = {
      {Op::kAdd, "add"},     {Op::kMul, "mul"},     {Op::kPow, "pow"},     {Op::kLog, "ln"},
      {Op::kExp, "exp"},     {Op::kAbs, "abs"},     {Op::kSign, "sign"},   {Op::kSin, "sin"},
      {Op::kCos, "cos"},     {Op::kTan, "tan"},     {Op::kAsin, "asin"},   {Op::kAcos, "acos"},
      {Op::kAtan, "atan"},   {Op::kSinh, "sinh"},   {Op::kCosh, "cosh"},   {Op::kTanh, "tanh"},
      {Op::kAsinh, "asinh"}, {Op::kAcosh, "acosh"}, {Op::kAtanh, "atanh"}, {Op::kSqrt, "sqrt"}};
  const auto found = names.find(op);
  return found == names.end() ? "other" : found->second;
}

// Returns the number of tokens in the published notation, where INT+ and each digit are a token,
// and counts the operators on the way.
uint64_t CountTokens(Expr expr, Histogram& operators) {
  if (expr->op() == Op::kNumber) {
    const auto integer = [](const mpz_class& value) {
      return 1 + mpz_class(abs(value)).get_str().size();
    };
    const mpq_class& number = expr->number();
    if (number.get_den() == 1) return integer(number.get_num());
    ++operators["div"];
    return 1 + integer(number.get_num()) + integer(number.get_den());
  }
  if (expr->children().empty()) return 1;
  const size_t children = expr->children().size();
  const uint64_t own = children == 1 ? 1 : children - 1;  // n-ary operations are nested pairs
  operators[PublishedName(expr->op())] += static_cast<double>(own);
  uint64_t tokens = own;
  for (const Expr child : expr->children()) tokens += CountTokens(child, operators);
  return tokens;
}

Statistics Ours(const v1::GeneratorSpec& spec) {
  const FunctionSampler sampler = FunctionSampler::Create(spec).value();
  const v1::Kind kind = spec.kind();
  Statistics statistics;
  for (int64_t i = 0; i < kFunctions; ++i) {
    Pool pool;
    const GeneratedFunction function = sampler.Generate(/*job_seed=*/1, i, pool).value();
    const Expr drawn = kind == v1::KIND_FORWARD ? function.integrand : function.known_integral;
    const Expr canonical = expression::Canonical(drawn, pool);
    ++statistics.lengths[std::to_string(CountTokens(canonical, statistics.operators))];
    ++statistics.depths[std::to_string(canonical->depth())];
  }
  return statistics;
}

double Total(const Histogram& histogram) {
  double sum = 0;
  for (const auto& [key, count] : histogram) sum += count;
  return sum;
}

double TotalVariation(const Histogram& a, const Histogram& b) {
  std::map<std::string, double> difference;
  for (const auto& [key, count] : a) difference[key] += count / Total(a);
  for (const auto& [key, count] : b) difference[key] -= count / Total(b);
  double sum = 0;
  for (const auto& [key, off] : difference) sum += std::abs(off);
  return sum / 2;
}

double Mean(const Histogram& histogram) {
  double sum = 0;
  for (const auto& [key, count] : histogram) sum += std::stod(key) * count;
  return sum / Total(histogram);
}

void PrintShares(const Histogram& published, const Histogram& ours) {
  for (const auto& [name, count] : published) {
    const auto found = ours.find(name);
    const double share = found == ours.end() ? 0 : found->second / Total(ours);
    fmt::print("  {:6} published {:6.2f} %  ours {:6.2f} %\n", name, 100 * count / Total(published),
               100 * share);
  }
}

// These are twice the measured values; most of the distance of lengths is the noise of 10,000
// functions.
constexpr double kOperatorsMax = 0.02;
constexpr double kLengthsMax = 0.07;
constexpr double kDepthsMax = 0.05;

void ExpectAlike(const std::string& kind_name, v1::Kind kind) {
  const Statistics published = Published(kind_name);
  const Statistics ours = Ours(Preset("lample-charton", kind).value());
  const double operators = TotalVariation(published.operators, ours.operators);
  const double lengths = TotalVariation(published.lengths, ours.lengths);
  const double depths = TotalVariation(published.depths, ours.depths);
  fmt::print(
      "{}: total-variation distance of operators {:.3f}, token lengths {:.3f}, depths {:.3f}\n"
      "  mean length published {:.2f}, ours {:.2f}; mean depth published {:.2f}, ours {:.2f}\n",
      kind_name, operators, lengths, depths, Mean(published.lengths), Mean(ours.lengths),
      Mean(published.depths), Mean(ours.depths));
  PrintShares(published.operators, ours.operators);
  EXPECT_LT(operators, kOperatorsMax);
  EXPECT_LT(lengths, kLengthsMax);
  EXPECT_LT(depths, kDepthsMax);
}

TEST(FidelityTest, ForwardFunctionsLookLikeThePublishedOnes) {
  ExpectAlike("forward", v1::KIND_FORWARD);
}

TEST(FidelityTest, BackwardPrimitivesLookLikeThePublishedOnes) {
  ExpectAlike("backward", v1::KIND_BACKWARD);
}

TEST(FidelityTest, AWrongSizeOrAWrongWeightIsNoticed) {
  const Statistics published = Published("forward");
  v1::GeneratorSpec spec = Preset("lample-charton").value();
  spec.set_nodes_max(13);
  EXPECT_GT(TotalVariation(published.lengths, Ours(spec).lengths), kLengthsMax);
  spec = Preset("lample-charton").value();
  for (v1::WeightedSymbol& symbol : *spec.mutable_unary()) symbol.set_weight(1);
  EXPECT_GT(TotalVariation(published.operators, Ours(spec).operators), kOperatorsMax);
}

}  // namespace
}  // namespace motzkin::generator
