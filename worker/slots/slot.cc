#include "worker/slots/slot.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/results/submit_results.h"

namespace motzkin::worker {
namespace {

constexpr absl::Duration kBackoffMin = absl::Seconds(1);
constexpr absl::Duration kBackoffMax = absl::Seconds(30);

}  // namespace

Slot::Slot(int number, const SlotContext& context, const RunnerOptions& options,
           IntegratorFactory factory)
    : number_(number), context_(context), runner_(options, std::move(factory), context.clock) {}

Slot::~Slot() { Stop(); }

void Slot::Start() {
  thread_ = std::jthread([this] { Run(); });
}

void Slot::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    stop_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void Slot::Run() {
  while (const std::optional<Task> task = context_.queue.Take(number_)) {
    if (!task->careful && context_.speed.TakeTurn()) {
      context_.tally.CountCas(runner_.MeasureSpeed(*task));
    }
    RunTask(*task);
  }
  runner_.DropIntegrator();  // It would be killed with this thread.
}

void Slot::RunTask(const Task& task) {
  // An audit has the time to find what kills a worker, and nobody counts its deaths.
  const bool audit = task.batch.audit;
  absl::StatusOr<v1::Result> row = task.careful || audit ? RunCarefully(task) : runner_.Run(task);
  if (row.ok()) {
    MakeStorable(*row);
    audit ? context_.tally.CountAudit(*row) : context_.tally.Count(*row);
    context_.queue.Finished(task);  // Before the writer can acknowledge it.
    context_.writer.Add(task, *std::move(row));
    if (task.careful) context_.writer.Flush();  // The next one waits for it.
    backoff_ = absl::ZeroDuration();
    return;
  }
  context_.queue.GiveBack(task);
  if (absl::IsAborted(row.status())) return;
  const bool job_failed = !absl::IsUnavailable(row.status());
  context_.queue.Fail(task.batch, std::string(row.status().message()), job_failed);
  if (!job_failed) BackOff();
}

absl::StatusOr<v1::Result> Slot::RunCarefully(const Task& task) {
  const int deaths = context_.careful.Deaths(task);
  if (deaths > CarefulLog::kDeathsToBlame) {
    // Not the integration, which was not tried the last time: to make the function is enough.
    return absl::InternalError(
        fmt::format("generating function {} killed its worker {} times", task.index, deaths));
  }
  RETURN_IF_ERROR(context_.careful.Begin(task));
  absl::StatusOr<v1::Result> row =
      deaths == CarefulLog::kDeathsToBlame ? runner_.Blame(task, deaths) : runner_.Run(task);
  // What was blamed stays written down: its row may yet be lost with this process.
  context_.careful.End(task, /*settled=*/row.ok() && deaths < CarefulLog::kDeathsToBlame);
  return row;
}

void Slot::BackOff() {
  backoff_ = std::clamp(backoff_ * 2, kBackoffMin, kBackoffMax);
  const absl::MutexLock lock(&mutex_);
  const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
  stop_.AwaitWithTimeout(&mutex_, stopping, backoff_);
}

}  // namespace motzkin::worker
