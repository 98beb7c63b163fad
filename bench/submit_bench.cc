// Measures durable rows a second through submit_results() on a real Postgres with many writers, and
// bytes a row.
//
//   submit_bench [--seconds 5] [--rows-per-flush 256] [--tls-rounds 10]
//
// Every commit waits for the disk (fsync and synchronous_commit are on). Like a worker, each writer
// has a login and leases of its own. The rows have the lengths of real
// ones. The time includes making the parameters of each call. At the end eight writers store by TLS
// and in plain text in turns of two seconds, as workers on other hosts and on this one do, and the
// median of the rounds' ratios is printed with the middle half of them.
#include <absl/strings/str_replace.h>
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <random>
#include <thread>
#include <vector>

#include "bench/must.h"
#include "common/results/submit_results.h"
#include "coordinator/postgres_server/embedded_postgres.h"
#include "coordinator/store/member_store.h"
#include "coordinator/store/store.h"

namespace motzkin {
namespace {

using bench::Must;
using bench::MustBeOk;
using coordinator::BatchSnapshot;
using coordinator::EmbeddedPostgres;
using coordinator::JobRecord;
using coordinator::LeaseSnapshot;
using coordinator::Store;

constexpr int64_t kBatchRows = 2'560;

// Returns words like prefix tokens, so that compression works as on real rows.
std::string Tokens(std::mt19937_64& random, int count) {
  static constexpr const char* kTokens[] = {"add",    "mul",    "div",    "pow", "x",  "x",
                                            "INT+ 1", "INT+ 2", "sin",    "exp", "ln", "sqrt",
                                            "INT- 3", "cos",    "INT+ 5", "atan"};
  std::string text;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text.push_back(' ');
    text += kTokens[random() % std::size(kTokens)];
  }
  return text;
}

// Makes a row with the median lengths of lample-charton's functions; half of them are integrated.
v1::Result RandomRow(int64_t index, std::mt19937_64& random) {
  v1::Result row;
  row.set_index(index);
  row.set_integrand(Tokens(random, 20 + static_cast<int>(random() % 20)));
  row.set_canonical_hash(random());
  row.set_skeleton_hash(random());
  row.set_speed_factor(1.25);
  row.set_kind(v1::KIND_FORWARD);
  row.set_wall_ms(14);
  const bool integrated = random() % 2 == 0;
  row.set_outcome(integrated ? v1::OUTCOME_INTEGRATED : v1::OUTCOME_UNSOLVED);
  if (integrated) {
    row.set_integral(Tokens(random, 30 + static_cast<int>(random() % 40)));
    row.set_engine("giac");
    row.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
    row.mutable_verification()->set_verdict(v1::Verification::VERDICT_VERIFIED);
    row.mutable_verification()->set_points_agreed(12);
    row.mutable_verification()->set_precision_bits(128);
  }
  for (const auto& [engine, version] :
       {std::pair("giac", "1.9.0.35"), std::pair("fricas", "1.3.8")}) {
    v1::StepResult& step = *row.add_steps();
    step.set_engine(engine);
    step.set_version(version);
    step.set_outcome(row.outcome());
    step.set_cpu_us(static_cast<int64_t>(random() % 100'000));
    step.set_rss_kb(15'000);
    step.set_verifier_us(110);
    if (integrated) break;
  }
  return row;
}

struct Cluster {
  Store& store;
  const JobRecord job;
  const EmbeddedPostgres& server;
  const int rows_per_flush;
  // Whether writers speak TLS, as those on other hosts do.
  bool tls = false;
};

std::string MakeWorker(Store& store, int n) {
  coordinator::WorkerRecord worker;
  worker.uuid = fmt::format("00000000-0000-4000-8000-{:012}", n);
  worker.name = fmt::format("bench-{}", n);
  worker.state = "working";
  worker.engines = {{"giac", "1.9.0.35"}, {"fricas", "1.3.8"}};
  MustBeOk(store.UpsertWorkers({worker}));
  return worker.uuid;
}

// Acts as one worker, which leases batch after batch and submits it flush by flush until `stop`.
void Write(const Cluster& cluster, int n, const std::atomic<bool>& stop,
           std::atomic<int64_t>& stored) {
  // The rows are the same in every run.
  std::mt19937_64 random(static_cast<uint64_t>(n));
  const std::string worker = MakeWorker(cluster.store, n);
  const coordinator::Login login =
      Must(coordinator::MemberStore(cluster.store).OpenWorkerLogin(worker)).value();
  std::string uri = cluster.server.Uri(login.role, login.password);
  if (cluster.tls) uri = absl::StrReplaceAll(uri, {{"sslmode=disable", "sslmode=require"}});
  const auto connection = Must(postgres::Connection::Open(uri));
  while (!stop) {
    const BatchSnapshot batch =
        Must(cluster.store.AllocateBatches(cluster.job.id, {kBatchRows})).front();
    const LeaseSnapshot grant = Must(cluster.store.GrantLeases({{batch.key, worker, 1}})).front();
    v1::Submission submission;
    submission.set_job_uuid(cluster.job.uuid);
    submission.set_spec_digest(cluster.job.spec_digest);
    submission.set_generator_version(cluster.job.spec.generator().version());
    submission.set_batch(batch.key.batch);
    submission.set_attempt(grant.key.attempt);
    submission.set_worker_uuid(worker);
    for (int64_t index = batch.begin; index < batch.end; ++index) {
      *submission.add_results() = RandomRow(index, random);
      if (submission.results_size() < cluster.rows_per_flush && index + 1 < batch.end) continue;
      stored += static_cast<int64_t>(Must(SubmitResults(*connection, submission)).size());
      submission.clear_results();
    }
  }
}

double RowsPerSecond(const Cluster& cluster, int writers, int first, absl::Duration duration) {
  std::atomic<bool> stop{false};
  std::atomic<int64_t> stored{0};
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<size_t>(writers));
  for (int i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] { Write(cluster, first + i, stop, stored); });
  }
  absl::SleepFor(absl::Seconds(1));  // time for connections and first leases
  const int64_t before = stored;
  const absl::Time start = absl::Now();
  absl::SleepFor(duration);
  const double rate =
      static_cast<double>(stored - before) / absl::ToDoubleSeconds(absl::Now() - start);
  stop = true;
  return rate;
}

double Quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(std::lround(part * static_cast<double>(values.size() - 1)))];
}

