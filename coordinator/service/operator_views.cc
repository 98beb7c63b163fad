#include "coordinator/service/operator_views.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "common/words/words.h"
#include "coordinator/service/pages.h"
#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

// A row of lample-charton was measured to take this many bytes in table and indexes.
constexpr int64_t kRowBytesTypical = 600;
constexpr int kLatest = 10;
constexpr int kEventsDefault = 1000;

// Both tell the order of a list. The id of a job has leading zeros, so that it sorts as a number.
std::string KeyOfJob(int64_t id, bool newest_first) {
  constexpr int64_t kIdMax = 999'999'999'999;
  return absl::StrCat(absl::Dec(newest_first ? kIdMax - id : id, absl::kZeroPad12));
}
std::string KeyOfWorker(const v1::Worker& worker) {
  return absl::StrCat(worker.name(), " ", worker.uuid());  // No name has a space.
}

bool Has(const std::string& text, const std::string& search) {
  return absl::StrContains(absl::AsciiStrToLower(text), absl::AsciiStrToLower(search));
}

bool IsFound(const JobRecord& job, const v1::ListJobsRequest& request) {
  const std::string& wanted = request.job();
  if (!wanted.empty() && job.spec.name() != wanted && job.uuid != wanted) return false;
  const std::string& search = request.search();
  return search.empty() || Has(job.spec.name(), search) || Has(Word(job.state), search) ||
         Has(job.reason, search);
}

bool IsFound(const v1::Worker& worker, const v1::ListWorkersRequest& request) {
  const std::string& wanted = request.worker();
  if (!wanted.empty() && worker.name() != wanted && worker.uuid() != wanted) return false;
  const std::string& search = request.search();
  return search.empty() || Has(worker.name(), search) || Has(worker.state(), search) ||
         Has(worker.reason(), search);
}

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

OperatorViews::OperatorViews(Store& store, SchedulerLoop& loop, ClusterFacts facts)
    : store_(store), loop_(loop), facts_(std::move(facts)) {}

int64_t OperatorViews::FunctionsRoom() const {
  const int64_t room = facts_.disk().free_bytes - facts_.disk_reserve_bytes;
  return std::max<int64_t>(room, 0) / kRowBytesTypical;
}

absl::StatusOr<v1::Job> OperatorViews::Describe(const JobRecord& job) {
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

absl::StatusOr<std::vector<v1::Worker>> OperatorViews::DescribeWorkers() {
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
    // The rules know this worker from the store alone, as it has not reported since the start.
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

absl::StatusOr<v1::Worker> OperatorViews::FindWorker(const std::string& name_or_uuid) {
  ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, DescribeWorkers());
  const v1::Worker* found = nullptr;
  for (const v1::Worker& worker : workers) {
    // It is not a worker yet, and may claim any name.
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

absl::Status OperatorViews::Answer(const v1::GetResultRequest& request,
                                   v1::GetResultResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request.job()));
  if (job.archived.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the rows of job ", job.spec.name(), " were archived on ",
                     absl::FormatTime("%Y-%m-%d", *job.archived, absl::UTCTimeZone()),
                     ": look in the files of motzkin archive"));
  }
  ASSIGN_OR_RETURN(const StoredResult stored, store_.figures().GetResult(job.id, request.index()));
  ASSIGN_OR_RETURN(*response.mutable_job(), Describe(job));
  *response.mutable_result() = stored.result;
  response.set_worker(stored.worker_name);
  response.set_attempt(stored.attempt);
  response.mutable_create_time()->set_seconds(absl::ToUnixSeconds(stored.created));
  response.set_split(stored.split);
  return absl::OkStatus();
}

