#include "coordinator/core/matching.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <functional>
#include <string_view>

namespace motzkin::coordinator {
namespace {

constexpr std::string_view kAtLeast = ">=";

// One thing that a job asks of a worker.
struct Requirement {
  std::string name;
  std::function<bool(const WorkerReport&)> met;
};

bool Holds(const std::vector<uint32_t>& versions, uint32_t version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

bool ConsumePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The numbers in a version: "1.9.0.35+b1" is 1, 9, 0, 35, 1.
std::vector<uint64_t> NumbersOf(std::string_view version) {
  std::vector<uint64_t> numbers;
  bool in_number = false;
  for (const char c : version) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !in_number) numbers.push_back(0);
    if (digit) numbers.back() = numbers.back() * 10 + static_cast<uint64_t>(c - '0');
    in_number = digit;
  }
  return numbers;
}

bool Satisfies(const std::string& version, std::string_view wanted) {
  if (wanted.empty()) return true;
  if (!ConsumePrefix(wanted, kAtLeast)) return version == wanted;
  return NumbersOf(version) >= NumbersOf(wanted);
}

bool HasEngine(const WorkerReport& worker, const EngineRequirement& engine) {
  const auto found = worker.engines.find(engine.name);
  return found != worker.engines.end() && Satisfies(found->second, engine.version);
}

// "fricas", "fricas 1.3.8", "fricas >= 1.3.8".
std::string NameOf(const EngineRequirement& engine) {
  std::string_view version = engine.version;
  if (version.empty()) return engine.name;
  const bool at_least = ConsumePrefix(version, kAtLeast);
  return absl::StrCat(engine.name, at_least ? " >= " : " ", std::string(version));
}

std::vector<Requirement> RequirementsOf(const JobRules& job) {
  std::vector<Requirement> all;
  all.push_back({absl::StrCat("generator version ", job.generator_version),
                 [&job](const WorkerReport& worker) {
                   return Holds(worker.generator_versions, job.generator_version);
                 }});
  all.push_back({absl::StrCat("canonical form version ", job.canonical_version),
                 [&job](const WorkerReport& worker) {
                   return Holds(worker.canonical_versions, job.canonical_version);
                 }});
  for (const EngineRequirement& engine : job.engines) {
    all.push_back({NameOf(engine),
                   [&engine](const WorkerReport& worker) { return HasEngine(worker, engine); }});
  }
  return all;
}

}  // namespace

std::string Lacks(const JobRules& job, const WorkerReport& worker) {
  std::vector<std::string> missing;
  for (const Requirement& requirement : RequirementsOf(job)) {
    if (!requirement.met(worker)) missing.push_back(requirement.name);
  }
  return absl::StrJoin(missing, ", ");
}

std::string WhyNobody(const JobRules& job, const std::vector<const WorkerReport*>& workers) {
  if (workers.empty()) return "no worker is connected";
  for (const WorkerReport* worker : workers) {
    if (Lacks(job, *worker).empty()) return "";
  }
  std::vector<std::string> names;
  for (const Requirement& requirement : RequirementsOf(job)) {
    names.push_back(requirement.name);
    const bool somebody =
        std::any_of(workers.begin(), workers.end(),
                    [&](const WorkerReport* worker) { return requirement.met(*worker); });
    if (!somebody) return absl::StrCat("no worker has ", requirement.name);
  }
  return absl::StrCat("no worker has all of ", absl::StrJoin(names, ", "));
}

}  // namespace motzkin::coordinator
