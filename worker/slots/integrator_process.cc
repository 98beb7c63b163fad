#include "worker/slots/integrator_process.h"

#include <absl/base/thread_annotations.h>
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>
#include <absl/synchronization/mutex.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/process/child_process.h"
#include "common/process/frame.h"
#include "worker/sandbox/bubblewrap.h"
#include "worker/sandbox/limits.h"
#include "worker/slots/response_check.h"

namespace motzkin::worker {
namespace {

namespace pipe = integrator::v1;

// The engines warm up one after the other: giac takes 10 ms, others take seconds, and more on a
// slow or busy machine. The integrator itself gives up an engine that blocks after a minute and one
// that computes after five (zygote_engine.h). This is longer than that for three engines, so that
// one slow engine is missing and the others are not.
constexpr absl::Duration kStartMax = absl::Minutes(16);
// A process that closed its pipe gets this long to die by itself, so that we learn how it died.
constexpr absl::Duration kLastGaspMax = absl::Milliseconds(500);
// A healthy integrator gets this long to end by itself, at idle priority on a busy machine.
constexpr absl::Duration kFarewellMax = absl::Seconds(5);
constexpr size_t kErrorBytesMax = 4096;
// The integrator's own limits (budget_watch.h, verifier_host.h), which this side cannot include.
constexpr int kStallPeriodsMax = 50;
constexpr int kTriesMax = 2;
constexpr absl::Duration kRestartsMax = absl::Minutes(5);
constexpr int64_t kVerifierBudgetUs = 50'000;
// A cgroup gives an integrator this beside the memory of a leaf: 1 GiB for its verifier, and room
// for supervisor and warm zygotes, of which those of FriCAS and SymPy have 0.1 GiB each.
constexpr int64_t kOwnMemoryBytes = 3ll << 29;
// An integrator has at most ten processes, and an engine that starts may run a few more.
constexpr int kProcessesMax = 64;

absl::Duration OneRunMax(absl::Duration cpu_budget) {
  return kTriesMax * kStallPeriodsMax * (20 * cpu_budget + absl::Seconds(2));
}

// The library that makes FriCAS a zygote lies beside the integrator.
constexpr const char* kLineZygote = "libmotzkin_line_zygote.so";

std::vector<std::string> Command(const IntegratorOptions& options, sandbox::Level level) {
  std::vector<std::string> program = {options.binary};
  program.insert(program.end(), options.engines.begin(), options.engines.end());
  if (level != sandbox::Level::kFull) return program;
  sandbox::BubblewrapSpec spec;
  spec.bubblewrap = sandbox::FindBubblewrap();
  spec.program = options.binary;
  spec.readable = {std::filesystem::path(options.binary).replace_filename(kLineZygote)};
  std::vector<std::string> command = sandbox::BubblewrapCommand(spec);
  command.insert(command.end(), program.begin(), program.end());
  return command;
}

absl::StatusOr<ChildProcess> Spawn(const IntegratorOptions& options,
                                   const sandbox::Cgroup* cgroup) {
  const sandbox::Level level = options.sandbox_level.has_value()
                                   ? *options.sandbox_level
                                   : ProbeIntegratorSandbox(options.binary).level;
  SpawnOptions spawn;
  // LD_BIND_NOW binds symbols once, at the start. Otherwise each leaf would bind them anew, which
  // is a tenth of the cost of a short leaf.
  spawn.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=/", "LD_BIND_NOW=1"};
  spawn.error = Stream::kPipe;
  // A kill of its group must not reach this worker, and UseIdlePriority() lowers the whole session
  // of the integrator.
  spawn.own_session = true;
  spawn.before_exec = [idle = options.idle_priority, cgroup] {
    if (const int error = cgroup == nullptr ? 0 : cgroup->Enter(); error != 0) return error;
    // The integrator starts even if one of these fails: both are courtesies to the machine's owner.
    // Both write to /proc, which bubblewrap does not show, so they come before the exec.
    sandbox::OfferToOutOfMemoryKiller();
    if (idle) sandbox::UseIdlePriority();
    return 0;
  };
  return ChildProcess::Spawn(Command(options, level), spawn);
}

class Impl final : public IntegratorProcess {
 public:
  Impl(ChildProcess child, std::unique_ptr<sandbox::Cgroup> cgroup, UniqueFd interrupt,
       int64_t engine_memory_bytes)
      : group_(child.pid()),
        engine_memory_bytes_(engine_memory_bytes),
        cgroup_(std::move(cgroup)),
        interrupt_(std::move(interrupt)),
        child_(std::move(child)) {}
  ~Impl() override {
    // When its pipe closes, the integrator ends by itself, and the CPU time of all that it ran is
    // added to ours. If it is killed, that account is lost.
    child_.input().Reset();
    End(dead_.ok() ? kFarewellMax : absl::ZeroDuration());
  }

