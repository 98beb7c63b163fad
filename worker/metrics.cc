#include "worker/metrics.h"

#include <absl/strings/str_cat.h>
#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "common/metrics/sheet.h"

namespace motzkin::worker {
namespace {

// A commit takes milliseconds; a call gives up after 15 s.
const prometheus::Histogram::BucketBoundaries kSubmitSeconds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                                0.5,   1,    2.5,   5,    10};

void Add(const WorkerFigures& figures, metrics::Sheet& sheet) {
  sheet.Gauges("motzkin_worker_build_info", "The version of the worker, as a label.")
      .Add({{"version", MOTZKIN_VERSION}})
      .Set(1);
  auto& functions = sheet.Counters("motzkin_worker_functions_total", "Functions by outcome.");
  for (const auto& [outcome, count] : figures.totals.outcomes) {
    functions.Add({{"outcome", outcome}}).Increment(static_cast<double>(count));
  }
  auto& cpu =
      sheet.Counters("motzkin_worker_cpu_seconds_total", "CPU time of engines and verifier.");
  cpu.Add({{"part", "cas"}}).Increment(absl::ToDoubleSeconds(figures.totals.cas));
  cpu.Add({{"part", "verifier"}}).Increment(absl::ToDoubleSeconds(figures.totals.verifier));
  auto& slots = sheet.Gauges("motzkin_worker_slots", "Slots, busy or free.");
  slots.Add({{"state", "busy"}}).Set(figures.slots_busy);
  slots.Add({{"state", "free"}}).Set(std::max(0, figures.slots - figures.slots_busy));
  sheet.Gauge("motzkin_worker_slots_allowed", "Slots that may work now.", figures.slots_allowed);
  auto& rows = sheet.Gauges("motzkin_worker_rows_waiting", "Finished rows that wait to be stored.");
  rows.Add({{"place", "memory"}}).Set(static_cast<double>(figures.rows_waiting));
  rows.Add({{"place", "disk"}}).Set(static_cast<double>(figures.rows_spooled));
  sheet.Gauge("motzkin_worker_connected", "1 while the coordinator answers, else 0.",
              figures.connected ? 1 : 0);
  if (figures.temperature <= 0) return;
  sheet.Gauge("motzkin_worker_temperature_celsius", "The hottest zone's temperature.",
              figures.temperature);
}

}  // namespace

struct MeasuredSink::Measured {
  prometheus::Registry registry;
  prometheus::Histogram& seconds = prometheus::BuildHistogram()
                                       .Name("motzkin_submit_seconds")
                                       .Help("How long storing rows took, also where it failed.")
                                       .Register(registry)
                                       .Add({}, kSubmitSeconds);
  prometheus::Counter& failures = prometheus::BuildCounter()
                                      .Name("motzkin_submit_failures_total")
                                      .Help("Submissions that were not stored, or not for sure.")
                                      .Register(registry)
                                      .Add({});
};

MeasuredSink::MeasuredSink(ResultSink& sink, const Clock& clock)
    : sink_(sink), clock_(clock), measured_(std::make_shared<Measured>()) {}
MeasuredSink::~MeasuredSink() = default;

absl::StatusOr<std::vector<v1::RowStatus>> MeasuredSink::Submit(const v1::Submission& submission) {
  const BootTime begin = clock_.Now();
  auto statuses = sink_.Submit(submission);
  measured_->seconds.Observe(absl::ToDoubleSeconds(clock_.Now() - begin));
  if (!statuses.ok()) measured_->failures.Increment();
  return statuses;
}

namespace {

// All but the histogram is counted elsewhere, so a sheet for one answer will do.
class FiguresNow final : public prometheus::Collectable {
 public:
  explicit FiguresNow(std::function<WorkerFigures()> figures) : figures_(std::move(figures)) {}
  std::vector<prometheus::MetricFamily> Collect() const override {
    metrics::Sheet sheet;
    Add(figures_(), sheet);
    return sheet.Collect();
  }

 private:
  const std::function<WorkerFigures()> figures_;
};

}  // namespace

struct MetricsPort::Impl {
  // The exposer has weak pointers to these. It is declared last, so its threads end first.
  std::shared_ptr<FiguresNow> figures;
  std::shared_ptr<MeasuredSink::Measured> measured;
  std::shared_ptr<prometheus::Registry> submits;
  std::unique_ptr<prometheus::Exposer> exposer;
};

MetricsPort::MetricsPort(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsPort::~MetricsPort() = default;

absl::StatusOr<std::unique_ptr<MetricsPort>> MetricsPort::Open(
    const std::string& address, std::function<WorkerFigures()> figures, const MeasuredSink& sink) {
  auto impl = std::make_unique<Impl>();
  impl->figures = std::make_shared<FiguresNow>(std::move(figures));
  impl->measured = sink.measured_;
  // It lives as long as what it is part of.
  impl->submits = {impl->measured, &impl->measured->registry};
  try {
    impl->exposer = std::make_unique<prometheus::Exposer>(address);
  } catch (const std::exception&) {  // civetweb does not say why
    return absl::UnavailableError(absl::StrCat("metrics: cannot listen on ", address,
                                               "; --metrics HOST:PORT names another address"));
  }
  impl->exposer->RegisterCollectable(impl->figures);
  impl->exposer->RegisterCollectable(impl->submits);
  return std::unique_ptr<MetricsPort>(new MetricsPort(std::move(impl)));
}

}  // namespace motzkin::worker
