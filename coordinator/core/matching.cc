#include "coordinator/core/matching.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <functional>

namespace motzkin::coordinator {
namespace {

// One thing that a job asks of a worker.
struct Requirement {
  std::string name;
  std::function<bool(const WorkerReport&)> met;
};

bool Holds(const std::vector<uint32_t>& versions, uint32_t version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

bool HasEngine(const WorkerReport& worker, const EngineRequirement& engine) {
  const auto found = worker.engines.find(engine.name);
  return found != worker.engines.end() &&
         (engine.version.empty() || found->second == engine.version);
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
    const std::string name =
        engine.version.empty() ? engine.name : absl::StrCat(engine.name, " ", engine.version);
    all.push_back(
        {name, [&engine](const WorkerReport& worker) { return HasEngine(worker, engine); }});
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
