#include "cli/access/reader_access.h"

#include <absl/strings/str_cat.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "cli/access/operator_client.h"
#include "cli/access/program_path.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

// Long enough for Postgres to recover from a crash on an SD card.
constexpr absl::Duration kDatabaseStart = absl::Seconds(90);
constexpr absl::Duration kDatabaseStop = absl::Seconds(60);
constexpr size_t kUriBytesMax = 4'096;

// Returns the first line that `child` prints, without waiting for more.
absl::StatusOr<std::string> FirstLine(ChildProcess& child, Deadline deadline) {
  std::string line;
  char c = 0;
  while (line.size() < kUriBytesMax) {
    pollfd wait{.fd = child.output().get(), .events = POLLIN, .revents = 0};
    if (deadline.Passed()) return absl::FailedPreconditionError("the database starts too slowly");
    if (::poll(&wait, 1, deadline.PollMillis()) <= 0) continue;
    const ssize_t got = ::read(child.output().get(), &c, 1);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return absl::FailedPreconditionError("the database did not start; see above");
    if (c == '\n') return line;
    line.push_back(c);
  }
  return absl::InternalError("the coordinator printed something else than a connection string");
}

absl::StatusOr<ChildProcess> StartServer(const ReaderFlags& flags) {
  ASSIGN_OR_RETURN(const std::string binary, CoordinatorBinary(flags.coordinator_binary));
  std::error_code error;
  // The child starts in the root directory, so it needs an absolute path.
  const std::string directory = std::filesystem::absolute(flags.data_directory, error).string();
  if (!std::filesystem::is_directory(directory, error)) {
    return absl::NotFoundError(absl::StrCat("no directory ", directory));
  }
  // Nothing else of the environment, such as PGHOST, may reach the server. Its errors go to our
  // stderr, which is why messages here can say "see above".
  SpawnOptions options;
  options.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  // Only the first line of its stdout is read, so it must print no more than the URI there, or it
  // would block on a full pipe.
  return ChildProcess::Spawn({binary, "--data-dir", directory, "--database-only"}, options);
}

absl::StatusOr<std::string> UriOfCoordinator(const CoordinatorFlags& coordinator) {
  OperatorClient client(coordinator);
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status, client.Status());
  // It is empty if the coordinator may not create roles in a database that it was given.
  if (!status.reader_uri().empty()) return status.reader_uri();
  return absl::FailedPreconditionError("the coordinator offers no way to its database from here");
}

}  // namespace

void AddReaderFlags(CLI::App& verb, ReaderFlags& flags, bool database) {
  verb.add_option("--data-dir", flags.data_directory,
                  "use the database in this directory, while its coordinator does not run");
  verb.add_option("--coordinator-binary", flags.coordinator_binary,
                  "default: beside motzkin; it runs the database for --data-dir");
  if (!database) return;
  verb.add_option("--database", flags.database,
                  "a connection string to use instead of the coordinator's, e.g. of a replica");
}

ReaderAccess::ReaderAccess(std::string uri, std::optional<ChildProcess> server)
    : uri_(std::move(uri)), server_(std::move(server)) {}

absl::StatusOr<ReaderAccess> ReaderAccess::Open(const CoordinatorFlags& coordinator,
                                                const ReaderFlags& flags) {
  if (!flags.database.empty()) return ReaderAccess(flags.database, std::nullopt);
  if (flags.data_directory.empty()) {
    ASSIGN_OR_RETURN(std::string uri, UriOfCoordinator(coordinator));
    return ReaderAccess(std::move(uri), std::nullopt);
  }
  ASSIGN_OR_RETURN(ChildProcess server, StartServer(flags));
  ASSIGN_OR_RETURN(std::string uri, FirstLine(server, Deadline::After(kDatabaseStart)));
  return ReaderAccess(std::move(uri), std::move(server));
}

absl::Status ReaderAccess::Close() {
  if (!server_.has_value()) return absl::OkStatus();
  // On SIGTERM the coordinator stops its Postgres in order. The destructor's SIGKILL leaves it no
  // time for that.
  server_->Signal(SIGTERM);
  const absl::Status status = server_->Wait(Deadline::After(kDatabaseStop)).status();
  server_.reset();
  return status;
}

}  // namespace motzkin::cli
