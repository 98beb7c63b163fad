// coordinator: schedules, leases, seals, watches, serves. See docs/operations.md.
#include <absl/status/status.h>
#include <absl/synchronization/notification.h>
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <thread>

#include "common/base/clock.h"
#include "common/base/one_line.h"
#include "common/base/program_start.h"
#include "common/base/signal_waiter.h"
#include "common/base/status_macros.h"
#include "common/postgres/client_environment.h"
#include "coordinator/backup.h"
#include "coordinator/config.h"
#include "coordinator/first_screen.h"
#include "coordinator/server.h"
#include "coordinator/usage_file.h"

namespace motzkin::coordinator {
namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;  // Bad usage or configuration: do not restart.
constexpr absl::Duration kStopPoll = absl::Milliseconds(20);
constexpr int kExitTakenOver = 3;  // Another coordinator has the database: do not restart.

void SetUpLog(const std::string& level) {
  auto log = spdlog::stderr_color_mt("coordinator");
  log->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
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

// Does `step`; a signal that comes meanwhile ends the process at once, with `exit_code()`. Nothing
// is lost: the state is in Postgres, which may take minutes to recover or to stop.
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
    spdlog::warn("stopped at once");
    ::_exit(exit_code());
  }
  return status;
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
  // protobuf would print a line of its own for each garbled message that a stranger sends.
  google::protobuf::SetLogHandler(nullptr);
  // A private database is none of its user's.
  if (config.postgres.empty()) postgres::IgnoreClientEnvironment();
  if (!config.backup_to.empty()) return WriteBackup(config);
  if (!config.restore_from.empty()) return RestoreBackup(config);
  // Before any thread starts: they inherit the mask.
  const SignalWaiter signals({SIGINT, SIGTERM});
  const SystemClock clock;
  absl::Status fatal;
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
  signals.Wait();
  RETURN_IF_ERROR(Stop(server, signals));
  const absl::Status usage = WriteUsageFile(config.data_directory);
  if (!usage.ok()) spdlog::warn("{}", std::string(usage.message()));
  return fatal;
}

// Never throws, as fmt::print() does when nobody can be told.
void Complain(const std::string& words) {
  std::fputs(fmt::format("coordinator: {}\n", OneLine(words)).c_str(), stderr);
}

}  // namespace
}  // namespace motzkin::coordinator

int main(int argc, char** argv) {
  motzkin::PrepareProgram();
  // gRPC also returns its errors as a status; printing them would say everything twice.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  try {
    const absl::Status status = motzkin::coordinator::Run(argc, argv);
    const int code = motzkin::coordinator::ExitCode(status);
    if (code != 0) {
      motzkin::coordinator::Complain(std::string(status.message()));
    }
    return code;
  } catch (const std::exception& error) {  // Of a library, at start: out of memory, no locale.
    motzkin::coordinator::Complain(error.what());
    return 1;
  }
}
