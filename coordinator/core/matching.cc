#include "coordinator/core/matching.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/string_view.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <utility>

namespace motzkin::coordinator {
namespace {

constexpr absl::string_view kAtLeast = ">=";

// One thing that a job asks of a worker, in words, and whether the worker has it.
struct Requirement {
  std::string name;
  bool met = false;
};

bool Holds(const std::vector<uint32_t>& versions, uint32_t version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

// Returns the numbers in a version: "1.9.0.35+b1" is 1, 9, 0, 35, 1. Versions are compared by them,
// because as text 1.10 would come before 1.9.
std::vector<uint64_t> NumbersOf(absl::string_view version) {
  std::vector<uint64_t> numbers;
  bool in_number = false;
  for (const char c : version) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !in_number) numbers.push_back(0);
    // A number beyond 64 bits wraps around, but no real version has one.
    if (digit) numbers.back() = numbers.back() * 10 + static_cast<uint64_t>(c - '0');
    in_number = digit;
  }
  return numbers;
}

bool Satisfies(const std::string& version, absl::string_view wanted) {
  if (wanted.empty()) return true;
  if (!absl::ConsumePrefix(&wanted, kAtLeast)) return version == wanted;
  return NumbersOf(version) >= NumbersOf(wanted);
}

bool HasEngine(const WorkerReport& worker, const EngineRequirement& engine) {
  const auto found = worker.engines.find(engine.name);
  return found != worker.engines.end() && Satisfies(found->second, engine.version);
}

// Returns "fricas", "fricas 1.3.8" or "fricas >= 1.3.8".
std::string NameOf(const EngineRequirement& engine) {
  absl::string_view version = engine.version;
  if (version.empty()) return engine.name;
  const bool at_least = absl::ConsumePrefix(&version, kAtLeast);
  return absl::StrCat(engine.name, at_least ? " >= " : " ", version);
}

std::vector<Requirement> Check(const JobRules& job, const WorkerReport& worker) {
  std::vector<Requirement> all = {{absl::StrCat("generator version ", job.generator_version),
                                   Holds(worker.generator_versions, job.generator_version)},
                                  {absl::StrCat("canonical form version ", job.canonical_version),
                                   Holds(worker.canonical_versions, job.canonical_version)}};
  for (const EngineRequirement& engine : job.engines) {
    all.push_back({NameOf(engine), HasEngine(worker, engine)});
  }
  return all;
}

}  // namespace

std::string Lacks(const JobRules& job, const WorkerReport& worker) {
  std::vector<std::string> missing;
  for (const Requirement& requirement : Check(job, worker)) {
    if (!requirement.met) missing.push_back(requirement.name);
  }
  return absl::StrJoin(missing, ", ");
}

std::string WhyNoWorker(const JobRules& job, const std::vector<const WorkerReport*>& workers) {
  if (workers.empty()) return "no worker is connected";
  std::vector<Requirement> all;  // `met` is true if one worker at least meets it.
  for (const WorkerReport* worker : workers) {
    if (Lacks(job, *worker).empty()) return "";
    std::vector<Requirement> checked = Check(job, *worker);
    // Check() lists the requirements in the same order for each worker. At first, `all` is empty.
    for (size_t i = 0; i < all.size(); ++i) checked[i].met = checked[i].met || all[i].met;
    all = std::move(checked);
  }
  std::vector<std::string> names;
  for (const Requirement& requirement : all) {
    if (!requirement.met) return absl::StrCat("no worker has ", requirement.name);
    names.push_back(requirement.name);
  }
  return absl::StrCat("no worker has all of ", absl::StrJoin(names, ", "));
}

}  // namespace motzkin::coordinator
