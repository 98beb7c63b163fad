#include "common/generator/function_sampler.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>

#include "common/ball/ball.h"
#include "common/ball/evaluator.h"
#include "common/ball/function_filter.h"
#include "common/expression/canonical.h"
#include "common/expression/derivative.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/generator/attempt.h"
#include "common/generator/presets.h"
#include "common/generator/testing/statistics.h"
#include "common/generator/testing/weighted.h"
#include "tests/support/seed.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Format;
using expression::Op;
using expression::Pool;

constexpr v1::Kind kKinds[] = {v1::KIND_FORWARD, v1::KIND_BACKWARD, v1::KIND_BY_PARTS};

FunctionSampler Sampler(std::string_view preset, v1::Kind kind) {
  return FunctionSampler::Create(Preset(preset, kind).value()).value();
}

// Everything about a function, as text.
std::string Describe(const FunctionSampler& sampler, uint64_t seed, int64_t index) {
  Pool pool;
  const GeneratedFunction function = sampler.Generate(seed, index, pool).value();
  std::string text = std::to_string(function.canonical_hash) + ' ' +
                     std::to_string(function.skeleton_hash) + ' ' +
                     std::to_string(function.redraws);
  for (const Expr expr : {function.integrand, function.known_integral, function.parts_integrand,
                          function.parts_product}) {
    text += '\n';
    if (expr != nullptr) text += expression::Print(expr, Format::kPrefix).value();
  }
  return text;
}

std::string Integrand(const FunctionSampler& sampler, uint64_t seed, int64_t index) {
  Pool pool;
  return expression::Print(sampler.Generate(seed, index, pool)->integrand, Format::kPrefix).value();
}

TEST(FunctionSamplerTest, AFunctionDependsOnNothingButSeedAndIndex) {
  constexpr int64_t kFunctions = 60;
  for (const v1::Kind kind : kKinds) {
    const FunctionSampler sampler = Sampler("lample-charton", kind);
    std::vector<std::string> forwards;
    forwards.reserve(kFunctions);
    for (int64_t i = 0; i < kFunctions; ++i) forwards.push_back(Describe(sampler, 5, i));
    std::vector<std::string> backwards(kFunctions);
    std::thread other_thread([&] {
      const FunctionSampler other = Sampler("lample-charton", kind);
      for (int64_t i = kFunctions - 1; i >= 0; --i) {
        backwards[static_cast<size_t>(i)] = Describe(other, 5, i);
      }
    });
    for (int64_t i = 0; i < kFunctions; i += 7) {
      EXPECT_EQ(Describe(sampler, 5, i), forwards[static_cast<size_t>(i)]);
    }
    other_thread.join();
    EXPECT_EQ(forwards, backwards);
  }
}

TEST(FunctionSamplerTest, WhatIsInThePoolDoesNotMatter) {
  const FunctionSampler sampler = Sampler("intclass", v1::KIND_FORWARD);
  Pool shared;
  for (int64_t i = 0; i < 50; ++i) {
    const GeneratedFunction function = sampler.Generate(3, i, shared).value();
    EXPECT_EQ(expression::Print(function.integrand, Format::kPrefix).value(),
              Integrand(sampler, 3, i));
  }
}

TEST(FunctionSamplerTest, NeighboursAndOtherJobsGetOtherFunctions) {
  const FunctionSampler sampler = Sampler("intclass", v1::KIND_FORWARD);
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    for (int64_t index = 0; index < 250; ++index) seen.insert(Integrand(sampler, seed, index));
  }
  // Small functions come twice by chance, too; indices with one stream would repeat all of them.
  EXPECT_GT(seen.size(), 900u);
}

TEST(FunctionSamplerTest, KindsOfOneSeedDoNotShareTheirTrees) {
  const FunctionSampler forward = Sampler("intclass", v1::KIND_FORWARD);
  const FunctionSampler backward = Sampler("intclass", v1::KIND_BACKWARD);
  int equal = 0;
  for (int64_t i = 0; i < 50; ++i) {
    Pool pool;
    const Expr f = forward.Generate(1, i, pool)->integrand;
    if (backward.Generate(1, i, pool)->known_integral == f) ++equal;
  }
  EXPECT_LT(equal, 5);
}

TEST(FunctionSamplerTest, EveryFunctionPassesTheFiltersItWasPromisedTo) {
  const test::Seed seed(kUsualSeed);
  for (const std::string& name : PresetNames()) {
    for (const v1::Kind kind : kKinds) {
      const v1::GeneratorSpec spec = Preset(name, kind).value();
      const FunctionSampler sampler = FunctionSampler::Create(spec).value();
      for (int64_t i = 0; i < 100; ++i) {
        Pool pool;
        const Expr f = sampler.Generate(seed, i, pool)->integrand;
        EXPECT_TRUE(f->has_variable());
        EXPECT_LE(expression::TokenCount(f), spec.tokens_max());
        EXPECT_EQ(ball::Classify(f), ball::FunctionClass::kUsable);
      }
    }
  }
}

TEST(FunctionSamplerTest, HashesAreThoseOfTheCanonicalForm) {
  for (const v1::Kind kind : kKinds) {
    const FunctionSampler sampler = Sampler("lample-charton", kind);
    for (int64_t i = 0; i < 100; ++i) {
      Pool pool;
      const GeneratedFunction function = sampler.Generate(11, i, pool).value();
      const Expr canonical = expression::Canonical(function.integrand, pool);
      EXPECT_EQ(function.canonical_hash, expression::CanonicalHash(canonical));
      EXPECT_EQ(function.skeleton_hash, expression::SkeletonHash(canonical));
    }
  }
}

