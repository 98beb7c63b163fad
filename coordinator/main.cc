// The coordinator: the program that schedules the work of a cluster. See docs/operations.md.
#include <absl/status/status.h>
#include <absl/synchronization/notification.h>
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "common/base/clock.h"
#include "common/base/cpu_time.h"
#include "common/base/one_line.h"
#include "common/base/program_start.h"
#include "common/base/signal_waiter.h"
#include "common/base/status_macros.h"
#include "common/postgres/client_environment.h"
#include "common/process/descriptors.h"
#include "common/process/durable_file.h"
#include "coordinator/backup.h"
#include "coordinator/config.h"
#include "coordinator/first_screen.h"
#include "coordinator/server.h"

namespace motzkin::coordinator {
namespace {

constexpr int kExitFailure = 1;
// Bad usage or configuration. A service manager should not restart it.
constexpr int kExitUsage = 2;
// Another coordinator has the database. A service manager should not restart this one: each would
// take the database from the other for ever.
constexpr int kExitTakenOver = 3;
// How often the wait for a step looks whether the step is done. A signal ends that wait at once.
constexpr absl::Duration kStopPoll = absl::Milliseconds(20);

// Prints the message of a line of the log, in which workers are quoted.
class PrintableMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& line, const std::tm&,
              spdlog::memory_buf_t& to) override {
    const std::string text = Printable(std::string_view(line.payload.data(), line.payload.size()));
    to.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PrintableMessage>();
  }
};

void SetUpLog(const std::string& level) {
  auto log = spdlog::stderr_color_mt("coordinator");
  auto lines = std::make_unique<spdlog::pattern_formatter>();
  lines->add_flag<PrintableMessage>('*').set_pattern("%Y-%m-%d %H:%M:%S.%e %l %*");
  log->set_formatter(std::move(lines));
  log->set_level(spdlog::level::from_str(level));
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(log));
}

int ExitCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:  // --help, --version
      return 0;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kAborted:
      return kExitTakenOver;
    default:
      return kExitFailure;
  }
}

// Runs `step` on a thread of its own. A signal that comes meanwhile ends the process at once, with
// `exit_code()`: Postgres may take minutes to recover or to stop, and a person who presses Ctrl-C
// again means it. Nothing is lost, because all state is in Postgres, which the kernel tells to shut
// down.
absl::Status UntilSignal(const SignalWaiter& signals, const std::function<int()>& exit_code,
                         const std::function<absl::Status()>& step) {
  absl::Status status;
  absl::Notification done;
  const std::jthread thread([&] {
    status = step();
    done.Notify();
  });
  while (!done.HasBeenNotified()) {
    if (!signals.WaitFor(kStopPoll).has_value()) continue;
    spdlog::warn("interrupted by a signal; ending at once");
    ::_exit(exit_code());  // exit() would run destructors, which wait for `step`.
  }
  return status;
}

// Writes DIRECTORY/usage.json, {"cpu_seconds": N}, for `./dev up --json`: the user and system time
// of this process without the private Postgres.
absl::Status WriteUsageFile(const std::string& directory) {
  return WriteFileAtomically(
      directory + "/usage.json",
      fmt::format("{{\"cpu_seconds\": {:.3f}}}\n", absl::ToDoubleSeconds(CpuTimeOf(RUSAGE_SELF))));
}

absl::Status Stop(Server& server, const SignalWaiter& signals) {
  spdlog::info("stopping");
  return UntilSignal(
      signals, [] { return kExitFailure; },
      [&server] {
        server.Stop();
        return absl::OkStatus();
      });
}

// --database-only: prints the reader's URI on stdout, where `motzkin` reads it, and serves readers
// until a signal comes.
absl::Status RunDatabase(Server& server, const SignalWaiter& signals) {
  RETURN_IF_ERROR(server.StartDatabase());
  fmt::print("{}\n", server.reader_uri());
  std::fflush(stdout);
  signals.Wait();
  server.Stop();
  return absl::OkStatus();
}

absl::Status Run(int argc, char** argv) {
  ASSIGN_OR_RETURN(const Config config, ParseConfig(argc, argv));
  SetUpLog(config.log_level);
  RaiseDescriptorLimit();
  // By default protobuf prints a line for each garbled message that a stranger sends.
  google::protobuf::SetLogHandler(nullptr);
  // libpq's variables (PGUSER, PGSSLMODE, ...) are meant for the user's own databases. On the
  // private one they would break the connection.
  if (config.postgres.empty()) postgres::IgnoreClientEnvironment();
  if (!config.backup_to.empty()) return WriteBackup(config);
  if (!config.restore_from.empty()) return RestoreBackup(config);
  // This has to come before any thread starts, because threads inherit the mask of blocked signals.
  const SignalWaiter signals({SIGINT, SIGTERM, SIGHUP});
  const SystemClock clock;
  absl::Status fatal;
  // A fatal error wakes the main thread with the signal that it waits for; the status then decides
  // the exit code.
  const pid_t self = ::getpid();
  Server server(config, clock, [&fatal, self](const absl::Status& why) {
    fatal = why;
    ::kill(self, SIGTERM);
  });
  if (config.database_only) return RunDatabase(server, signals);
  RETURN_IF_ERROR(UntilSignal(
      signals, [&fatal] { return ExitCode(fatal); }, [&server] { return server.Start(); }));
  fmt::print("{}", Render(server.Screen()));
  std::fflush(stdout);
  if (signals.Wait() == SIGHUP) spdlog::info("the terminal or session is gone (SIGHUP)");
  RETURN_IF_ERROR(Stop(server, signals));
  // The file is a convenience: a full disk must not turn a clean stop into a failure.
  const absl::Status usage = WriteUsageFile(config.data_directory);
  if (!usage.ok()) spdlog::warn("{}", std::string(usage.message()));
  return fatal;
}

// Prints a line on stderr and, unlike fmt::print(), does not throw if stderr takes nothing.
void Complain(const std::string& words) {
  std::fputs(fmt::format("coordinator: {}\n", OneLine(words)).c_str(), stderr);
}

}  // namespace
}  // namespace motzkin::coordinator

int main(int argc, char** argv) {
  motzkin::PrepareProgram();
  motzkin::PrepareGrpc();
  try {
    const absl::Status status = motzkin::coordinator::Run(argc, argv);
    const int code = motzkin::coordinator::ExitCode(status);
    if (code != 0) {
      motzkin::coordinator::Complain(std::string(status.message()));
    }
    return code;
  } catch (const std::exception& error) {
    // Our own code never throws. A library may, at the start: without memory or with no locale.
    motzkin::coordinator::Complain(error.what());
    return 1;
  }
}
