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
    // Not before a careful function: if this worker dies, only the function may be the cause.
    if (!task->careful && context_.speed.TakeTurn()) {
      context_.tally.CountCas(runner_.MeasureSpeed(*task));
    }
    RunTask(*task);
  }
  // The kernel would kill it with this thread. Dropped here, it can end in order and its CPU time
  // counts.
  runner_.DropIntegrator();
}

void Slot::RunTask(const Task& task) {
  // Audits are noted down, too. With ten times the budget they may find a way to kill the worker
  // that the first run did not, and without a lease the coordinator cannot count their deaths.
  const bool audit = std::holds_alternative<AuditId>(task.work);
  absl::StatusOr<v1::Result> row = task.careful || audit ? RunCarefully(task) : runner_.Run(task);
  if (row.ok()) {
    MakeStorable(*row);
    audit ? context_.tally.CountAudit(*row) : context_.tally.Count(*row);
    // The order matters: the writer may acknowledge the row at any time after Add(), and the queue
    // must count it as pending before that.
    context_.queue.Finished(task);
    context_.writer.Add(task, *std::move(row));
    if (task.careful) context_.writer.Flush();  // The next careful function waits for this row.
    backoff_ = absl::ZeroDuration();
    return;
  }
  context_.queue.GiveBack(task);
  if (absl::IsAborted(row.status())) return;
  // UNAVAILABLE is a fault of this worker. Any other error would happen on every worker, so it
  // fails the job.
  const bool job_failed = !absl::IsUnavailable(row.status());
  context_.queue.Fail(task.work, std::string(row.status().message()), job_failed);
  if (!job_failed) BackOff();
}

absl::StatusOr<v1::Result> Slot::RunCarefully(const Task& task) {
  const int deaths = context_.careful.Deaths(task);
  if (deaths > CarefulLog::kDeathsToBlame) {
    // At the last death only Blame() ran, which makes the function and does not integrate it. So
    // the generator is at fault, and the job fails.
    return absl::InternalError(
        fmt::format("generating function {} killed its worker {} times", task.index, deaths));
  }
  RETURN_IF_ERROR(context_.careful.Begin(task));
  absl::StatusOr<v1::Result> row =
      deaths == CarefulLog::kDeathsToBlame ? runner_.Blame(task, deaths) : runner_.Run(task);
  // A function that was blamed stays written down, because its row may still be lost with this
  // process. Its next holder here then blames it again, without running it.
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
