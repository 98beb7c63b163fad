// Measures the CPU time of the verifier in one thread, for docs/verifier.md.
//
// The answers are those of giac and FriCAS to random functions (bench/testdata/engine_answers.tsv).
// They are read from text, as the verifier process reads them, so parsing and printing are
// included.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/ball/function_filter.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "worker/integrator/verifier/verifier_process.h"

namespace {

using motzkin::expression::Format;
using motzkin::expression::Pool;
using motzkin::integrator::v1::Judgement;
using motzkin::integrator::v1::Verify;

std::string ToPrefix(const std::string& infix) {
  Pool pool;
  const auto expr = motzkin::expression::ParseInfix(infix, pool);
  return expr.ok() ? motzkin::expression::Print(*expr, Format::kPrefix).value_or("") : "";
}

std::vector<Verify> ReadAnswers() {
  std::ifstream file(MOTZKIN_SOURCE_DIR "/bench/testdata/engine_answers.tsv");
  std::vector<Verify> requests;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string engine, integrand, answer;
    std::getline(fields, engine, '\t');
    std::getline(fields, integrand, '\t');
    std::getline(fields, answer, '\t');
    Verify request;
    request.set_integrand(ToPrefix(integrand));
    request.set_candidate(answer);
    request.set_format(Verify::FORMAT_INFIX);
    requests.push_back(request);
  }
  return requests;
}

// One iteration is one answer, in turn. A counter shows the p95 over all of them.
void BM_VerifyEngineAnswer(benchmark::State& state) {
  const std::vector<Verify> requests = ReadAnswers();
  if (requests.empty()) {
    state.SkipWithError("no answers");
    return;
  }
  std::vector<double> cpu_us;
  int verified = 0;
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    const Judgement judgement = motzkin::integrator::AnswerVerify(requests[next]);
    if (cpu_us.size() < requests.size()) {
      verified += judgement.verdict() == motzkin::v1::Verification::VERDICT_VERIFIED;
      cpu_us.push_back(static_cast<double>(judgement.cpu_us()));
    }
    next = (next + 1) % requests.size();
  }
  std::sort(cpu_us.begin(), cpu_us.end());
  state.counters["p95_us"] = cpu_us[cpu_us.size() * 95 / 100];
  state.counters["max_us"] = cpu_us.back();
  state.counters["answers"] = static_cast<double>(cpu_us.size());
  state.counters["verified"] = verified;
}
BENCHMARK(BM_VerifyEngineAnswer)->Unit(benchmark::kMicrosecond)->MinTime(2);

void BM_ClassifyFunction(benchmark::State& state) {
  const std::vector<Verify> requests = ReadAnswers();
  Pool pool;
  std::vector<motzkin::expression::Expr> functions;
  for (const Verify& request : requests) {
    const auto f = motzkin::expression::ParsePrefix(request.integrand(), pool);
    if (f.ok()) functions.push_back(*f);
  }
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(motzkin::ball::Classify(functions[next]));
    next = (next + 1) % functions.size();
  }
}
BENCHMARK(BM_ClassifyFunction)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
