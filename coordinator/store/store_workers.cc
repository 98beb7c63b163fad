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
using postgres::Row;
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

// Returns NULL for a record that does not say when the worker was last seen.
std::optional<std::string> SeenOf(const WorkerRecord& worker) {
  if (worker.last_seen == absl::Time()) return std::nullopt;
  return Params().Time(worker.last_seen).values().front();
}

// Without an end, the statements have 0.
absl::Time UntilOf(int64_t microseconds) {
  return microseconds == 0 ? absl::InfiniteFuture() : TimeOf(microseconds);
}

int64_t UntilMicroseconds(absl::Time until) {
  return until == absl::InfiniteFuture() ? 0 : absl::ToUnixMicros(until);
}

StoredWorker WorkerOf(const Row& row) {
  return {.record = {.uuid = row.Text("uuid"),
                     .name = row.Text("name"),
                     .instance = std::bit_cast<uint64_t>(row.Int("instance")),
                     .state = row.Text("state"),
                     .reason = row.Text("reason"),
                     .slots = row.Int32("slots"),
                     .temperature = row.Real("temperature"),
                     .sandbox_level = row.Text("sandbox_level"),
                     .build = row.Text("build"),
                     .engines = nlohmann::json::parse(row.Text("engines")),
                     .last_seen = TimeOf(row.Int("last_seen_us"))},
          .control = ControlOf(row.Text("control")),
          .suspended_until = UntilOf(row.Int("suspended_until_us"))};
}

}  // namespace

absl::Status Store::UpsertWorkers(const std::vector<WorkerRecord>& workers) {
  const Params params = Params().ArraysOf(
      workers, &WorkerRecord::uuid, &WorkerRecord::name,
      [](const WorkerRecord& worker) { return std::bit_cast<int64_t>(worker.instance); },
      &WorkerRecord::state, &WorkerRecord::reason, &WorkerRecord::slots, &WorkerRecord::temperature,
      &WorkerRecord::sandbox_level, &WorkerRecord::build,
      [](const WorkerRecord& worker) { return nlohmann::json(worker.engines).dump(); }, SeenOf);
  // A crash may lose this, since workers say it again. A lease that names a worker is a later
  // commit, which makes the worker durable too.
  return impl_->session->WriteLossy(
      [&](Statements& statements) { return statements.Do(queries::kUpsertWorkers, params); });
}

absl::Status Store::SetWorkerControl(const std::string& uuid, WorkerControl control,
                                     absl::Time until) {
  return impl_->session->Write([&](Statements& statements) -> absl::Status {
    const std::string_view order = kControls[static_cast<size_t>(control)];
    ASSIGN_OR_RETURN(const Rows set,
                     statements.Run(queries::kSetWorkerControl,
                                    Params().Text(uuid).Text(order).Int(UntilMicroseconds(until))));
    if (set.affected() == 0) return absl::NotFoundError(fmt::format("no worker {}", uuid));
    // In the same transaction, so that no batch stays leased to a worker that cannot come back.
    if (control != WorkerControl::kRemoved) return absl::OkStatus();
    return statements.Do(queries::kRevokeWorkerLeases, Params().Text(uuid));
  });
}

absl::StatusOr<std::vector<StoredWorker>> Store::Workers() {
  ASSIGN_OR_RETURN(const Rows rows, impl_->session->Select(queries::kWorkers));
  return rows.Map(WorkerOf);
}

absl::Status Store::AppendEvents(const std::vector<RecordEvent>& events) {
  if (events.empty()) return absl::OkStatus();
  const Params params =
      Params().ArraysOf(events, &RecordEvent::kind, &RecordEvent::text).Int(kEventsKept);
  // A crash may lose the latest events, which are in the log too.
  return impl_->session->WriteLossy(
      [&](Statements& statements) { return statements.Do(queries::kAppendEvents, params); });
}

absl::StatusOr<std::vector<EventRecord>> Store::Events(absl::Time since, int limit) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kEvents, Params().Time(since).Int(limit)));
  return rows.Map([](const Row& row) {
    return EventRecord{
        .time = TimeOf(row.Int("time_us")), .kind = row.Text("kind"), .text = row.Text("text")};
  });
}

}  // namespace motzkin::coordinator
