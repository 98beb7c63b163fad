// motzkin stats JOB prints statistics of the rows in the sealed prefix of a job.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/text/json.h"
#include "cli/verbs/verb.h"
#include "cli/verbs/with_reader.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"
#include "dataset/plots.h"
#include "dataset/reader.h"
#include "dataset/report_json.h"
#include "dataset/statistics.h"

namespace motzkin::cli {
namespace {

constexpr size_t kOperatorsShown = 20;
constexpr size_t kBarColumns = 30;

struct StatsFlags {
  ReaderFlags reader;
  std::string job;
};

struct JobStatistics {
  dataset::JobDescription job;
  dataset::EngineNames engines;
  dataset::Statistics statistics;
  LabelFlips flips;
};

absl::StatusOr<JobStatistics> Collect(dataset::Reader& reader, const std::string& name,
                                      const dataset::Progress& progress) {
  JobStatistics result;
  ASSIGN_OR_RETURN(result.job, reader.FindJob(name));
  ASSIGN_OR_RETURN(result.engines, reader.Engines());
  if (result.job.sealed == 0) {
    return absl::FailedPreconditionError(
        fmt::format("job {} has no sealed rows yet: wait for its first batches", result.job.name));
  }
  ASSIGN_OR_RETURN(result.flips, reader.FlipsOf(result.job.name));
  // Only the sealed prefix is a fair sample: behind it, easy functions have finished before hard
  // ones.
  RETURN_IF_ERROR(reader.ForEachRow(
      result.job, {0, result.job.sealed},
      [&](dataset::Row& row) {
        result.statistics.Add(row,
                              dataset::LabelOf(row.outcome, row.answer_class, result.job.answers));
        return absl::OkStatus();
      },
      progress));
  return result;
}

std::string Bar(double share) {
  return std::string(static_cast<size_t>(std::lround(share * kBarColumns)), '#');
}

void PrintOutcomes(const dataset::Statistics& statistics) {
  fmt::print("\noutcome            rows\n");
  for (const auto& [outcome, count] : statistics.outcomes) {
    fmt::print("  {:<15} {:>12}  {:>7}\n", Word(outcome), Grouped(count),
               Percent(count, statistics.rows));
  }
  fmt::print("\nsplit              rows         true        false\n");
  for (size_t i = 0; i < dataset::kSplits; ++i) {
    const dataset::LabelCounts& labels = statistics.labels[i];
    fmt::print("  {:<10} {:>10} {:>12} {:>12}\n", dataset::kSplitNames[i], Grouped(labels.total()),
               Grouped(labels.positive), Grouped(labels.negative));
  }
  fmt::print("  {:<10} {:>10}\n", "no label", Grouped(statistics.unlabelled));
}

void PrintFlips(const LabelFlips& flips) {
  if (flips.audited + flips.open == 0) return;
  fmt::print(
      "\nlabel flips: {} of {} audited negatives ({:.2f} %, 95 % interval {:.2f} to {:.2f} %), "
      "{} audits open\n",
      Grouped(flips.flips), Grouped(flips.audited), 100 * flips.share, 100 * flips.lower,
      100 * flips.upper, Grouped(flips.open));
}

void PrintLengths(const dataset::Statistics& statistics) {
  fmt::print("\nprefix tokens      mean     50 %     90 %     99 %  longest\n");
  const auto line = [](const char* name, const dataset::Histogram& lengths) {
    fmt::print("  {:<12} {:>8.1f} {:>8} {:>8} {:>8} {:>8}\n", name, lengths.mean(),
               lengths.Percentile(500), lengths.Percentile(900), lengths.Percentile(990),
               lengths.Percentile(1'000));
  };
  line("integrands", statistics.integrand_tokens);
  line("integrals", statistics.integral_tokens);
}

void PrintOperators(const dataset::Statistics& statistics) {
  std::vector<std::pair<std::string, int64_t>> operators(statistics.integrand_operators.begin(),
                                                         statistics.integrand_operators.end());
  // Stable, so that operators that occur equally often stay in the order of their names.
  std::stable_sort(operators.begin(), operators.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (operators.size() > kOperatorsShown) operators.resize(kOperatorsShown);
  fmt::print("\noperator     an integrand   an integral\n");
  for (const auto& [name, count] : operators) {
    const auto found = statistics.integral_operators.find(name);
    const int64_t in_integrals = found == statistics.integral_operators.end() ? 0 : found->second;
    // An integrand belongs to every row, an integral only to some.
    const auto mean = [](int64_t of, int64_t rows) {
      return rows == 0 ? 0.0 : static_cast<double>(of) / static_cast<double>(rows);
    };
    fmt::print("  {:<12} {:>10.3f} {:>13.3f}\n", name, mean(count, statistics.rows),
               mean(in_integrals, statistics.integral_tokens.count()));
  }
}

void PrintSuccess(const dataset::Statistics& statistics) {
  fmt::print("\noperators    labelled    true\n");
  for (const auto& [size, labels] : statistics.by_size) {
    fmt::print("  {:>7} {:>12} {:>7}  {}\n", size, Grouped(labels.total()),
               Percent(labels.positive, labels.total()),
               Bar(static_cast<double>(labels.positive) / static_cast<double>(labels.total())));
  }
}

void PrintCpu(const JobStatistics& job) {
  fmt::print("\nCPU, ms               steps  integrated");
  for (const int permille : dataset::kCpuPermilles) fmt::print(" {:>7.4g} %", permille / 10.0);
  fmt::print("\n");
  const auto line = [](const std::string& name, int64_t steps, const std::string& integrated,
                       const dataset::LogHistogram& cpu) {
    fmt::print("  {:<16} {:>8} {:>11}", name, Grouped(steps), integrated);
    for (const int permille : dataset::kCpuPermilles) {
      fmt::print(" {:>9.2f}", static_cast<double>(cpu.Percentile(permille)) / 1e3);
    }
    fmt::print("\n");
  };
  for (const auto& [id, engine] : job.statistics.engines) {
    line(dataset::NameOf(job.engines, id), engine.steps, Grouped(engine.answers), engine.cpu_us);
  }
  line("all, a function", job.statistics.rows, "", job.statistics.engine_cpu_us);
  line("verifier", job.statistics.rows, "", job.statistics.verifier_cpu_us);
}

void Print(const JobStatistics& job) {
  fmt::print("job {}, {}: {} sealed rows, {} duplicates\n", job.job.name, job.job.state,
             Grouped(job.statistics.rows), Grouped(job.statistics.duplicates));
  PrintOutcomes(job.statistics);
  PrintFlips(job.flips);
  PrintLengths(job.statistics);
  PrintOperators(job.statistics);
  PrintSuccess(job.statistics);
  PrintCpu(job);
}

absl::StatusOr<int> RunStats(const Globals& globals, const StatsFlags& flags) {
  const auto collect = [&](dataset::Reader& reader, const dataset::Progress& progress) {
    return Collect(reader, flags.job, progress);
  };
  ASSIGN_OR_RETURN(const JobStatistics job, WithReader(globals, flags.reader, "stats", collect));
  if (!globals.json) {
    Print(job);
    return kExitOk;
  }
  const LabelFlips& flips = job.flips;
  Json json{{"job", job.job.name},
            {"state", job.job.state},
            {"label_flips",
             {{"audited", flips.audited},
              {"flips", flips.flips},
              {"lower", flips.lower},
              {"upper", flips.upper},
              {"open", flips.open}}}};
  json.update(dataset::ToJson(job.statistics, job.engines));
  PrintJson(json);
  return kExitOk;
}

}  // namespace

void AddStats(const VerbContext& context) {
  const auto [verb, flags] =
      AddVerb(context, "stats",
              "print lengths, operators, success by size and CPU of a job's sealed rows", RunStats);
  verb.add_option("JOB", flags.job, "name or UUID of the job")->required();
  AddReaderFlags(verb, flags.reader, /*database=*/true);
}

}  // namespace motzkin::cli
