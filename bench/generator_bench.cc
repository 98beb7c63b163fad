// Measures functions a core-second. The bar is 100,000 draws of 15 internal nodes before filters.
#include <benchmark/benchmark.h>

#include "common/generator/draft.h"
#include "common/generator/function_sampler.h"
#include "common/generator/presets.h"

namespace motzkin::generator {
namespace {

constexpr int kInternalNodes = 15;
// Callers keep a pool for some functions too; the limit bounds its memory.
constexpr int kFunctionsAPool = 64;

// Draws shape, operators and leaves, as the filters of Generate first see them.
void DrawDraft(benchmark::State& state) {
  const DraftSampler sampler(Preset("lample-charton").value());
  Draft draft;
  uint64_t index = 0;
  for ([[maybe_unused]] auto _ : state) {
    RandomStream random(/*job_seed=*/1, kGeneratorVersion, /*domain=*/0, index++);
    sampler.Draw(kInternalNodes, random, draft);
    benchmark::DoNotOptimize(draft.nodes.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(DrawDraft);

// Draws the same as an expression.
void DrawExpression(benchmark::State& state) {
  const DraftSampler sampler(Preset("lample-charton").value());
  Draft draft;
  uint64_t index = 0;
  while (state.KeepRunningBatch(kFunctionsAPool)) {
    expression::Pool pool;
    for (int i = 0; i < kFunctionsAPool; ++i) {
      RandomStream random(/*job_seed=*/1, kGeneratorVersion, /*domain=*/0, index++);
      sampler.Draw(kInternalNodes, random, draft);
      benchmark::DoNotOptimize(BuildExpression(draft, pool));
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(DrawExpression);

// Measures the whole generator: redraws, canonical form, balls, hashes.
void Generate(benchmark::State& state, const char* preset, v1::Kind kind) {
  const FunctionSampler sampler = FunctionSampler::Create(Preset(preset, kind).value()).value();
  int64_t index = 0;
  int64_t draws = 0;
  for ([[maybe_unused]] auto _ : state) {
    expression::Pool pool;
    draws += 1 + sampler.Generate(/*job_seed=*/1, index++, pool)->redraws;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["draws_a_function"] =
      static_cast<double>(draws) / static_cast<double>(state.iterations());
}
BENCHMARK_CAPTURE(Generate, lample_charton, "lample-charton", v1::KIND_FORWARD);
BENCHMARK_CAPTURE(Generate, lample_charton_backward, "lample-charton", v1::KIND_BACKWARD);
BENCHMARK_CAPTURE(Generate, lample_charton_by_parts, "lample-charton", v1::KIND_BY_PARTS);
BENCHMARK_CAPTURE(Generate, intclass, "intclass", v1::KIND_FORWARD);
BENCHMARK_CAPTURE(Generate, hebisch, "hebisch", v1::KIND_BACKWARD);

}  // namespace
}  // namespace motzkin::generator

BENCHMARK_MAIN();