  absl::Status Describe();
  const pipe::Description& description() const override { return description_; }
  absl::StatusOr<pipe::Response> Call(pipe::Request request, absl::Duration wall_max) override;
  void Interrupt() override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::StatusOr<pipe::Response> Exchange(const pipe::Request& request, Deadline deadline);
  // Ends the integrator after an error of Exchange(). Returns the error that Call() reports.
  absl::Status Explain(const absl::Status& status);
  // Gives the integrator `patience` to die by itself, then kills and reaps the whole group. Returns
  // how it ended and what it printed. A second call does nothing and returns nothing.
  std::string End(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mutex_);
  void KillGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  bool Interrupted() ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    return interrupted_;
  }

  const pid_t group_;
  const int64_t engine_memory_bytes_;
  const std::unique_ptr<sandbox::Cgroup> cgroup_;  // Null if none is delegated.
  const UniqueFd interrupt_;
  // Only the calling thread uses it, for its pipes. Other threads use group_, under mutex_.
  ChildProcess child_;
  pipe::Description description_;
  absl::Status dead_;  // why the integrator is dead; OK while it lives

  absl::Mutex mutex_;
  // From then on the number of the group may belong to other processes, so it must not be killed.
  bool reaped_ ABSL_GUARDED_BY(mutex_) = false;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

absl::Status Impl::Describe() {
  pipe::Request request;
  request.mutable_describe();
  absl::StatusOr<pipe::Response> response = Call(std::move(request), kStartMax);
  if (!response.ok()) return response.status();
  description_ = std::move(*response->mutable_description());
  return absl::OkStatus();
}

absl::StatusOr<pipe::Response> Impl::Call(pipe::Request request, absl::Duration wall_max) {
  if (!dead_.ok()) return dead_;
  if (request.has_integrate() && request.integrate().memory_bytes() == 0) {
    request.mutable_integrate()->set_memory_bytes(engine_memory_bytes_);
  }
  if (cgroup_ != nullptr) {
    const int64_t leaf = request.has_integrate() ? request.integrate().memory_bytes() : 0;
    cgroup_->LimitMemory(kOwnMemoryBytes + std::max(leaf, engine_memory_bytes_));
  }
  absl::StatusOr<pipe::Response> response = Exchange(request, Deadline::After(wall_max));
  if (response.ok()) return response;
  // After any error the two sides may disagree about where a frame begins, so the integrator is not
  // used again, not even after a time-out.
  dead_ = Explain(response.status());
  return dead_;
}

absl::StatusOr<pipe::Response> Impl::Exchange(const pipe::Request& request, Deadline deadline) {
  RETURN_IF_ERROR(
      WriteFrame(child_.input().get(), request.SerializeAsString(), deadline, interrupt_.get()));
  ASSIGN_OR_RETURN(const std::string frame,
                   ReadFrame(child_.output().get(), deadline, interrupt_.get()));
  pipe::Response response;
  if (!response.ParseFromString(frame)) return absl::DataLossError("the answer is garbled");
  RETURN_IF_ERROR(CheckResponse(request, response));
  return response;
}

absl::Status Impl::Explain(const absl::Status& status) {
  // A closed pipe means that the process is dying. It gets a moment for that: if it were killed at
  // once, the message would tell of our signal and not of its own end.
  const std::string ended = End(absl::IsOutOfRange(status) ? kLastGaspMax : absl::ZeroDuration());
  // Asked only now, because the death may be seen before the interrupt that caused it.
  if (Interrupted()) return absl::AbortedError("interrupted");
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kInvalidArgument:
      return status;
    case absl::StatusCode::kResourceExhausted:
      // A frame of an impossible length is nonsense like any other.
      return absl::DataLossError(status.message());
    default:
      return absl::UnavailableError(absl::StrCat("the integrator died: ", ended));
  }
}

void Impl::KillGroup() {
  const absl::MutexLock lock(&mutex_);
  if (!reaped_) kill(-group_, SIGKILL);
  if (cgroup_ != nullptr) cgroup_->Kill();
}

std::string Impl::End(absl::Duration patience) {
  {
    const absl::MutexLock lock(&mutex_);
    if (reaped_) return "";
  }
  // poll() on the pidfd waits without reaping. The leader stays a zombie, and so its number cannot
  // be given to another process before KillGroup() has used it.
  pollfd ended = {child_.pidfd(), POLLIN, 0};
  poll(&ended, 1, Deadline::After(patience).PollMillis());
  KillGroup();
  while (poll(&ended, 1, -1) < 0) {
  }
  // Reaped under the lock, together with the flag that keeps Interrupt() from killing the number.
  // The leader is dead already, so Wait() does not block; it reaps the rest of the group, too.
  const absl::MutexLock lock(&mutex_);
  reaped_ = true;
  const absl::StatusOr<ExitStatus> status = child_.Wait(Deadline::Never());
  const absl::StatusOr<std::string> errors =
      ReadAll(child_.error().get(), kErrorBytesMax, Deadline::After(absl::ZeroDuration()));
  return absl::StrCat(status.ok() ? status->ToString() : status.status().ToString(), " ",
                      absl::StripAsciiWhitespace(errors.value_or("")));
}

void Impl::Interrupt() {
  {
    const absl::MutexLock lock(&mutex_);
    interrupted_ = true;
  }
  // The eventfd ends a Call() that waits for the pipe; the kill below ends the processes.
  const uint64_t one = 1;
  // This fails only after 2^64 calls, and then the eventfd is readable anyway.
  [[maybe_unused]] const ssize_t wrote = write(interrupt_.get(), &one, sizeof(one));
  KillGroup();
}

}  // namespace

