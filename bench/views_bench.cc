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
#include "common/postgres/connection.h"
#include "coordinator/postgres_server/embedded_postgres.h"
#include "coordinator/store/store.h"

namespace motzkin {
namespace {

using bench::Must;

// Makes the rows of job $1 from $2 to $3 as submit_results() and the sealer would have left them.
constexpr std::string_view kRows = R"(
INSERT INTO result (index, canonical_hash, skeleton_hash, job_id, worker_id, attempt, outcome, wall_ms, speed_factor,
                    answer_class, verdict, points_agreed, points_differed, precision_bits, has_abs, integrand, integral,
                    steps)
SELECT i, hashint8extended(i, 1), hashint8extended(i / 3, 2), $1, 1, 1,
       (CASE WHEN i % 3 = 0 THEN 'unsolved' ELSE 'integrated' END)::outcome, 14, 1,
       CASE WHEN i % 3 > 0 THEN 'elementary'::answer_class END, CASE WHEN i % 3 > 0 THEN 'verified'::verdict END, 12, 0,
       128, false, 'mul add x INT+ ' || i || ' exp sin pow x INT+ 2',
       CASE WHEN i % 3 > 0 THEN 'add div pow x INT+ 2 INT+ 2 mul sin exp x ln add x INT+ ' || i END,
       ARRAY[ARRAY[1, 1, 8000, 15000, 120]]
  FROM generate_series($2::bigint, $3::bigint - 1) i)";
constexpr std::string_view kDuplicates = R"(
INSERT INTO duplicate SELECT $1, i, i / 2 FROM generate_series($2::bigint + 50, $3::bigint - 1, 100) i)";
constexpr std::string_view kBatches = R"(
INSERT INTO batch (job_id, batch, begin_index, end_index, integrated, unsolved, closed)
SELECT $1, i / 1000, i, i + 1000, 667 - (i / 1000 % 3 = 0)::integer, 333 + (i / 1000 % 3 = 0)::integer, true
  FROM generate_series($2::bigint, $3::bigint - 1, 1000) i)";
constexpr std::string_view kJob = R"(
UPDATE job SET allocated_below = $2::bigint, sealed_below = $2::bigint, integrated = $2 - $2 / 3, unsolved = $2 / 3, duplicates = $2 / 100
 WHERE id = $1)";

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
  constexpr int64_t kPiece = 1'000'000;
  for (int64_t begin = 0; begin < rows; begin += kPiece) {
    const Params range = Params().Int(job.id).Int(begin).Int(std::min(rows, begin + kPiece));
    Must(sql.Execute("SELECT ensure_partitions($1::integer, $2, $3)", range));
    for (const std::string_view statement : {kRows, kDuplicates, kBatches})
      Must(sql.Execute(statement, range));
    fmt::print(stderr, "\r{} rows", begin + kPiece);
  }
  fmt::print(stderr, "\n");
  Must(sql.Execute(kJob, Params().Int(job.id).Int(rows)));
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
      server->Uri(store->passwords().reader_role, store->passwords().reader)));
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
