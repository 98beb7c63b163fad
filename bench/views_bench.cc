// Measures how long the public views take on a large `result`.
//
//   views_bench [--rows 20000000]
//
// The rows are made in SQL, sealed and indexed as the coordinator does it: 1 % duplicates, a third
// unsolved. For each query the bench prints the time of its first and second run.
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "bench/must.h"
#include "bench_queries.h"
#include "common/postgres/connection.h"
#include "coordinator/postgres_server/embedded_postgres.h"
#include "coordinator/store/store.h"

namespace motzkin {
namespace {

using bench::Must;

constexpr const char* kQueries[] = {
    "SELECT * FROM progress",
    "SELECT * FROM worker_status",
    "SELECT * FROM throughput ORDER BY minute DESC LIMIT 100",
    "SELECT * FROM failures LIMIT 100",
    "SELECT * FROM training_data LIMIT 1000",
    "SELECT * FROM training_data WHERE split = 'test' LIMIT 1000",
    "SELECT * FROM training_data WHERE job = 'bench' AND index BETWEEN 1000000 AND 1001000",
    "SELECT * FROM training_data_all WHERE job = 'bench' AND index = 1234567",
    "SELECT * FROM engine_steps WHERE job = 'bench' AND index = 1234567",
};

void Fill(postgres::Connection& sql, const coordinator::JobRecord& job, int64_t rows) {
  using postgres::Params;
  Must(sql.Execute("SET search_path = motzkin"));
  Must(sql.Execute("SET synchronous_commit = off"));
  // Pieces show progress and keep each transaction small.
  constexpr int64_t kPiece = 1'000'000;
  for (int64_t begin = 0; begin < rows; begin += kPiece) {
    const Params range = Params().Int(job.id).Int(begin).Int(std::min(rows, begin + kPiece));
    Must(sql.Execute("SELECT ensure_partitions($1::integer, $2, $3)", range));
    for (const std::string_view statement :
         {bench::queries::kViewsRows, bench::queries::kAddDuplicates, bench::queries::kAddBatches})
      Must(sql.Execute(statement, range));
    fmt::print(stderr, "\r{} rows", begin + kPiece);
  }
  fmt::print(stderr, "\n");
  Must(sql.Execute(bench::queries::kSealJob, Params().Int(job.id).Int(rows)));
  // Without statistics the planner would choose other plans than on a cluster that has run for a
  // while.
  if (const absl::Status status = sql.ExecuteAlone("ANALYZE").status(); !status.ok())
    Must<int>(status);
}

double Milliseconds(postgres::Connection& sql, const char* query) {
  const absl::Time start = absl::Now();
  Must(sql.Execute(query));
  return absl::ToDoubleMilliseconds(absl::Now() - start);
}

int Run(int64_t rows) {
  char directory[] = "/tmp/motzkin-bench-XXXXXX";
  coordinator::EmbeddedPostgresOptions options;
  options.directory = mkdtemp(directory);
  options.fsync = false;  // Only reading is measured.
  std::filesystem::permissions(directory, std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  const auto server = Must(coordinator::EmbeddedPostgres::Start(options));
  const auto store = Must(coordinator::Store::Open(server->OwnerConninfo()));
  coordinator::WorkerRecord worker;
  worker.uuid = "00000000-0000-4000-8000-000000000001";
  worker.name = "bench";
  worker.state = "working";
  if (const absl::Status status = store->UpsertWorkers({worker}); !status.ok()) Must<int>(status);
  v1::JobSpec spec;
  spec.set_name("bench");
  spec.mutable_generator()->set_version(1);
  const auto job = Must(store->CreateJob(spec, worker.uuid));
  Fill(*Must(postgres::Connection::Open(server->OwnerConninfo())), job, rows);
  const auto reader = Must(postgres::Connection::Open(
      server->Uri(store->reader_login().role, store->reader_login().password)));
  for (const char* query : kQueries) {
    const double first = Milliseconds(*reader, query);
    fmt::print("{:>8.1f} ms {:>8.1f} ms  {}\n", first, Milliseconds(*reader, query), query);
  }
  server->Stop();
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace motzkin

int main(int argc, char** argv) {
  CLI::App app("the public views on a large result table");
  int64_t rows = 20'000'000;
  app.add_option("--rows", rows)->check(CLI::Range(int64_t{2'000'000}, int64_t{1'000'000'000}));
  CLI11_PARSE(app, argc, argv);
  return motzkin::Run(rows);
}
