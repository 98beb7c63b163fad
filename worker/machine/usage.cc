#include "worker/machine/usage.h"

#include <absl/time/clock.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/cpu_time.h"
#include "common/process/durable_file.h"

namespace motzkin::worker {
namespace {

// Killed processes die in milliseconds; a worker that stops must not wait long for one that hangs.
constexpr absl::Duration kReapMax = absl::Seconds(2);

// As a subreaper this process inherits the dying parts of sandboxes. Their CPU time is part of
// RUSAGE_CHILDREN only once they are reaped.
void ReapOrphans() {
  const SystemClock clock;
  const BootTime until = clock.Now() + kReapMax;
  while (clock.Now() < until) {
    // This takes any child, so every ChildProcess must be gone by now. One whose child was reaped
    // here would fail its CHECK.
    const pid_t reaped = waitpid(-1, nullptr, WNOHANG);
    if (reaped < 0) return;
    if (reaped == 0) absl::SleepFor(absl::Milliseconds(5));
  }
}

}  // namespace

absl::Status WriteUsage(const std::filesystem::path& state_directory, const Totals& totals) {
  ReapOrphans();
  const nlohmann::json usage = {
      {"cpu_seconds", absl::ToDoubleSeconds(CpuTimeOf(RUSAGE_SELF) + CpuTimeOf(RUSAGE_CHILDREN))},
      {"cas_seconds", absl::ToDoubleSeconds(totals.cas)},
      {"verifier_seconds", absl::ToDoubleSeconds(totals.verifier)},
      {"functions", totals.functions},
      {"outcomes", totals.outcomes}};
  return WriteFileAtomically(state_directory / "usage.json", usage.dump(2) + "\n");
}

}  // namespace motzkin::worker
