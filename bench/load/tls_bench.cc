// Measures what TLS and certificates cost: rows a second through a coordinator that asks for them, and
// through one that does not (--insecure).
//
//   tls_bench [--rounds 20] [--seconds 2] [--workers 4]
//
// Both are real programs with a private Postgres, and get the same rows from as many simulated
// workers, each with its stream and its submissions on one connection. They take turns: in each round
// one works while the other has nothing to do, and the order changes from round to round, so other
// work on the machine meets both. Prints the median of the rounds' ratios, and the middle half of
// them; and the coordinator's CPU for a row.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "bench/load/coordinator_under_load.h"
#include "bench/load/simulated_worker.h"

namespace motzkin::bench {
namespace {

// A worker computes faster than its rows can be stored, so that storing is what is measured.
constexpr double kSpeed = 100'000;
constexpr absl::Duration kIdle = absl::Milliseconds(1);

struct Turn {
  double rows_per_second = 0;
  double cpu_us_per_row = 0;
};

// A coordinator and its workers, each of which has a thread while it is their turn.
class Cluster {
 public:
  Cluster(bool insecure, int workers) : coordinator_(insecure) {
    coordinator_.StartJob();
    for (int i = 1; i <= workers; ++i) {
      const std::string holder = fmt::format("worker 00000000-0000-4000-8000-{:012}", i);
      const LoadOptions load{.address = coordinator_.address(),
                             .credentials = coordinator_.CredentialsOf(holder),
                             .speed = kSpeed};
      workers_.push_back(std::make_unique<SimulatedWorker>(load, i, waits_));
      workers_.back()->Start();
    }
  }

  Turn Work(absl::Duration duration) {
    std::atomic<int64_t> stored{0};
    const double cpu = coordinator_.CpuSeconds();
    const absl::Time begin = absl::Now();
    std::vector<std::jthread> threads;
    threads.reserve(workers_.size());
    for (const auto& worker : workers_) {
      threads.emplace_back([&] { stored += Store(*worker, begin + duration); });
    }
    threads.clear();
    const auto rows = static_cast<double>(std::max<int64_t>(stored, 1));
    return {.rows_per_second = rows / absl::ToDoubleSeconds(absl::Now() - begin),
            .cpu_us_per_row = (coordinator_.CpuSeconds() - cpu) * 1e6 / rows};
  }

 private:
  static int64_t Store(SimulatedWorker& worker, absl::Time until) {
    int64_t rows = 0;
    while (absl::Now() < until) {
      const std::optional<v1::Submission> flush = worker.Advance(absl::Now());
      if (!flush.has_value()) {
        absl::SleepFor(kIdle);
        continue;
      }
      while (!worker.Submit(*flush)) absl::SleepFor(kIdle);
      worker.Stored(*flush);
      rows += flush->results_size();
    }
    return rows;
  }

  CoordinatorUnderLoad coordinator_;
  Waits waits_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
};

double Quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(std::lround(part * static_cast<double>(values.size() - 1)))];
}

void Print(const char* what, const std::vector<double>& values) {
  fmt::print("{:<34} {:9.3f}   half of the rounds within {:.3f} .. {:.3f}\n", what,
             Quantile(values, 0.5), Quantile(values, 0.25), Quantile(values, 0.75));
}

int Run(int rounds, int seconds, int workers) {
  std::array<Cluster, 2> clusters = {Cluster(/*insecure=*/true, workers),
                                     Cluster(/*insecure=*/false, workers)};
  std::array<std::vector<double>, 2> speeds, costs;
  std::vector<double> ratios, cost_ratios;
  for (int round = -1; round < rounds; ++round) {  // The first warms both up.
    std::array<Turn, 2> turns;
    for (int i = 0; i < 2; ++i) {
      const auto which = static_cast<size_t>((round + 1 + i) % 2);
      turns[which] = clusters[which].Work(absl::Seconds(seconds));
    }
    if (round < 0) continue;
    for (size_t which = 0; which < 2; ++which) {
      speeds[which].push_back(turns[which].rows_per_second);
      costs[which].push_back(turns[which].cpu_us_per_row);
    }
    ratios.push_back(turns[1].rows_per_second / turns[0].rows_per_second);
    cost_ratios.push_back(turns[1].cpu_us_per_row / turns[0].cpu_us_per_row);
  }
  Print("rows/s in plain text", speeds[0]);
  Print("rows/s with TLS and certificates", speeds[1]);
  Print("ratio", ratios);
  Print("coordinator's CPU, us a row: plain", costs[0]);
  Print("... with TLS and certificates", costs[1]);
  Print("ratio", cost_ratios);
  return 0;
}

}  // namespace
}  // namespace motzkin::bench

int main(int argc, char** argv) {
  CLI::App app("what TLS and certificates cost a coordinator");
  int rounds = 20;
  int seconds = 2;
  int workers = 4;
  app.add_option("--rounds", rounds)->check(CLI::Range(1, 10'000));
  app.add_option("--seconds", seconds, "of each turn")->check(CLI::Range(1, 8));
  app.add_option("--workers", workers)->check(CLI::Range(1, 100));
  CLI11_PARSE(app, argc, argv);
  return motzkin::bench::Run(rounds, seconds, workers);
}
