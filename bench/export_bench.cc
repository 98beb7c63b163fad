// Measures time and memory of `motzkin export` by the number of rows. All rows should take hardly
// more memory than a tenth of them (the baselines keep up to 100,000 rows of test, 5 % of the
// rows).
//
//   export_bench [--rows 1000000] [--directory /tmp]
//
// The rows are made in SQL and sealed as the coordinator does it: 1 % duplicates, two thirds
// integrated, integrands of about 20 and integrals of about 50 tokens.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "bench/must.h"
#include "common/postgres/connection.h"
#include "coordinator/postgres_server/embedded_postgres.h"
#include "coordinator/store/store.h"
#include "dataset/export.h"
#include "export_bench_queries.h"

namespace motzkin {
namespace {

using bench::Must;
using bench::MustBeOk;
using dataset::ExportOptions;

void Fill(postgres::Connection& sql, const coordinator::JobRecord& job, int64_t rows) {
  using postgres::Params;
  Must(sql.Execute("SET search_path = motzkin"));
  Must(sql.Execute("SET synchronous_commit = off"));
  Must(sql.Execute("INSERT INTO engine (name, version) VALUES ('giac', '1.9.0.35')"));
  constexpr int64_t kPiece = 200'000;
  for (int64_t begin = 0; begin < rows; begin += kPiece) {
    const Params range = Params().Int(job.id).Int(begin).Int(std::min(rows, begin + kPiece));
    Must(sql.Execute("SELECT ensure_partitions($1::integer, $2, $3)", range));
    for (const std::string_view statement :
         {bench::queries::kExportRows, bench::queries::kAddDuplicates, bench::queries::kAddBatches})
      Must(sql.Execute(statement, range));
  }
  Must(sql.Execute(bench::queries::kSealJob, Params().Int(job.id).Int(rows)));
  MustBeOk(sql.ExecuteAlone("ANALYZE").status());
}

struct Cost {
  double seconds = 0;
  double cpu_seconds = 0;
  int64_t peak_kb = 0;
};

// Runs in a process of its own, because the system reports the peak memory of a process.
Cost Measure(const std::string& reader_uri, const std::filesystem::path& directory,
             const ExportOptions& options) {
  const absl::Time start = absl::Now();
  const pid_t child = ::fork();
  if (child == 0) {
    dataset::Reader reader = Must(dataset::Reader::Open(reader_uri));
    Must(dataset::Export(reader, "bench", directory, options,
                         [](int64_t, int64_t) { return absl::OkStatus(); }));
    ::_exit(0);
  }
  int status = 0;
  rusage usage = {};
  ::wait4(child, &status, 0, &usage);
  if (status != 0) std::exit(1);
  std::filesystem::remove_all(directory);
  return {absl::ToDoubleSeconds(absl::Now() - start),
          static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
              static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
          usage.ru_maxrss};
}

void MeasureAll(const std::string& reader_uri, const std::filesystem::path& directory,
                int64_t rows) {
  ExportOptions jsonl;
  ExportOptions balanced;
  balanced.balance = dataset::Balance::kLabelAndLength;
  ExportOptions pairs;
  pairs.format = &dataset::kLampleCharton;
  pairs.shard_rows = 0;
  const std::pair<const char*, ExportOptions> cases[] = {
      {"jsonl", jsonl}, {"jsonl, balanced", balanced}, {"lample-charton", pairs}};
  fmt::print("{:<18} {:>10} {:>8} {:>8} {:>10} {:>10}\n", "export", "rows", "s", "CPU s", "rows/s",
             "peak MB");
  for (const auto& [name, chosen] : cases) {
    for (const int64_t end : {rows / 10, rows}) {
      ExportOptions options = chosen;
      options.end = end;
      const Cost cost = Measure(reader_uri, directory / "export", options);
      fmt::print("{:<18} {:>10} {:>8.1f} {:>8.1f} {:>10.0f} {:>10.1f}\n", name, end, cost.seconds,
                 cost.cpu_seconds, static_cast<double>(end) / cost.seconds,
                 static_cast<double>(cost.peak_kb) / 1e3);
      // A large export takes minutes, so show each line as soon as it is known.
      std::fflush(stdout);
    }
  }
}

int Run(int64_t rows, const std::string& below) {
  std::string directory = below + "/motzkin-bench-XXXXXX";
  coordinator::EmbeddedPostgresOptions options;
  options.directory = mkdtemp(directory.data());
  options.fsync = false;  // Only reading is measured.
  std::filesystem::permissions(directory, std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  const auto server = Must(coordinator::EmbeddedPostgres::Start(options));
  {
    const auto store = Must(coordinator::Store::Open(server->OwnerConninfo()));
    coordinator::WorkerRecord worker;
    worker.uuid = "00000000-0000-4000-8000-000000000001";
    worker.name = "bench";
    worker.state = "working";
    MustBeOk(store->UpsertWorkers({worker}));
    v1::JobSpec spec;
    spec.set_name("bench");
    spec.mutable_generator()->set_version(1);
    spec.mutable_generator()->set_kind(v1::KIND_FORWARD);
    const auto job = Must(store->CreateJob(spec, worker.uuid));
    Fill(*Must(postgres::Connection::Open(server->OwnerConninfo())), job, rows);
    MeasureAll(server->Uri(store->reader_login().role, store->reader_login().password), directory,
               rows);
  }
  server->Stop();
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace motzkin

int main(int argc, char** argv) {
  CLI::App app("motzkin export: time and memory by the number of rows");
  int64_t rows = 1'000'000;
  std::string directory = "/tmp";
  app.add_option("--rows", rows)->check(CLI::Range(int64_t{10'000}, int64_t{1'000'000'000}));
  app.add_option("--directory", directory, "where database and exports go");
  CLI11_PARSE(app, argc, argv);
  return motzkin::Run(rows, directory);
}
