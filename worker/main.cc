// The worker's program. It finds out what this machine can do, then serves its coordinator until it
// is told to stop.
#include <absl/status/statusor.h>
#include <absl/strings/str_join.h>
#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "common/base/clock.h"
#include "common/base/program_start.h"
#include "common/base/signal_waiter.h"
#include "common/joining/coordinator_access.h"
#include "common/postgres/client_environment.h"
#include "worker/config.h"
#include "worker/daemon.h"
#include "worker/exit_code.h"
#include "worker/machine/console.h"
#include "worker/machine/state_dir.h"
#include "worker/machine/usage.h"
#include "worker/metrics.h"
#include "worker/results/result_row.h"
#include "worker/results/result_spool.h"
#include "worker/sandbox/advice.h"
#include "worker/sandbox/level.h"
#include "worker/slots/calibration.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::worker {
namespace {

constexpr unsigned kAtOnceSeconds = 5;                   // the most that a stop "at once" may take
constexpr absl::Duration kFlushMax = absl::Seconds(10);  // for the last rows of a clean stop

int Fail(Console& console, const absl::Status& status, int code) {
  console.Line(std::string(status.message()));
  return code;
}

// Takes the cgroup that was delegated to this process; null if there is none.
std::unique_ptr<sandbox::DelegatedCgroup> TakeCgroup(Console& console) {
  auto cgroup = sandbox::DelegatedCgroup::Take();
  if (cgroup.ok()) return *std::move(cgroup);
  if (!absl::IsNotFound(cgroup.status())) {
    console.Line("cgroup: " + std::string(cgroup.status().message()) +
                 "; integrators have no limits in common");
  }
  return nullptr;
}

// Asks an integrator for its engines and, if wanted, measures their speed.
void ProbeEngines(const Config& config, IntegratorProcess& integrator, Console& console,
                  Capabilities& capabilities) {
  for (const auto& [name, version] : VersionsOf(integrator.description())) {
    capabilities.engines.emplace_back(name, version);
  }
  for (const std::string& missing : integrator.description().missing()) {
    console.Line("engine missing: " + missing);
  }
  if (!config.calibrate) return;
  auto calibration = Calibrate(integrator);
  // A machine that cannot be measured still works: its budgets are then those of the reference.
  if (calibration.ok()) {
    capabilities.speed_factors = std::move(calibration->factors);
    capabilities.calibration_cpu = calibration->cpu;
  } else {
    console.Line("calibration: " + std::string(calibration.status().message()) +
                 "; this machine counts as the reference");
  }
}

// Returns a factory that hands out `first`, which was started to probe the machine, and then starts
// new ones. Warming engines up costs as much as twenty functions, so the first is not wasted. It
// dies with the thread that started it, but that is the main thread, which outlives all slots.
IntegratorFactory FactoryBeginningWith(std::unique_ptr<IntegratorProcess> first) {
  struct Spare {
    absl::Mutex mutex;
    std::unique_ptr<IntegratorProcess> integrator ABSL_GUARDED_BY(mutex);
  };
  // A shared_ptr, because a std::function has to be copyable.
  auto spare = std::make_shared<Spare>();
  {
    const absl::MutexLock lock(&spare->mutex);
    spare->integrator = std::move(first);
  }
  return
      [spare](
          const IntegratorOptions& options) -> absl::StatusOr<std::unique_ptr<IntegratorProcess>> {
        {
          const absl::MutexLock lock(&spare->mutex);
          if (spare->integrator != nullptr) return std::move(spare->integrator);
        }
        return IntegratorProcess::Start(options);
      };
}

void PrintStart(const Config& config, const Capabilities& capabilities,
                const sandbox::Probe& sandbox, Console& console) {
  const std::string engines =
      absl::StrJoin(capabilities.engines, ", ", [&](std::string* out, const auto& engine) {
        const auto factor = capabilities.speed_factors.find(engine.first);
        *out += fmt::format("{} {}", engine.first, engine.second);
        if (factor != capabilities.speed_factors.end()) {
          *out += fmt::format(" (speed factor {:.2f})", factor->second);
        }
      });
  console.Line(fmt::format("worker {} {}: {} slots", config.name, MOTZKIN_VERSION, config.slots));
  console.Line("sandbox: " + sandbox.ToString());
  if (const std::string advice = sandbox::AdviceOn(sandbox); !advice.empty()) {
    console.Line("  " + advice);
  }
  console.Line("engines: " + (engines.empty() ? "none" : engines));
  console.Line("state: " + config.state_dir.string());
  console.Line("coordinator: " + config.connect);
}

// Waits while the daemon works, then stops it as the signals ask. Returns the exit code.
int Serve(const Config& config, const SignalWaiter& signals, Daemon& daemon, Console& console) {
  daemon.Start();
  std::optional<int> signal;
  while (!(signal = signals.WaitFor(absl::Seconds(1)))) {
    daemon.Tick();
    if (const std::optional<int> code = daemon.exit_code()) {
      daemon.Stop(kFlushMax);
      return *code;
    }
  }
  if (signal == SIGHUP) console.Line("the terminal or session is gone (SIGHUP)");
  console.Line("stopping: functions in progress get their budget; a second signal stops at once");
  // A drain comes first, so that functions in progress are not lost.
  daemon.BeginDrain("stopped by its owner");
  const SystemClock clock;
  const BootTime until = clock.Now() + config.drain_time;
  bool at_once = false;
  while (!at_once && !daemon.idle() && clock.Now() < until) {
    at_once = signals.WaitFor(absl::Milliseconds(100)).has_value();
  }
  // If a hung connection holds us up, the alarm ends this process, and our sandboxes end with it.
  if (at_once) alarm(kAtOnceSeconds);
  daemon.Stop(at_once ? absl::ZeroDuration() : kFlushMax);
  return kExitOk;
}

// While it lives, a signal ends the process at once: slow machines start their engines for a minute
// and longer, and nothing is held yet. Our sandboxes end with us.
class EndAtSignal {
 public:
  EndAtSignal(const SignalWaiter& signals, Console& console)
      : thread_([&](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            if (!signals.WaitFor(absl::Milliseconds(50))) continue;
            console.Line("stopped while it started");
            _exit(kExitOk);  // exit() would run destructors under the main thread's feet.
          }
        }) {}

