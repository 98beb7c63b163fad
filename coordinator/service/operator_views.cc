// Part of OperatorServiceImpl: the views that operators see, and the threads that serve their
// calls.
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/status_macros.h"
#include "coordinator/service/grpc_status.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/translate.h"

namespace motzkin::coordinator {
namespace {

// With several threads, an order that waits for Postgres does not stop a look at workers.
constexpr int kThreads = 4;
constexpr size_t kCallsMax = 200;  // So many calls may wait; fewer people type at once.
// A row of lample-charton was measured to take this many bytes in table and indexes.
constexpr int64_t kRowBytesTypical = 600;

v1::Worker ToProto(const WorkerId& id, const WorkerInfo& info) {
  const v1::WorkerState& state = info.state;
  v1::Worker worker;
  worker.set_uuid(id);
  worker.set_name(info.name);
  worker.set_state(NameOf(info.view.condition));
  worker.set_reason(info.view.reason);
  worker.set_slots(state.slots());
  const bool away = info.view.condition == WorkerCondition::kAway;
  worker.set_slots_busy(away ? 0 : state.slots_busy());
  worker.set_functions_per_minute(away ? 0 : state.functions_per_minute());
  worker.set_seconds_since_seen(absl::ToDoubleSeconds(info.view.silence));
  worker.set_temperature(state.temperature());
  worker.set_sandbox_level(state.sandbox_level());
  worker.set_build(state.build());
  for (const v1::EngineVersion& engine : state.engines()) {
    (*worker.mutable_engines())[engine.engine()] = engine.version();
  }
  worker.set_rows_waiting(state.rows_waiting());
  worker.set_rows_spooled(state.rows_spooled());
  worker.set_results_way(state.results_way());
  worker.set_batches(info.view.batches);
  return worker;
}

double EtaSeconds(const JobRecord& job, const JobRate& rate) {
  if (job.target == 0 || job.state != v1::JOB_STATE_RUNNING) return -1;
  const double done = job.spec.target_integrated()
                          ? static_cast<double>(job.outcomes[v1::OUTCOME_INTEGRATED])
                          : static_cast<double>(job.stored());
  const double speed =
      job.spec.target_integrated() ? rate.integrated_per_minute : rate.functions_per_minute;
  if (speed <= 0) return -1;
  return std::max(0.0, static_cast<double>(job.target) - done) / speed * 60;
}

}  // namespace

OperatorServiceImpl::OperatorServiceImpl(Store& store, SchedulerLoop& loop, ClusterFacts facts)
    : store_(store), loop_(loop), facts_(std::move(facts)), threads_(kThreads, kCallsMax) {}

void OperatorServiceImpl::Stop() {
  stopping_.Notify();
  threads_.Stop();
}

grpc::ServerUnaryReactor* OperatorServiceImpl::Later(grpc::CallbackServerContext* context,
                                                     std::function<absl::Status()> verb) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (!threads_.Add([reactor, verb = std::move(verb)] { reactor->Finish(ToGrpc(verb())); })) {
    reactor->Finish(ToGrpc(absl::UnavailableError("the coordinator is stopping, or very busy")));
  }
  return reactor;
}

int64_t OperatorServiceImpl::FunctionsRoom() {
  const int64_t room = facts_.disk().free_bytes - facts_.disk_reserve_bytes;
  return std::max<int64_t>(room, 0) / kRowBytesTypical;
}

absl::StatusOr<v1::Job> OperatorServiceImpl::Describe(const JobRecord& job) {
  v1::Job proto = ToProto(job);
  ASSIGN_OR_RETURN(const JobRate rate, loop_.RateOf(job.id));
  if (job.state == v1::JOB_STATE_RUNNING) proto.set_functions_per_minute(rate.functions_per_minute);
  proto.set_eta_seconds(EtaSeconds(job, rate));
  ASSIGN_OR_RETURN(const int64_t bytes, store_.figures().JobBytes(job.id));
  proto.set_bytes(bytes);
  ASSIGN_OR_RETURN(const LabelFlips flips, store_.figures().Flips(job.id));
  *proto.mutable_label_flips() = ToProto(flips);
  return proto;
}

absl::StatusOr<std::vector<v1::Job>> OperatorServiceImpl::DescribeJobs() {
  ASSIGN_OR_RETURN(const std::vector<JobRecord> records, store_.Jobs());
  std::vector<v1::Job> jobs;
  for (const JobRecord& record : records) {
    ASSIGN_OR_RETURN(v1::Job job, Describe(record));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

absl::StatusOr<std::vector<v1::Worker>> OperatorServiceImpl::DescribeWorkers() {
  ASSIGN_OR_RETURN(const auto workers, loop_.Workers());
  ASSIGN_OR_RETURN(const std::vector<StoredWorker> stored, store_.Workers());
  std::map<std::string, v1::Worker> described;
  // The store also remembers workers that were not heard since the coordinator started.
  for (const StoredWorker& known : stored) {
    v1::Worker& worker = described[known.record.uuid];
    worker.set_uuid(known.record.uuid);
    worker.set_name(known.record.name);
    worker.set_state(NameOf(WorkerCondition::kAway));
    worker.set_reason("not heard since the coordinator started");
    worker.set_slots(known.record.slots);
    worker.set_build(known.record.build);
    worker.set_sandbox_level(known.record.sandbox_level);
    worker.mutable_engines()->insert(known.record.engines.begin(), known.record.engines.end());
    worker.set_seconds_since_seen(absl::ToDoubleSeconds(absl::Now() - known.record.last_seen));
  }
  ASSIGN_OR_RETURN(const auto speeds, store_.figures().WorkerThroughput());
  for (const auto& [id, info] : workers) {
    if (info.state.slots() == 0) continue;
    described[id] = ToProto(id, info);
    const auto speed = speeds.find(id);
    if (speed == speeds.end() || speed->second.functions_per_minute <= 0) continue;
    // The store counts whole minutes, and the worker's own speed is fresher. So only the share of
    // integrated functions is taken from the store.
    const double share = speed->second.integrated_per_minute / speed->second.functions_per_minute;
    described[id].set_integrated_per_minute(share * described[id].functions_per_minute());
  }
  std::vector<v1::Worker> list = facts_.waiting();
  for (auto& [id, worker] : described) list.push_back(std::move(worker));
  std::stable_sort(list.begin(), list.end(),
                   [](const v1::Worker& a, const v1::Worker& b) { return a.name() < b.name(); });
  return list;
}

absl::StatusOr<v1::Worker> OperatorServiceImpl::FindWorker(const std::string& name_or_uuid) {
  ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, DescribeWorkers());
  const v1::Worker* found = nullptr;
  for (const v1::Worker& worker : workers) {
    // It is none yet, and may say what it likes about itself.
    if (worker.state() == kWaitingForApproval) continue;
    if (worker.uuid() == name_or_uuid) return worker;
    if (worker.name() != name_or_uuid) continue;
    if (found != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("worker: two are called ", name_or_uuid, "; give the UUID"));
    }
    found = &worker;
  }
  if (found == nullptr) return absl::NotFoundError(absl::StrCat("no worker ", name_or_uuid));
  return *found;
}

}  // namespace motzkin::coordinator
