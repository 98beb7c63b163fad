// Writes what the coordinator knows as metrics for Prometheus, in its text format.
//
//   motzkin_build_info{version}                       1
//   motzkin_granting_work                             1, or 0 while no work is granted at all
//   motzkin_disk_free_bytes, motzkin_disk_size_bytes  of the database's disk, if it can be seen
//   motzkin_functions_total{job,outcome}              stored; falls when rows are taken back
//   motzkin_job_target_functions{job}
//   motzkin_job_sealed_functions{job}
//   motzkin_job_running{job}                          1 or 0
//   motzkin_workers{state}
//   motzkin_worker_slots{worker,uuid,state}           state: busy or free
//   motzkin_worker_functions_per_second{worker,uuid}
//   motzkin_worker_integrated_per_second{worker,uuid}
//   motzkin_worker_temperature_celsius{worker,uuid}   only where it is known
//   motzkin_worker_rows_waiting{worker,uuid,place}    place: memory or disk
//   motzkin_worker_last_seen_seconds{worker,uuid}
//   process_resident_memory_bytes, process_cpu_seconds_total, process_open_fds
//
// The sets of labels are bounded: only the kJobsMax newest jobs and the first kWorkersMax workers by
// name have series of their own. motzkin_jobs and motzkin_workers count all.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "coordinator/service/operator_views.h"
#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::coordinator::web {

inline constexpr int kJobsMax = 100;
inline constexpr int kWorkersMax = 500;

// The media type of the text.
inline constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

// The errors are those of GetStatus, ListJobs and ListWorkers.
absl::StatusOr<std::string> Metrics(OperatorViews& views);

// Writes these answers, whose texts are printable, and figures of this process.
std::string MetricsOf(const v1::GetStatusResponse& status, const v1::ListJobsResponse& jobs,
                      const v1::ListWorkersResponse& workers);

}  // namespace motzkin::coordinator::web
