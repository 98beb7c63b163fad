#include "worker/slots/function_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "worker/slots/calibration.h"

namespace motzkin::worker {
namespace {

constexpr double kVerifierBudgetUs = 50'000;  // On the reference machine; 250 times the mean.

absl::Status InterruptedError() { return absl::AbortedError("interrupted"); }

absl::StatusOr<std::string> Prefix(expression::Expr expr) {
  return expression::Print(expr, expression::Format::kPrefix);
}

// Whether the answer is worth a second try in a fresh integrator: the fault may be one of an
// earlier function, which left the engine damaged or large.
bool IsSuspect(const integrator::v1::Response& response) {
  const v1::Outcome outcome = response.integration().outcome();
  return outcome == v1::OUTCOME_CRASHED || outcome == v1::OUTCOME_MEMORY_EXCEEDED;
}

// Checks that the integrator has the engines that this worker announced to the coordinator. It
// grants jobs by them, and every row names a version.
absl::Status CheckEngines(const integrator::v1::Description& description,
                          const EngineVersions& announced) {
  const EngineVersions here = VersionsOf(description);
  for (const auto& [engine, version] : announced) {
    const auto found = here.find(engine);
    if (found == here.end()) {
      return absl::UnavailableError(fmt::format("{} {} does not start any more", engine, version));
    }
    if (found->second != version) {
      return absl::UnavailableError(
          fmt::format("{} is {} now and was {} when this worker started: restart the worker",
                      engine, found->second, version));
    }
  }
  return absl::OkStatus();
}

}  // namespace

FunctionRunner::FunctionRunner(RunnerOptions options, IntegratorFactory factory, const Clock& clock)
    : options_(std::move(options)), factory_(std::move(factory)), clock_(clock) {}

absl::StatusOr<v1::Result> FunctionRunner::Run(const Task& task) {
  const BootTime begun = clock_.Now();
  // The interrupt may have come between the slot's Take() and this call.
  Begin(task);
  if (Interrupted()) return InterruptedError();
  expression::Pool pool;
  v1::Result row;
  ASSIGN_OR_RETURN(const generator::GeneratedFunction function, Draw(task, pool, row));
  RETURN_IF_ERROR(Compute(task, function, pool, row));
  row.set_wall_ms(absl::ToInt64Milliseconds(clock_.Now() - begun));
  return row;
}

void FunctionRunner::Begin(const Task& task) {
  const absl::MutexLock lock(&mutex_);
  serial_ = task.serial;
  interrupted_ = interrupt_serial_ == task.serial;
}

absl::StatusOr<v1::Result> FunctionRunner::Draw(const Task& task) const {
  expression::Pool pool;
  v1::Result row;
  RETURN_IF_ERROR(Draw(task, pool, row).status());
  return row;
}

absl::StatusOr<v1::Result> FunctionRunner::Blame(const Task& task, int deaths) {
  // Making the function again is necessary, because a row needs its integrand and hashes. If this
  // is what kills the process, Slot::RunCarefully() finds that out by the third death.
  ASSIGN_OR_RETURN(v1::Result row, Draw(task));
  FillFromDeath(absl::UnavailableError(fmt::format("killed its worker {} times", deaths)),
                task.job->spec.ladder(0).engine(), options_.engine_versions, row);
  return row;
}

absl::StatusOr<generator::GeneratedFunction> FunctionRunner::Draw(const Task& task,
                                                                  expression::Pool& pool,
                                                                  v1::Result& row) const {
  ASSIGN_OR_RETURN(generator::GeneratedFunction function,
                   task.job->sampler.Generate(task.job->spec.seed(), task.index, pool));
  row.set_index(task.index);
  row.set_kind(task.job->spec.generator().kind());
  row.set_canonical_hash(function.canonical_hash);
  row.set_skeleton_hash(function.skeleton_hash);
  ASSIGN_OR_RETURN(*row.mutable_integrand(), Prefix(function.integrand));
  // A row has one speed factor, but each engine its own. The largest says how slow this machine is.
  double factor = 1;
  for (const v1::LadderStep& step : task.job->spec.ladder()) {
    factor = std::max(factor, SpeedFactor(step.engine()));
  }
  row.set_speed_factor(factor);
  return function;
}

absl::Status FunctionRunner::Compute(const Task& task, const generator::GeneratedFunction& function,
                                     expression::Pool& pool, v1::Result& row) {
  if (!task.candidate.empty()) return Verify(task, task.candidate, row);
  switch (row.kind()) {
    case v1::KIND_BACKWARD:
      return RunBackward(task, function, row);
    case v1::KIND_BY_PARTS:
      return RunByParts(task, function, pool, row);
    default:
      return Integrate(task, row.integrand(), row);
  }
}

absl::Status FunctionRunner::RunBackward(const Task& task,
                                         const generator::GeneratedFunction& function,
                                         v1::Result& row) {
  // No engine runs, but the known integral is verified like any answer: a slip in our own
  // derivative or printing must not become a label.
  ASSIGN_OR_RETURN(const std::string known, Prefix(function.known_integral));
  return Verify(task, known, row);
}

absl::Status FunctionRunner::RunByParts(const Task& task,
                                        const generator::GeneratedFunction& function,
                                        expression::Pool& pool, v1::Result& row) {
  // With F' = f and G' = g, the integral of F*g is F*G minus the integral of f*G. So the engines
  // are given f*G, and the answer is composed from theirs.
  ASSIGN_OR_RETURN(const std::string parts, Prefix(function.parts_integrand));
  RETURN_IF_ERROR(Integrate(task, parts, row));
  const bool right = row.outcome() == v1::OUTCOME_INTEGRATED || row.outcome() == v1::OUTCOME_PARTLY;
  if (!right && row.integral().empty()) return absl::OkStatus();
  const absl::StatusOr<expression::Expr> rest = expression::ParsePrefix(row.integral(), pool);
  absl::StatusOr<std::string> composed =
      rest.ok() ? Prefix(pool.Sub(function.parts_product, *rest)) : rest.status();
  if (!composed.ok()) {
    // The answer cannot be read, or the composed one is too long to be printed, so no integral can
    // be stored. The check of the answer alone does not make the function integrated.
    ClearAnswer(row);
    if (right) {
      row.set_outcome(v1::OUTCOME_UNVERIFIED);
      row.clear_verification();
    }
    return absl::OkStatus();
  }
  if (!right) {
    // For an answer A to f*G, (F*G - A)' - F*g = f*G - A'. So the composed answer is wrong exactly
    // where A is, and the check of A holds for it, too.
    row.set_integral(*std::move(composed));
    return absl::OkStatus();
  }
  // A right answer is checked once more as a whole, because a label rests on it.
  return Verify(task, *composed, row);
}

absl::Status FunctionRunner::Integrate(const Task& task, const std::string& integrand,
                                       v1::Result& row) {
  const v1::JobSpec& spec = task.job->spec;
  integrator::v1::Request request;
  integrator::v1::Integrate& integrate = *request.mutable_integrate();
  integrate.set_integrand(integrand);
  integrate.set_memory_bytes(spec.engine_memory_bytes());
  integrate.set_answer_bytes_max(spec.integral_bytes_max());
  for (const v1::LadderStep& step : spec.ladder()) {
    integrator::v1::Step& added = *integrate.add_ladder();
    added.set_engine(step.engine());
    added.set_budget_us(static_cast<int64_t>(1e3 * step.budget_ms() * task.budget_factor *
                                             SpeedFactor(step.engine())));
  }
  integrator::v1::Response response;
  RETURN_IF_ERROR(Ask(task, request, row, response));
  if (response.has_integration()) {
    FillFromIntegration(response.integration(), options_.engine_versions, row);
  }
  return absl::OkStatus();
}

absl::Status FunctionRunner::Verify(const Task& task, const std::string& candidate,
                                    v1::Result& row) {
  integrator::v1::Request request;
  integrator::v1::Verify& verify = *request.mutable_verify();
  verify.set_integrand(row.integrand());
  verify.set_candidate(candidate);
  verify.set_format(integrator::v1::Verify::FORMAT_PREFIX);
  verify.set_answer_bytes_max(task.job->spec.integral_bytes_max());
  integrator::v1::Response response;
  RETURN_IF_ERROR(Ask(task, request, row, response));
  if (response.has_judgement()) {
    FillFromJudgement(response.judgement(), candidate, task.job->spec.generator().version(), row);
  }
  return absl::OkStatus();
}

absl::Status FunctionRunner::Ask(const Task& task, const integrator::v1::Request& request,
                                 v1::Result& row, integrator::v1::Response& response) {
  for (const bool last_try : {false, true}) {
    RETURN_IF_ERROR(EnsureIntegrator());
    integrator::v1::Request numbered = request;
    // Each try has its own number, so that CheckResponse() cannot take an old answer for a new one.
    numbered.set_id(next_request_++);
    // The budget is in CPU of this machine. With the same one everywhere, a slow machine would
    // leave answers unverified that a fast one verifies.
    numbered.set_verifier_budget_us(
        static_cast<int64_t>(kVerifierBudgetUs * task.budget_factor * row.speed_factor()));
    absl::StatusOr<integrator::v1::Response> answer =
        integrator_->Call(numbered, WallMax(numbered));
    // Asked before the answer is looked at: an interrupt kills the integrator, and its death must
    // not be taken for one that the function caused.
    if (Interrupted()) {
      DropIntegrator();
      return InterruptedError();
    }
    if (!answer.ok()) {
      DropIntegrator();
      if (last_try) {
        FillFromDeathIn(request, answer.status(), task.job->spec, row);
      }
    } else if (last_try || !IsSuspect(*answer)) {
      // On the last try any answer counts; on the first one, only an answer beyond suspicion.
      response = *std::move(answer);
      return absl::OkStatus();
    } else {
      DropIntegrator();
    }
  }
  return absl::OkStatus();
}

void FunctionRunner::FillFromDeathIn(const integrator::v1::Request& request,
                                     const absl::Status& death, const v1::JobSpec& spec,
                                     v1::Result& row) const {
  if (request.has_verify()) {
    FillFromDeathInCheck(death, spec.generator().version(), row);
  } else {
    FillFromDeath(death, spec.ladder(0).engine(), options_.engine_versions, row);
  }
}

absl::Status FunctionRunner::EnsureIntegrator() {
  if (integrator_ != nullptr) return absl::OkStatus();
  absl::Status failure;
  absl::Duration backoff = options_.start_backoff;
  for (int i = 0; i < options_.start_tries; ++i) {
    if (i > 0) Pause(std::exchange(backoff, backoff * 2));
    if (Interrupted()) return InterruptedError();
    absl::StatusOr<std::unique_ptr<IntegratorProcess>> started = factory_(options_.integrator);
    // An engine that is being upgraded may be missing for a moment, so a mismatch is tried again
    // like a failed start. `started` goes out of scope then and takes the integrator with it.
    if (started.ok()) failure = CheckEngines((*started)->description(), options_.engine_versions);
    if (!started.ok()) failure = started.status();
    if (!failure.ok()) continue;
    const absl::MutexLock lock(&mutex_);
    integrator_ = *std::move(started);
    if (interrupted_) integrator_->Interrupt();  // The interrupt came during the start.
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      fmt::format("cannot start an integrator: {}", std::string(failure.message())));
}

void FunctionRunner::DropIntegrator() {
  std::unique_ptr<IntegratorProcess> dropped;
  {
    const absl::MutexLock lock(&mutex_);
    dropped = std::move(integrator_);
  }
  // Killing and reaping takes a moment, so it happens here, after the lock is released.
}

void FunctionRunner::Interrupt(uint64_t serial) {
  const absl::MutexLock lock(&mutex_);
  // Kept for Begin(): the slot may have taken the task without having called Run() yet.
  interrupt_serial_ = serial;
  if (serial_ != serial) return;
  interrupted_ = true;
  interrupt_.SignalAll();
  if (integrator_ != nullptr) integrator_->Interrupt();
}

bool FunctionRunner::Interrupted() const {
  const absl::MutexLock lock(&mutex_);
  return interrupted_;
}

void FunctionRunner::Pause(absl::Duration duration) const {
  const absl::MutexLock lock(&mutex_);
  const auto interrupted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return interrupted_; };
  interrupt_.AwaitWithTimeout(&mutex_, interrupted, duration);
}

absl::Duration FunctionRunner::MeasureSpeed(const Task& task) {
  // Begin() lets an interrupt of the task end this, too. Run() calls it again and finds the
  // interrupt noted.
  Begin(task);
  if (options_.speed == nullptr || !EnsureIntegrator().ok()) return absl::ZeroDuration();
  const absl::StatusOr<SpeedRound> round = worker::MeasureSpeed(*integrator_);
  if (!round.ok()) {
    DropIntegrator();
    return absl::ZeroDuration();
  }
  for (const auto& [engine, ratio] : round->ratios) options_.speed->Add(engine, ratio);
  return round->cpu;
}

double FunctionRunner::SpeedFactor(const std::string& engine) const {
  return options_.speed == nullptr ? 1.0 : options_.speed->Factor(engine);
}

}  // namespace motzkin::worker