absl::Status OperatorViews::Answer(const v1::ListEventsRequest& request,
                                   v1::ListEventsResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  const absl::Time since = ToTime(request.since());
  const int limit = request.limit() == 0 ? kEventsDefault : request.limit();
  ASSIGN_OR_RETURN(const std::vector<EventRecord> events, store_.Events(since, limit));
  // Counted from the newest back: if not all fit into one answer, the oldest are left out.
  auto first = events.end();
  for (size_t bytes = 0; first != events.begin(); --first) {
    constexpr size_t kRest = 64;  // The time, and what frames the event.
    bytes += std::prev(first)->text.size() + std::prev(first)->kind.size() + kRest;
    if (bytes > kListBytesMax) break;
  }
  response.set_left_out(static_cast<int32_t>(first - events.begin()));
  for (auto event = first; event != events.end(); ++event) {
    v1::Event& proto = *response.add_events();
    const int64_t nanos = absl::ToUnixNanos(event->time);
    proto.mutable_time()->set_seconds(nanos / 1'000'000'000);
    proto.mutable_time()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
    proto.set_text(event->text);
    proto.set_kind(event->kind);
  }
  return absl::OkStatus();
}

absl::Status OperatorViews::Answer(const v1::ListJobsRequest& request,
                                   v1::ListJobsResponse& response) {
  RETURN_IF_ERROR(ValidatePage(request.page_size(), request.page_token(), request.search()));
  ASSIGN_OR_RETURN(std::vector<JobRecord> records, store_.Jobs());
  const bool newest_first = request.newest_first();
  if (newest_first) std::ranges::reverse(records);
  // To describe a job takes two looks into the database, so only those of the page are, and one
  // more: it tells whether there is a next page.
  std::vector<v1::Job> jobs;
  for (const JobRecord& record : records) {
    if (!IsFound(record, request)) continue;
    response.set_total_size(response.total_size() + 1);
    if (KeyOfJob(record.id, newest_first) <= request.page_token()) continue;
    if (request.page_size() > 0 && std::ssize(jobs) > request.page_size()) continue;
    ASSIGN_OR_RETURN(v1::Job job, Describe(record));
    jobs.push_back(std::move(job));
  }
  response.set_next_page_token(FillPage(
      std::move(jobs), [&](const v1::Job& job) { return KeyOfJob(job.id(), newest_first); },
      request.page_token(), request.page_size(), *response.mutable_jobs()));
  return absl::OkStatus();
}

absl::Status OperatorViews::Answer(const v1::ListWorkersRequest& request,
                                   v1::ListWorkersResponse& response) {
  RETURN_IF_ERROR(ValidatePage(request.page_size(), request.page_token(), request.search()));
  ASSIGN_OR_RETURN(std::vector<v1::Worker> workers, DescribeWorkers());
  std::erase_if(workers, [&](const v1::Worker& worker) { return !IsFound(worker, request); });
  response.set_total_size(static_cast<int32_t>(workers.size()));
  for (const v1::Worker& worker : workers) {
    ++(*response.mutable_states())[worker.state()];
    response.set_slots(response.slots() + worker.slots());
    response.set_slots_busy(response.slots_busy() + worker.slots_busy());
  }
  response.set_next_page_token(FillPage(std::move(workers), KeyOfWorker, request.page_token(),
                                        request.page_size(), *response.mutable_workers()));
  return absl::OkStatus();
}

absl::Status OperatorViews::Answer(const v1::GetStatusRequest& request,
                                   v1::GetStatusResponse& response) {
  RETURN_IF_ERROR(ValidatePage(request.page_size(), "", request.job()));
  response.set_cluster_uuid(store_.cluster_uuid());
  response.set_build(facts_.build);
  response.set_psql(facts_.psql);
  response.set_reader_uri(facts_.reader_uri);
  response.set_page(facts_.page);
  response.set_listen(facts_.listen);
  response.set_data_directory(facts_.data_directory);
  const DiskSpace disk = facts_.disk();
  response.set_disk_free_bytes(disk.free_bytes);
  response.set_disk_total_bytes(disk.total_bytes);
  v1::ListJobsRequest jobs;
  jobs.set_page_size(request.page_size());
  v1::ListJobsResponse first_jobs;
  RETURN_IF_ERROR(Answer(jobs, first_jobs));
  response.mutable_jobs()->Swap(first_jobs.mutable_jobs());
  response.set_next_jobs_token(first_jobs.next_page_token());
  v1::ListWorkersRequest workers;
  workers.set_page_size(request.page_size());
  v1::ListWorkersResponse first_workers;
  RETURN_IF_ERROR(Answer(workers, first_workers));
  response.mutable_workers()->Swap(first_workers.mutable_workers());
  response.set_next_workers_token(first_workers.next_page_token());
  ASSIGN_OR_RETURN(*response.mutable_blocked(), loop_.Blocked());
  std::optional<int64_t> job_id;
  if (!request.job().empty()) {
    ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request.job()));
    job_id = job.id;
  }
  ASSIGN_OR_RETURN(const std::vector<LatestResult> latest,
                   store_.figures().LatestIntegrated(kLatest, job_id));
  size_t bytes = 0;
  for (const LatestResult& it : latest) {
    bytes += it.result.ByteSizeLong();
    if (bytes > kListBytesMax) break;
    *response.add_latest() = it.result;
    response.add_latest_jobs(it.job);
  }
  return absl::OkStatus();
}

}  // namespace motzkin::coordinator