 private:
  std::jthread thread_;
};

int Run(const Config& config, const SignalWaiter& signals, Console& console) {
  // Orphans of a killed sandbox become our children and not init's, so that their CPU time counts
  // as ours (usage.h).
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const SystemClock clock;
  // Its lock comes before everything that takes time or leaves a trace.
  const auto state = StateDirectory::Open(config.state_dir, clock);
  if (!state.ok()) {
    return Fail(console, state.status(),
                absl::IsAlreadyExists(state.status()) ? kExitLocked : kExitFailure);
  }
  joining::CoordinatorAccess access({.address = config.connect,
                                     .file = config.state_dir / kIdentityFile,
                                     .insecure = config.insecure != identity::Insecure::kNo,
                                     .invite = config.invite,
                                     .invite_file = config.invite_file,
                                     .worker_uuid = state->worker_uuid(),
                                     .worker_name = config.name});
  if (const absl::Status opened = access.Open(); !opened.ok()) {
    return Fail(console, opened, kExitFailure);
  }
  auto spool = ResultSpool::Open(config.state_dir / "spool", {});
  if (!spool.ok()) return Fail(console, spool.status(), kExitFailure);
  std::optional<EndAtSignal> starting(std::in_place, signals, console);
  // The cgroup comes before the first child, which would be in its way.
  const std::unique_ptr<sandbox::DelegatedCgroup> cgroup = TakeCgroup(console);
  // The sandbox is probed once, for all slots.
  sandbox::Probe sandbox = ProbeIntegratorSandbox(config.integrator.string());
  if (cgroup != nullptr) sandbox.cgroup_limits = cgroup->limits();
  if (sandbox.level < config.require_sandbox) {
    const std::string advice = sandbox::AdviceOn(sandbox);
    return Fail(console,
                absl::FailedPreconditionError(fmt::format(
                    "sandbox: this machine gives {}, --require-sandbox asks for {} ({}){}{}",
                    sandbox::LevelName(sandbox.level), sandbox::LevelName(config.require_sandbox),
                    sandbox.reason, advice.empty() ? "" : ": ", advice)),
                kExitSandbox);
  }
  Capabilities capabilities;
  capabilities.sandbox_level = sandbox.level;
  capabilities.cgroup = cgroup.get();
  auto integrator = IntegratorProcess::Start(IntegratorOptionsOf(config, capabilities));
  if (!integrator.ok()) return Fail(console, integrator.status(), kExitIntegrator);
  ProbeEngines(config, **integrator, console, capabilities);
  PrintStart(config, capabilities, sandbox, console);
  starting.reset();
  int code = kExitOk;
  Totals totals;
  {
    Daemon daemon(config, *state, access, capabilities, *std::move(spool),
                  FactoryBeginningWith(*std::move(integrator)), console, clock);
    std::unique_ptr<MetricsPort> metrics;
    if (!config.metrics.empty()) {
      auto opened = MetricsPort::Open(
          config.metrics, [&daemon] { return daemon.figures(); }, daemon.measured_sink());
      if (!opened.ok()) return Fail(console, opened.status(), kExitFailure);
      metrics = *std::move(opened);
    }
    code = Serve(config, signals, daemon, console);
    totals = daemon.totals();
  }  // The integrators have ended here, so their CPU time is part of ours.
  console.Line(
      fmt::format("stopped: {} functions, {} integrated", totals.functions, totals.integrated()));
  if (const absl::Status written = WriteUsage(config.state_dir, totals); !written.ok()) {
    console.Line(std::string(written.message()));
  }
  return code;
}

}  // namespace
}  // namespace motzkin::worker

int main(int argc, char** argv) {
  motzkin::PrepareProgram();
  motzkin::PrepareGrpc();
  using motzkin::worker::ParseConfig;
  try {
    // Before any thread: they inherit the mask.
    const motzkin::SignalWaiter signals({SIGINT, SIGTERM, SIGHUP});
    signal(SIGPIPE, SIG_IGN);
    // The coordinator says how to reach its database; PG... variables must not change that.
    motzkin::postgres::IgnoreClientEnvironment();
    motzkin::worker::Console console;
    const auto config = ParseConfig(argc, argv);
    if (!config.ok()) {
      return motzkin::worker::Fail(console, config.status(), motzkin::worker::kExitUsage);
    }
    if (!config->has_value()) return motzkin::worker::kExitOk;
    return motzkin::worker::Run(**config, signals, console);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "worker: %s\n", error.what());
    return motzkin::worker::kExitFailure;
  }
}
