#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Rows;

constexpr int64_t kEventsKept = 100'000;

constexpr std::string_view kControls[] = {"run", "suspend", "drain", "removed"};

WorkerControl ControlOf(std::string_view text) {
  for (size_t i = 0; i < std::size(kControls); ++i) {
    if (kControls[i] == text) return static_cast<WorkerControl>(i);
  }
  MOTZKIN_CHECK(false && "unknown worker_control");
  return WorkerControl::kRun;
}

// NULL for a worker that says nothing of when it was last seen.
std::optional<std::string> SeenOf(const WorkerRecord& worker) {
  if (worker.last_seen == absl::Time()) return std::nullopt;
  return Params().Time(worker.last_seen).values().front();
}

// One array a column.
Params ParamsOf(const std::vector<WorkerRecord>& workers) {
  std::vector<std::string> uuids, names, states, reasons, sandbox_levels, builds, engines;
  std::vector<int64_t> instances, slots;
  std::vector<double> temperatures;
  std::vector<std::optional<std::string>> seen;
  for (const WorkerRecord& worker : workers) {
    uuids.push_back(worker.uuid);
    names.push_back(worker.name);
    instances.push_back(std::bit_cast<int64_t>(worker.instance));
    states.push_back(worker.state);
    reasons.push_back(worker.reason);
    slots.push_back(worker.slots);
    temperatures.push_back(worker.temperature);
    sandbox_levels.push_back(worker.sandbox_level);
    builds.push_back(worker.build);
    engines.push_back(nlohmann::json(worker.engines).dump());
    seen.push_back(SeenOf(worker));
  }
  Params params;
  params.TextArray(uuids).TextArray(names).IntArray(instances).TextArray(states);
  params.TextArray(reasons).IntArray(slots).RealArray(temperatures).TextArray(sandbox_levels);
  params.TextArray(builds).TextArray(engines).TextArray(seen);
  return params;
}

StoredWorker WorkerOf(const Rows& rows, size_t row) {
  StoredWorker worker;
  WorkerRecord& record = worker.record;
  record.uuid = rows.Text(row, 0);
  record.name = rows.Text(row, 1);
  record.instance = std::bit_cast<uint64_t>(rows.Int(row, 2));
  record.state = rows.Text(row, 3);
  record.reason = rows.Text(row, 4);
  record.slots = static_cast<int32_t>(rows.Int(row, 5));
  record.temperature = rows.Real(row, 6);
  record.sandbox_level = rows.Text(row, 7);
  record.build = rows.Text(row, 8);
  record.engines =
      nlohmann::json::parse(rows.Text(row, 9)).get<std::map<std::string, std::string>>();
  record.last_seen = TimeOf(rows.Int(row, 10));
  worker.control = ControlOf(rows.Text(row, 11));
  return worker;
}

}  // namespace

absl::Status Store::UpsertWorkers(const std::vector<WorkerRecord>& workers) {
  return impl_->session->WriteLossy([&](Statements& statements) -> absl::Status {
    return statements.Change(queries::kUpsertWorkers, ParamsOf(workers)).status();
  });
}

absl::Status Store::SetWorkerControl(const std::string& uuid, WorkerControl control) {
  return impl_->session->Write([&](Statements& statements) -> absl::Status {
    const std::string_view order = kControls[static_cast<size_t>(control)];
    ASSIGN_OR_RETURN(const int64_t changed, statements.Change(queries::kSetWorkerControl,
                                                              Params().Text(uuid).Text(order)));
    if (changed == 0) return absl::NotFoundError(fmt::format("no worker {}", uuid));
    if (control != WorkerControl::kRemoved) return absl::OkStatus();
    return statements.Change(queries::kRevokeWorkerLeases, Params().Text(uuid)).status();
  });
}

absl::StatusOr<std::map<std::string, Throughput>> Store::WorkerThroughput(int minutes) {
  ASSIGN_OR_RETURN(const Rows sums,
                   impl_->session->Select(queries::kWorkerThroughput, Params().Int(minutes)));
  std::map<std::string, Throughput> speeds;
  for (size_t row = 0; row < sums.size(); ++row) {
    speeds[sums.Text(row, 0)] = {.functions_per_minute = sums.Real(row, 1) / minutes,
                                 .integrated_per_minute = sums.Real(row, 2) / minutes};
  }
  return speeds;
}

absl::StatusOr<std::vector<StoredWorker>> Store::Workers() {
  ASSIGN_OR_RETURN(const Rows rows, impl_->session->Select(queries::kWorkers));
  std::vector<StoredWorker> workers;
  workers.reserve(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) workers.push_back(WorkerOf(rows, row));
  return workers;
}

absl::Status Store::AppendEvents(const std::vector<RecordEvent>& events) {
  if (events.empty()) return absl::OkStatus();
  std::vector<std::string> kinds, texts;
  for (const RecordEvent& event : events) {
    kinds.push_back(event.kind);
    texts.push_back(event.text);
  }
  return impl_->session->WriteLossy([&](Statements& statements) {
    return statements
        .Change(queries::kAppendEvents, Params().TextArray(kinds).TextArray(texts).Int(kEventsKept))
        .status();
  });
}

absl::Status Store::AppendEvent(std::string_view kind, std::string_view text) {
  return AppendEvents({{std::string(kind), std::string(text)}});
}

absl::StatusOr<std::vector<EventRecord>> Store::Events(absl::Time since, int limit) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kEvents, Params().Time(since).Int(limit)));
  std::vector<EventRecord> events;
  events.reserve(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    events.push_back(
        {.time = TimeOf(rows.Int(row, 0)), .kind = rows.Text(row, 1), .text = rows.Text(row, 2)});
  }
  return events;
}

}  // namespace motzkin::coordinator