absl::StatusOr<std::unique_ptr<IntegratorProcess>> IntegratorProcess::Start(
    const IntegratorOptions& options) {
  // Orphans of the sandbox become our children and not init's, so that they can be reaped here.
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  UniqueFd interrupt(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!interrupt.valid()) return absl::ErrnoToStatus(errno, "eventfd");
  std::unique_ptr<sandbox::Cgroup> cgroup;
  if (options.cgroup != nullptr) {
    auto made = options.cgroup->MakeGroup(kProcessesMax);
    if (!made.ok()) return absl::UnavailableError(made.status().ToString());
    cgroup = *std::move(made);
  }
  absl::StatusOr<ChildProcess> child = Spawn(options, cgroup.get());
  if (!child.ok()) return absl::UnavailableError(child.status().ToString());
  auto process = std::make_unique<Impl>(*std::move(child), std::move(cgroup), std::move(interrupt),
                                        options.engine_memory_bytes);
  if (const absl::Status described = process->Describe(); !described.ok()) {
    return absl::UnavailableError(absl::StrCat(options.binary, ": ", described.message()));
  }
  return process;
}

sandbox::Probe ProbeIntegratorSandbox(const std::string& binary) {
  return sandbox::ProbeSandbox({binary, "--version"});
}

// The sum of the integrator's own bounds, so that it is never killed for something that its own
// watches would have ended in order.
absl::Duration WallMax(const pipe::Request& request) {
  const int64_t asked_us = request.verifier_budget_us();
  const absl::Duration check =
      OneRunMax(absl::Microseconds(asked_us > 0 ? asked_us : kVerifierBudgetUs));
  absl::Duration sum = kRestartsMax + check;
  for (const pipe::Step& step : request.integrate().ladder()) {
    sum += OneRunMax(absl::Microseconds(step.budget_us())) + check;
  }
  return sum;
}

}  // namespace motzkin::worker