TEST(FunctionSamplerTest, FunctionsSurvivePrintAndParseInEveryFormat) {
  const test::Seed seed(kUsualSeed);
  for (const std::string& name : PresetNames()) {
    const FunctionSampler sampler = Sampler(name, v1::KIND_FORWARD);
    for (int64_t i = 0; i < 300; ++i) {
      Pool pool;
      const Expr f = sampler.Generate(seed, i, pool)->integrand;
      const auto text = [f](Format format) { return expression::Print(f, format).value(); };
      EXPECT_EQ(expression::ParsePrefix(text(Format::kPrefix), pool).value(), f)
          << text(Format::kPrefix);
      EXPECT_EQ(expression::ParseLatex(text(Format::kLatex), pool).value(), f)
          << text(Format::kLatex);
      for (const Format format : {Format::kInfix, Format::kSympy, Format::kGiac, Format::kFricas}) {
        EXPECT_EQ(expression::ParseInfix(text(format), pool).value(), f) << text(format);
      }
    }
  }
}

TEST(FunctionSamplerTest, ASpecThatGivesNothingUsableIsReported) {
  v1::GeneratorSpec spec = DefaultSpec();
  *spec.mutable_unary() = Weighted({{"log", 1}});
  *spec.mutable_binary() = Weighted({{"add", 1}});
  spec.set_nodes_min(3);
  spec.set_nodes_max(3);
  spec.set_tokens_max(1);
  Pool pool;
  const absl::Status status = FunctionSampler::Create(spec)->Generate(1, 42, pool).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("function 42: 1000 redraws"));
}

TEST(FunctionSamplerTest, BadArgumentsAreRefused) {
  EXPECT_EQ(FunctionSampler::Create({}).status().code(), absl::StatusCode::kInvalidArgument);
  Pool pool;
  EXPECT_EQ(Sampler("intclass", v1::KIND_FORWARD).Generate(1, -1, pool).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(FunctionSamplerTest, TheTreeAsDrawnIsKeptWhenAskedFor) {
  v1::GeneratorSpec spec = Preset("intclass").value();
  spec.set_canonicalize(false);
  const FunctionSampler sampler = FunctionSampler::Create(spec).value();
  for (int64_t i = 0; i < 50; ++i) {
    Pool pool;
    EXPECT_EQ(CountOperators(sampler.Generate(1, i, pool)->integrand), 10u);
  }
}

TEST(ForwardTest, HalfOfTheDrawnOperatorsAreLeft) {
  v1::GeneratorSpec spec = Preset("lample-charton").value();
  spec.set_nodes_min(15);
  spec.set_small_one_in(0);
  const FunctionSampler sampler = FunctionSampler::Create(spec).value();
  for (int64_t i = 0; i < 200; ++i) {
    Pool pool;
    EXPECT_GE(2 * CountOperators(sampler.Generate(1, i, pool)->integrand), 15u);
  }
}

TEST(BackwardTest, TheIntegrandIsTheDerivativeOfTheKnownIntegral) {
  const test::Seed seed(kUsualSeed);
  for (const char* name : {"lample-charton", "hebisch"}) {
    const FunctionSampler sampler = Sampler(name, v1::KIND_BACKWARD);
    for (int64_t i = 0; i < 200; ++i) {
      Pool pool;
      const GeneratedFunction function = sampler.Generate(seed, i, pool).value();
      const Expr known = expression::Canonical(function.known_integral, pool);
      EXPECT_EQ(expression::Canonical(expression::Derivative(known, pool), pool),
                expression::Canonical(function.integrand, pool));
    }
  }
}

// Expects F*G to be differentiable at some real point and, wherever that can be decided, its
// derivative to be F*g + f*G.
void ExpectIsDerivative(Expr value, Expr integral) {
  ball::Evaluator evaluator = ball::Evaluator::Create(value, integral).value();
  int decided = 0;
  for (const long numerator : {434'181, 1'391'273, 2'302'145, 902'511, 3'507'211, 99'991}) {
    const ball::Ball x = ball::Ball::Dyadic(numerator, /*shift=*/20);
    if (evaluator.EvaluateValue(x, /*bits=*/256) == ball::Realness::kUndefined) continue;
    if (!evaluator.EvaluateDerivative()) continue;
    EXPECT_TRUE(evaluator.value().Overlaps(evaluator.derivative())) << numerator;
    ++decided;
  }
  EXPECT_GT(decided, 0);
}

TEST(ByPartsTest, TheProductsDerivativeIsTheSumOfBothIntegrands) {
  const test::Seed seed(kUsualSeed);
  const FunctionSampler sampler = Sampler("lample-charton", v1::KIND_BY_PARTS);
  for (int64_t i = 0; i < 200; ++i) {
    Pool pool;
    const GeneratedFunction function = sampler.Generate(seed, i, pool).value();
    SCOPED_TRACE(expression::Print(function.integrand, Format::kInfix).value());
    ExpectIsDerivative(pool.Add(function.integrand, function.parts_integrand),
                       function.parts_product);
  }
}

TEST(BackwardTest, LampleChartonsKnownIntegralHasNoAdditiveConstant) {
  const test::Seed seed(kUsualSeed);
  const FunctionSampler sampler = Sampler("lample-charton", v1::KIND_BACKWARD);
  for (int64_t i = 0; i < 200; ++i) {
    Pool pool;
    const Expr known = sampler.Generate(seed, i, pool)->known_integral;
    const Expr canonical = expression::Canonical(known, pool);
    EXPECT_EQ(expression::DropAdditiveConstant(canonical, pool), canonical);
  }
}

}  // namespace
}  // namespace motzkin::generator
