// verify_answers FILE.jsonl [--cold] judges every {"integrand", "integral"} of a file (infix, any
// spelling) and prints each verdict that is not `verified`, then the counts and the CPU cost of a
// verification. With --cold the processor's caches hold nothing of the verifier when an answer comes, as in
// a worker, where an engine has run since the last one.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "worker/integrator/verifier/verifier_process.h"

namespace {

using motzkin::integrator::v1::Judgement;
using motzkin::integrator::v1::Verify;
using motzkin::v1::Verification;

const char* Name(Verification::Verdict verdict) {
  switch (verdict) {
    case Verification::VERDICT_VERIFIED:
      return "verified";
    case Verification::VERDICT_COMPLEX_ONLY:
      return "complex-only";
    case Verification::VERDICT_PARTLY:
      return "partly";
    case Verification::VERDICT_REFUTED:
      return "refuted";
    case Verification::VERDICT_UNVERIFIED:
      return "unverified";
    default:
      return "?";
  }
}

// Returns the integrand as prefix tokens, which a worker would send; empty if it cannot be parsed.
std::string ToPrefix(const std::string& infix) {
  motzkin::expression::Pool pool;
  const auto expr = motzkin::expression::ParseInfix(infix, pool);
  if (!expr.ok()) return "";
  return motzkin::expression::Print(*expr, motzkin::expression::Format::kPrefix).value_or("");
}

void PrintCosts(std::vector<int64_t> cpu_us) {
  if (cpu_us.empty()) return;
  std::sort(cpu_us.begin(), cpu_us.end());
  int64_t sum = 0;
  for (const int64_t cost : cpu_us) sum += cost;
  fmt::print("CPU a verification, us: mean {}, p50 {}, p95 {}, max {}\n",
             sum / static_cast<int64_t>(cpu_us.size()), cpu_us[cpu_us.size() / 2],
             cpu_us[cpu_us.size() * 95 / 100], cpu_us.back());
}

// Pushes all else out of the caches of the processor, which have less than this.
void CoolDown() {
  static std::vector<char> memory(64 << 20);
  for (size_t i = 0; i < memory.size(); i += 64) ++memory[i];
}

int Run(const char* path, bool cold) {
  std::ifstream file(path);
  std::map<std::string, int> counts;
  std::vector<int64_t> cpu_us;
  std::string slowest;
  int64_t slowest_us = -1;
  for (std::string line; std::getline(file, line);) {
    const auto item = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!item.is_object() || !item.contains("integral") || !item["integral"].is_string()) continue;
    Verify request;
    const std::string integrand = item.value("integrand", "");
    request.set_integrand(ToPrefix(integrand));
    request.set_candidate(item["integral"].get<std::string>());
    request.set_format(Verify::FORMAT_INFIX);
    if (cold) CoolDown();
    const Judgement judgement = motzkin::integrator::AnswerVerify(request);
    ++counts[Name(judgement.verdict())];
    cpu_us.push_back(judgement.cpu_us());
    if (judgement.cpu_us() > slowest_us) {
      slowest_us = judgement.cpu_us();
      slowest = integrand;
    }
    if (judgement.verdict() == Verification::VERDICT_VERIFIED) continue;
    std::string where;
    for (const auto& i : judgement.valid_on())
      where += fmt::format(" [{}, {}]", i.lower(), i.upper());
    fmt::print("{:12} {} int {}  ->  {}\n             {}+ {}- {} us at {} bits; x = {} {}{}\n",
               Name(judgement.verdict()), item.value("id", ""), integrand, request.candidate(),
               judgement.points_agreed(), judgement.points_differed(), judgement.cpu_us(),
               judgement.precision_bits(), judgement.counterexample(), judgement.reason(), where);
  }
  for (const auto& [name, count] : counts) fmt::print("{:12} {}\n", name, count);
  PrintCosts(std::move(cpu_us));
  fmt::print("slowest: {}\n", slowest);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool cold = argc == 3 && std::string_view(argv[2]) == "--cold";
  if (argc != (cold ? 3 : 2)) {
    std::cerr << "usage: verify_answers FILE.jsonl [--cold]\n";
    return 2;
  }
  return Run(argv[1], cold);
}
