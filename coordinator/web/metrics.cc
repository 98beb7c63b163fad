#include "coordinator/web/metrics.h"

#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "common/base/cpu_time.h"
#include "common/base/status_macros.h"
#include "common/metrics/sheet.h"
#include "common/words/printable_message.h"

namespace motzkin::coordinator::web {
namespace {

using metrics::Sheet;
using prometheus::Labels;
using GaugeFamily = prometheus::Family<prometheus::Gauge>;
using CounterFamily = prometheus::Family<prometheus::Counter>;

void AddCluster(const v1::GetStatusResponse& status, Sheet& sheet) {
  sheet.Gauges("motzkin_build_info", "The version of the coordinator, as a label.")
      .Add({{"version", status.build()}})
      .Set(1);
  sheet.Gauge("motzkin_granting_work", "1, or 0 while no work is granted at all.",
              status.blocked().empty() ? 1 : 0);
  if (status.disk_total_bytes() == 0) return;  // It may be on another machine.
  sheet.Gauge("motzkin_disk_free_bytes", "Free space for the database.",
              static_cast<double>(status.disk_free_bytes()));
  sheet.Gauge("motzkin_disk_size_bytes", "Space for the database in all.",
              static_cast<double>(status.disk_total_bytes()));
}

void AddJobs(const v1::ListJobsResponse& jobs, Sheet& sheet) {
  sheet.Gauge("motzkin_jobs", "All jobs, running or not.", jobs.total_size());
  CounterFamily& functions = sheet.Counters(
      "motzkin_functions_total", "Stored functions by outcome. Falls when rows are taken back.");
  GaugeFamily& target = sheet.Gauges("motzkin_job_target_functions", "The target of the job.");
  GaugeFamily& sealed =
      sheet.Gauges("motzkin_job_sealed_functions", "Every index below this has its result.");
  GaugeFamily& running = sheet.Gauges("motzkin_job_running", "1 while the job runs, else 0.");
  for (const v1::Job& job : jobs.jobs()) {
    const Labels name{{"job", job.spec().name()}};
    target.Add(name).Set(static_cast<double>(job.spec().target()));
    sealed.Add(name).Set(static_cast<double>(job.sealed_below()));
    running.Add(name).Set(job.state() == v1::JOB_STATE_RUNNING ? 1 : 0);
    for (const auto& [outcome, count] : job.outcomes()) {
      functions.Add({{"job", job.spec().name()}, {"outcome", outcome}})
          .Increment(static_cast<double>(count));
    }
  }
}

void AddWorkers(const v1::ListWorkersResponse& workers, Sheet& sheet) {
  GaugeFamily& states = sheet.Gauges("motzkin_workers", "All workers by state.");
  for (const auto& [state, count] : workers.states()) states.Add({{"state", state}}).Set(count);
  GaugeFamily& slots = sheet.Gauges("motzkin_worker_slots", "Slots, busy or free.");
  GaugeFamily& functions =
      sheet.Gauges("motzkin_worker_functions_per_second", "Functions finished in the last minute.");
  GaugeFamily& integrated =
      sheet.Gauges("motzkin_worker_integrated_per_second", "Verified integrals among them.");
  GaugeFamily& temperature =
      sheet.Gauges("motzkin_worker_temperature_celsius", "The hottest zone's temperature.");
  GaugeFamily& rows = sheet.Gauges("motzkin_worker_rows_waiting",
                                   "Finished rows that wait on the worker to be stored.");
  GaugeFamily& seen =
      sheet.Gauges("motzkin_worker_last_seen_seconds", "The time since the worker's last report.");
  for (const v1::Worker& worker : workers.workers()) {
    // Two machines may have one name.
    const Labels who{{"worker", worker.name()}, {"uuid", worker.uuid()}};
    const auto with = [&who](const std::string& label, const std::string& value) {
      Labels more = who;
      more.emplace(label, value);
      return more;
    };
    slots.Add(with("state", "busy")).Set(worker.slots_busy());
    slots.Add(with("state", "free")).Set(std::max(0, worker.slots() - worker.slots_busy()));
    functions.Add(who).Set(worker.functions_per_minute() / 60);
    integrated.Add(who).Set(worker.integrated_per_minute() / 60);
    if (worker.temperature() > 0) temperature.Add(who).Set(worker.temperature());
    rows.Add(with("place", "memory")).Set(static_cast<double>(worker.rows_waiting()));
    rows.Add(with("place", "disk")).Set(static_cast<double>(worker.rows_spooled()));
    seen.Add(who).Set(worker.seconds_since_seen());
  }
}

void AddProcess(Sheet& sheet) {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0;
  if (file >> size >> resident) {
    sheet.Gauge("process_resident_memory_bytes", "Resident memory of the coordinator.",
                static_cast<double>(resident * sysconf(_SC_PAGESIZE)));
  }
  sheet.Counter("process_cpu_seconds_total", "CPU time of the coordinator.",
                absl::ToDoubleSeconds(CpuTimeOf(RUSAGE_SELF)));
  std::error_code error;
  const std::filesystem::directory_iterator descriptors("/proc/self/fd", error);
  if (error) return;
  sheet.Gauge("process_open_fds", "Open descriptors of the coordinator.",
              static_cast<double>(std::distance(begin(descriptors), end(descriptors))));
}

}  // namespace

absl::StatusOr<std::string> Metrics(OperatorViews& views) {
  v1::GetStatusRequest which_status;
  which_status.set_page_size(1);  // Its lists are not used.
  v1::GetStatusResponse status;
  RETURN_IF_ERROR(views.Answer(which_status, status));
  v1::ListJobsRequest which_jobs;
  which_jobs.set_page_size(kJobsMax);
  which_jobs.set_newest_first(true);
  v1::ListJobsResponse jobs;
  RETURN_IF_ERROR(views.Answer(which_jobs, jobs));
  v1::ListWorkersRequest which_workers;
  which_workers.set_page_size(kWorkersMax);
  v1::ListWorkersResponse workers;
  RETURN_IF_ERROR(views.Answer(which_workers, workers));
  MakePrintable(status);
  MakePrintable(jobs);
  MakePrintable(workers);
  return MetricsOf(status, jobs, workers);
}

std::string MetricsOf(const v1::GetStatusResponse& status, const v1::ListJobsResponse& jobs,
                      const v1::ListWorkersResponse& workers) {
  Sheet sheet;
  AddCluster(status, sheet);
  AddJobs(jobs, sheet);
  AddWorkers(workers, sheet);
  AddProcess(sheet);
  return prometheus::TextSerializer().Serialize(sheet.Collect());
}

}  // namespace motzkin::coordinator::web
