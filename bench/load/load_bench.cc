// Measures the load that one coordinator carries: many simulated workers that speak the real
// protocol, each on a connection of its own, against the real program with its private Postgres.
//
//   load_bench [--workers 1000] [--slots 16] [--rows-per-second 5000] [--seconds 60] [--core 0]
//
// The coordinator, but not its Postgres, is pinned to one core. The bench prints how long a
// worker's report waits for its answer, how long new workers wait for their first batch and for one
// a slot while all of them arrive at once, the rows a second through Postgres with every commit on
// disk, and the coordinator's CPU and memory.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <vector>

#include "bench/load/coordinator_under_load.h"
#include "bench/load/rows_writer.h"
#include "bench/load/simulated_worker.h"

namespace motzkin::bench {
namespace {

struct Options {
  int workers = 1'000;
  int slots = 16;
  double rows_per_second = 5'000;
  int seconds = 60;
  int ramp_seconds = 60;
  int core = 0;
  int connections = 16;
  bool relay = false;
};

constexpr absl::Duration kTurn = absl::Milliseconds(50);

// All workers, driven by one thread, which is this one.
class Fleet {
 public:
  Fleet(const Options& options, const std::string& address) : options_(options) {
    const LoadOptions load{.address = address,
                           .slots = options.slots,
                           .speed = options.rows_per_second / options.workers};
    for (int i = 0; i < options.workers; ++i) {
      workers_.push_back(std::make_unique<SimulatedWorker>(load, i + 1, waits));
    }
  }

  void Start() {
    for (const auto& worker : workers_) worker->Start();
  }

  // Opens the way for results once all workers were answered, and works until all have as many
  // batches as slots, at most for `patience`.
  void AwaitGrants(const std::string& address, absl::Duration patience) {
    const absl::Time until = absl::Now() + patience;
    while (waits.greetings.count() < workers_.size() && absl::Now() < until) absl::SleepFor(kTurn);
    OpenWriter(address);
    while (waits.fills.count() < workers_.size() && absl::Now() < until) RunFor(kTurn);
  }

  void RunFor(absl::Duration duration) {
    const absl::Time until = absl::Now() + duration;
    for (absl::Time now = absl::Now(); now < until; now = absl::Now()) {
      for (const auto& worker : workers_) {
        // Each worker gets the present time: Add() may block, which must not count as waiting for
        // an answer.
        if (auto flush = worker->Advance(absl::Now())) writer->Add(*worker, *std::move(flush));
      }
      absl::SleepFor(now + kTurn - absl::Now());
    }
  }

  int Broken() const {
    int broken = 0;
    for (const auto& worker : workers_) broken += worker->broken() ? 1 : 0;
    return broken;
  }

  double BatchesEach() const {
    int64_t all = 0;
    for (const auto& worker : workers_) all += worker->batches();
    return static_cast<double>(all) / static_cast<double>(workers_.size());
  }

  Waits waits;
  std::unique_ptr<RowsWriter> writer;

 private:
  void OpenWriter(const std::string& address) {
    writer = std::make_unique<RowsWriter>(options_.relay, address, options_.connections);
  }

  const Options options_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
};

void Print(const char* what, const Latencies& waits) {
  fmt::print("{:<15}  p50 {:.1f} ms, p99 {:.1f} ms, longest {:.1f} ms, of {}\n", what,
             waits.Quantile(0.5), waits.Quantile(0.99), waits.Quantile(1), waits.count());
}

// The load of the last minute, which shows whether the machine had other work.
double LoadAverage() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

int Run(const Options& options) {
  rlimit files{.rlim_cur = 65'536, .rlim_max = 65'536};  // The coordinator inherits this limit.
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  CoordinatorUnderLoad coordinator(/*insecure=*/true);
  coordinator.PinTo(options.core);
  coordinator.StartJob();
  Fleet fleet(options, coordinator.address());
  const double before = coordinator.CpuSeconds();
  fleet.Start();
  fleet.AwaitGrants(coordinator.address(), absl::Minutes(3));
  fmt::print("{} workers x {} slots arrive at once\n", options.workers, options.slots);
  Print("first answer", fleet.waits.greetings);
  Print("first batch", fleet.waits.grants);
  Print("a batch a slot", fleet.waits.fills);
  fmt::print("meanwhile        coordinator CPU {:.1f} s, load average {:.1f}\n",
             coordinator.CpuSeconds() - before, LoadAverage());
  std::fflush(stdout);

  fleet.RunFor(absl::Seconds(options.ramp_seconds));
  fleet.waits.answers.Clear();
  coordinator.PinTo(options.core);  // also pins threads that gRPC has started since
  const double cpu = coordinator.CpuSeconds();
  const int64_t rows = fleet.writer->rows();
  const absl::Time start = absl::Now();
  fleet.RunFor(absl::Seconds(options.seconds));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  Print("report answered", fleet.waits.answers);
  fmt::print("rows stored      {:.0f}/s {} ({} flushes failed and were repeated, {} wait)\n",
             static_cast<double>(fleet.writer->rows() - rows) / seconds,
             options.relay ? "through the coordinator" : "directly", fleet.writer->failures(),
             fleet.writer->waiting());
  fmt::print("coordinator CPU  {:.1f} % of a core\n",
             (coordinator.CpuSeconds() - cpu) / seconds * 100);
  fmt::print("coordinator RSS  {:.1f} MiB, at most {:.1f} MiB\n", coordinator.Memory("VmRSS"),
             coordinator.Memory("VmHWM"));
  fmt::print("batches held     {:.1f} a worker; {} streams broken; load average {:.1f}\n",
             fleet.BatchesEach(), fleet.Broken(), LoadAverage());
  std::fflush(stdout);
  fleet.writer->Stop();
  return 0;
}

}  // namespace
}  // namespace motzkin::bench

int main(int argc, char** argv) {
  CLI::App app("many workers against one coordinator");
  motzkin::bench::Options options;
  app.add_option("--workers", options.workers)->check(CLI::Range(1, 10'000));
  app.add_option("--slots", options.slots, "of each worker")->check(CLI::Range(1, 4'096));
  app.add_option("--rows-per-second", options.rows_per_second, "of all workers together")
      ->check(CLI::Range(0.1, 1e6));
  app.add_option("--seconds", options.seconds, "to measure")->check(CLI::Range(1, 86'400));
  app.add_option("--ramp", options.ramp_seconds, "before that")->check(CLI::Range(0, 3'600));
  app.add_option("--core", options.core, "that the coordinator may use")
      ->check(CLI::Range(0, 1023));
  app.add_option("--connections", options.connections, "that store results")
      ->check(CLI::Range(1, 90));
  app.add_flag("--relay", options.relay, "results through the coordinator");
  CLI11_PARSE(app, argc, argv);
  return motzkin::bench::Run(options);
}