// Uses workers from number `first` on.
void CompareTls(Cluster cluster, int first, int rounds) {
  constexpr int kWriters = 8;
  constexpr absl::Duration kTurn = absl::Seconds(2);
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    double rates[2];
    // The order changes from round to round, as the second may always meet a fuller database.
    for (const int tls : {round % 2, 1 - round % 2}) {
      cluster.tls = tls == 1;
      rates[tls] = RowsPerSecond(cluster, kWriters, first, kTurn);
      first += kWriters;
    }
    ratios.push_back(rates[1] / rates[0]);
  }
  if (ratios.empty()) return;
  fmt::print(
      "TLS:            {:.3f} of the rows/s in plain text, half of {} rounds within {:.3f} .. {:.3f}\n",
      Quantile(ratios, 0.5), rounds, Quantile(ratios, 0.25), Quantile(ratios, 0.75));
}

int Run(int seconds, int rows_per_flush, int tls_rounds) {
  char directory[] = "/tmp/motzkin-bench-XXXXXX";
  coordinator::EmbeddedPostgresOptions options;
  options.directory = mkdtemp(directory);
  std::filesystem::permissions(directory, std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  const auto server = Must(EmbeddedPostgres::Start(options));
  const auto store = Must(Store::Open(server->OwnerConninfo()));
  v1::JobSpec spec;
  spec.set_name("bench");
  spec.mutable_generator()->set_version(1);
  for (const char* engine : {"giac", "fricas"}) spec.add_ladder()->set_engine(engine);
  const Cluster cluster{*store,
                        Must(store->CreateJob(spec, "00000000-0000-4000-8000-000000000000")),
                        *server, rows_per_flush};
  int first = 1;
  // One writer shows the latency of a commit. With more, several commits share a flush of the disk.
  for (const int writers : {1, 8, 40}) {
    const double rate = RowsPerSecond(cluster, writers, first, absl::Seconds(seconds));
    fmt::print("submit_results: {:>2} writers  {:>8.0f} durable rows/s ({} rows a flush)\n",
               writers, rate, rows_per_flush);
    std::fflush(stdout);
    first += writers;
  }
  const absl::Time start = absl::Now();
  // The writers have stopped, so the sealer has the server for itself.
  int64_t sealed = 0;
  while (const int64_t step = Must(store->Seal(cluster.job.id))) sealed += step;
  fmt::print("sealer:         {:>8.0f} rows/s\n",
             static_cast<double>(sealed) / absl::ToDoubleSeconds(absl::Now() - start));
  const JobRecord job = Must(store->Job(cluster.job.id));
  fmt::print(
      "bytes a row:    {:.0f} of result with its index, {:.0f} of the whole database ({} rows)\n",
      static_cast<double>(Must(store->figures().JobBytes(job.id))) /
          static_cast<double>(job.stored()),
      static_cast<double>(Must(store->figures().DatabaseBytes())) /
          static_cast<double>(job.stored()),
      job.stored());
  CompareTls(cluster, first, tls_rounds);
  server->Stop();
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace motzkin

int main(int argc, char** argv) {
  CLI::App app("rows a second through submit_results()");
  int seconds = 5;
  int rows_per_flush = 256;
  app.add_option("--seconds", seconds, "for each number of writers")->check(CLI::Range(1, 3600));
  app.add_option("--rows-per-flush", rows_per_flush)->check(CLI::Range(1, 256));
  int tls_rounds = 10;
  app.add_option("--tls-rounds", tls_rounds)->check(CLI::Range(0, 1000));
  CLI11_PARSE(app, argc, argv);
  return motzkin::Run(seconds, rows_per_flush, tls_rounds);
}
