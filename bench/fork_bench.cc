// Measures the cost of giving each function a process of its own: fork, integrate x^2 and reap, as
// the integrator does it, but without the sandbox around it and without the verifier.
//
// The bar is 3 ms of CPU a function for all processes together. Exit code 1 if it is missed.
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "worker/integrator/engines/giac.h"

namespace motzkin::integrator {
namespace {

constexpr int kRuns = 2000;
constexpr absl::Duration kBar = absl::Milliseconds(3);

absl::Duration CpuOf(int who) {
  rusage usage;
  getrusage(who, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

struct Cost {
  absl::Duration all;     // this process, zygote and leaves
  absl::Duration leaves;  // as the engine reports it
  std::vector<absl::Duration> walls;
};

Cost Measure(int runs) {
  const absl::Duration before = CpuOf(RUSAGE_SELF) + CpuOf(RUSAGE_CHILDREN);
  Cost cost;
  std::unique_ptr<Engine> engine = MakeGiac();
  EngineLimits limits;
  limits.cpu = absl::Seconds(10);
  for (int i = 0; i <= runs; ++i) {
    const absl::Time begin = absl::Now();
    const EngineReply reply = engine->Run("x^2", limits);
    if (reply.end != EngineEnd::kAnswered) {
      fprintf(stderr, "giac did not integrate x^2: %s\n", reply.message.c_str());
      exit(1);
    }
    if (i == 0) continue;  // The first run starts the engine.
    cost.leaves += reply.cpu;
    cost.walls.push_back(absl::Now() - begin);
  }
  engine.reset();  // Reaps the zygote, whose time counts only then.
  cost.all = CpuOf(RUSAGE_SELF) + CpuOf(RUSAGE_CHILDREN) - before;
  std::sort(cost.walls.begin(), cost.walls.end());
  return cost;
}

int Main() {
  const absl::Duration start = Measure(0).all;
  const Cost cost = Measure(kRuns);
  const absl::Duration each = (cost.all - start) / kRuns;
  const auto ms = [](absl::Duration d) { return absl::ToDoubleMilliseconds(d); };
  printf(
      "fork, integrate x^2, reap: %.3f ms CPU a function (bar %.0f), of it %.3f in the leaf; "
      "wall p50 %.3f p99 %.3f ms; engine started in %.1f ms CPU\n",
      ms(each), ms(kBar), ms(cost.leaves / kRuns), ms(cost.walls[kRuns / 2]),
      ms(cost.walls[kRuns * 99 / 100]), ms(start));
  return each <= kBar ? 0 : 1;
}

}  // namespace
}  // namespace motzkin::integrator

int main() { return motzkin::integrator::Main(); }
