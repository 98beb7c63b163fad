#include "worker/usage.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "worker/state_dir.h"

namespace motzkin::worker {
namespace {

absl::Duration CpuOf(int who) {
  rusage usage = {};
  getrusage(who, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

}  // namespace

absl::Status WriteUsage(const std::filesystem::path& state_directory, const Totals& totals) {
  // As a subreaper we inherit what a killed integrator had not reaped; its time counts once reaped.
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  const nlohmann::json usage = {
      {"cpu_seconds", absl::ToDoubleSeconds(CpuOf(RUSAGE_SELF) + CpuOf(RUSAGE_CHILDREN))},
      {"cas_seconds", absl::ToDoubleSeconds(totals.cas)},
      {"verifier_seconds", absl::ToDoubleSeconds(totals.verifier)},
      {"functions", totals.functions},
      {"outcomes", totals.outcomes}};
  return WriteFileAtomically(state_directory / "usage.json", usage.dump(2) + "\n");
}

}  // namespace motzkin::worker
