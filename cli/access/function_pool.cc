#include "cli/access/function_pool.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "cli/access/program_path.h"
#include "common/base/cpu_time.h"
#include "common/base/status_macros.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::cli {
namespace {

constexpr int kVerdictBudgetFactor = 10;

const Clock& RealClock() {
  static const SystemClock clock;
  return clock;
}

absl::Duration CpuOfThisThread() {
  timespec spent = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return absl::DurationFromTimespec(spent);
}

}  // namespace

absl::StatusOr<LocalJob> LocalJob::Create(const v1::JobSpec& spec, const std::string& binary) {
  ASSIGN_OR_RETURN(auto sampler, generator::FunctionSampler::Create(spec.generator()));
  worker::IntegratorOptions integrator;
  ASSIGN_OR_RETURN(integrator.binary, ProgramPath("integrator", binary, "--integrator"));
  integrator.engine_memory_bytes = spec.engine_memory_bytes();
  integrator.idle_priority = false;  // A person waits for the answer.
  // The level is probed and not demanded, as a person's machine may have less than a worker's. The
  // answers come from his own database, and each is verified again.
  integrator.sandbox_level = worker::ProbeIntegratorSandbox(integrator.binary).level;
  // These rows are compared and never submitted, so nothing asks which cluster and job they belong
  // to.
  return LocalJob(
      std::make_shared<const worker::JobContext>(worker::JobContext{.cluster_uuid = "",
                                                                    .uuid = "",
                                                                    .spec = spec,
                                                                    .spec_digest = "",
                                                                    .sampler = std::move(sampler)}),
      std::move(integrator));
}

std::unique_ptr<worker::FunctionRunner> LocalJob::MakeRunner(
    std::vector<std::string> engines) const {
  worker::RunnerOptions options;
  options.integrator = integrator_;
  options.integrator.engines = std::move(engines);
  return std::make_unique<worker::FunctionRunner>(std::move(options),
                                                  &worker::IntegratorProcess::Start, RealClock());
}

worker::Task LocalJob::TaskOf(const Question& question) const {
  return {.job = context_,
          // An audit's ID, as audits are what the runner knows besides batches. Nothing reports it.
          .work = worker::AuditId{"", question.index},
          .index = question.index,
          .serial = 1,
          // The judge may be on a slower machine than the worker that had the answer accepted. A
          // budget that ends here would make a right row look wrong.
          .budget_factor = question.candidate.empty() ? 1 : kVerdictBudgetFactor,
          .candidate = question.candidate};
}

FunctionPool::FunctionPool(LocalJob job)
    : job_(std::move(job)), children_before_(CpuTimeOf(RUSAGE_CHILDREN)) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < cores; ++i) threads_.emplace_back([this] { Work(); });
}

FunctionPool::~FunctionPool() { Stop(); }

absl::Duration FunctionPool::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  // Joins the threads, which wait for their integrators: RUSAGE_CHILDREN counts only children that
  // were waited for.
  threads_.clear();
  const absl::MutexLock lock(&mutex_);
  return cpu_ + CpuTimeOf(RUSAGE_CHILDREN) - children_before_;
}

absl::StatusOr<std::vector<v1::Result>> FunctionPool::Run(const std::vector<Question>& questions) {
  const absl::MutexLock lock(&mutex_);
  rows_.assign(questions.size(), {});
  next_ = 0;
  open_ = questions.size();
  questions_ = &questions;
  // The threads find the questions once Await() lets go of the mutex. They read the caller's
  // vector, so this returns only after the last of them has put its row down.
  mutex_.Await(absl::Condition(+[](size_t* open) { return *open == 0; }, &open_));
  questions_ = nullptr;
  // A failure stays for good. The integrator could not be started, and each later row would fail
  // too.
  RETURN_IF_ERROR(failure_);
  return std::exchange(rows_, {});
}

bool FunctionPool::Take(size_t& at, Question& question) {
  const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || (questions_ != nullptr && next_ < questions_->size());
  };
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&ready));
  if (stopping_) return false;
  at = next_++;
  question = (*questions_)[at];
  return true;
}

void FunctionPool::Work() {
  // Each thread has a runner of its own, because an integrator dies with the thread that started it.
  // Verifying needs no engine; giac is named because it starts at once.
  const std::unique_ptr<worker::FunctionRunner> runner = job_.MakeRunner({"giac"});
  size_t at = 0;
  for (Question question; Take(at, question);) {
    const worker::Task task = job_.TaskOf(question);
    absl::StatusOr<v1::Result> row =
        question.candidate.empty() ? runner->Draw(task) : runner->Run(task);
    const absl::MutexLock lock(&mutex_);
    // Any other error is that of a function that cannot be drawn.
    if (absl::IsUnavailable(row.status())) failure_ = row.status();
    // A row that cannot be drawn here stays empty, so it agrees with no stored row.
    if (row.ok()) rows_[at] = *std::move(row);
    --open_;
  }
  runner->DropIntegrator();
  const absl::MutexLock lock(&mutex_);
  cpu_ += CpuOfThisThread();
}

}  // namespace motzkin::cli
