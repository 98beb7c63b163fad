// Serves what this worker does as metrics for Prometheus, at http://HOST:PORT/metrics.
//
//   motzkin_worker_build_info{version}                 1
//   motzkin_worker_functions_total{outcome}            since the worker started
//   motzkin_worker_cpu_seconds_total{part}             part: cas or verifier
//   motzkin_worker_slots{state}                        state: busy or free
//   motzkin_worker_slots_allowed                       fewer while hot, on battery or suspended
//   motzkin_worker_rows_waiting{place}                 place: memory or disk
//   motzkin_worker_temperature_celsius                 only where it is known
//   motzkin_worker_connected                           1 while the coordinator answers, else 0
//   motzkin_submit_seconds                             a histogram: how long storing rows took
//   motzkin_submit_failures_total
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "worker/figures.h"
#include "worker/results/result_sink.h"

namespace motzkin::worker {

// A sink that measures how long another one takes. Thread-safe but for Submit(), which one thread at
// a time calls.
class MeasuredSink final : public ResultSink {
 public:
  // Both must outlive this.
  MeasuredSink(ResultSink& sink, const Clock& clock);
  ~MeasuredSink() override;
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) override;

 private:
  friend class MetricsPort;
  struct Measured;
  ResultSink& sink_;
  const Clock& clock_;
  // Shared with the port, which may still answer while the worker ends.
  const std::shared_ptr<Measured> measured_;
};

// Answers on threads of its own as long as it lives.
class MetricsPort {
 public:
  // `figures` is called on other threads, for each answer. UNAVAILABLE: `address`, a HOST:PORT, cannot
  // be opened.
  static absl::StatusOr<std::unique_ptr<MetricsPort>> Open(const std::string& address,
                                                           std::function<WorkerFigures()> figures,
                                                           const MeasuredSink& sink);
  ~MetricsPort();

 private:
  struct Impl;
  explicit MetricsPort(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::worker
