#include "coordinator/postgres_server/embedded_postgres.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/time/clock.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "common/base/host_port.h"
#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "common/postgres/connection.h"
#include "common/process/child_process.h"
#include "common/process/durable_file.h"
#include "coordinator/postgres_server/cluster_place.h"
#include "coordinator/postgres_server/leftover_server.h"
#include "coordinator/postgres_server/postgres_binaries.h"
#include "coordinator/postgres_server/server_settings.h"
#include "coordinator/postgres_server/server_user.h"
#include "postgres_server_files.h"
#include "postgres_server_queries.h"

namespace motzkin::coordinator {
namespace {

namespace fs = std::filesystem;

// The statements in queries/ have these names too.
constexpr char kDatabase[] = "motzkin";
constexpr char kOwner[] = "motzkin_owner";
constexpr absl::Duration kStopPatience = absl::Seconds(30);
// After a power loss Postgres replays up to max_wal_size (512 MB) before it takes connections,
// which is a matter of minutes on a Raspberry Pi.
constexpr absl::Duration kRecoveryPatience = absl::Minutes(10);
// Another program may take the chosen port before Postgres does. Four such losses in a row are not
// an accident.
constexpr int kPortAttempts = 4;
// Postgres refuses to start while sessions of a killed server still use its shared memory.
constexpr absl::Duration kOrphanPatience = absl::Seconds(10);
// sockaddr_un holds 107 bytes and a final zero; the socket is called .s.PGSQL.NNNNN.
constexpr size_t kSocketDirectoryBytesMax = 107 - 15;
constexpr char kSocketDirectoryPrefix[] = "/tmp/motzkin-";
// An initdb whose coordinator was killed holds the lock of the directory until it has ended too.
constexpr absl::Duration kLockPatience = absl::Seconds(5);

std::string ShortHash(const std::string& text) {
  return absl::BytesToHexString(Sha256(text)).substr(0, 16);
}

// Whether neither Postgres nor libpq reads a character of this path as anything but itself.
// Postgres splits its socket directories at commas, as libpq splits hosts.
bool IsPlain(const std::string& path) {
  return std::all_of(path.begin(), path.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("/_.-+").find(c) != std::string_view::npos;
  });
}

// OK if there is no error.
absl::Status Made(const std::string& path, const std::error_code& error) {
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format("cannot make {}: {}", path, error.message()));
}

// Lets `user` alone, who becomes its owner, use the file or directory.
absl::Status HandOver(const std::string& path, const ServerUser& user, mode_t mode) {
  const bool done = chmod(path.c_str(), mode) == 0 &&
                    (!user.other || chown(path.c_str(), user.uid, user.gid) == 0);
  if (done) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, fmt::format("cannot hand {} to user {}", path, user.name));
}

// Makes `path`, or takes it over if it exists, for `user` alone.
absl::Status MakeDirectory(const std::string& path, const ServerUser& user) {
  std::error_code error;
  fs::create_directories(path, error);
  RETURN_IF_ERROR(Made(path, error));
  return HandOver(path, user, 0700);
}

// Starts a server step by step, and owns its process.
class Server final : public EmbeddedPostgres {
 public:
  explicit Server(const EmbeddedPostgresOptions& options)
      : options_(options), data_(options.directory + "/postgres") {}
  ~Server() override { Stop(); }

  absl::Status Start() {
    // The lock comes first: everything below writes into the directory. It is kept until the server
    // has ended.
    RETURN_IF_ERROR(LockDirectory());
    RETURN_IF_ERROR(FindPlace());
    ASSIGN_OR_RETURN(const PostgresBinaries binaries,
                     FindPostgres(options_.binaries, ClusterVersion(data_)));
    binaries_ = binaries.directory;
    // Our lock says nothing of a server whose coordinator was killed: the lock died with it.
    RETURN_IF_ERROR(StopLeftoverServer(data_, kStopPatience));
    if (ClusterVersion(data_) == 0) RETURN_IF_ERROR(Initialize());
    RETURN_IF_ERROR(Configure());
    RETURN_IF_ERROR(LaunchOnSomePort());
    return MakeDatabase();
  }

  void Stop() override {
    if (!process_.has_value()) return;
    // To Postgres, SIGINT means a fast shutdown and SIGQUIT an immediate one.
    for (const int signal : {SIGINT, SIGQUIT}) {
      process_->Signal(signal);
      if (process_->Wait(Deadline::After(kStopPatience)).ok()) break;
    }
    process_.reset();  // Kills a server that ignored both.
    if (options_.socket_directory.empty()) RemoveSocketDirectory();
    lock_.Reset();
  }

  bool Running() override {
    if (!process_.has_value()) return false;
    if (!process_->Wait(Deadline::After(absl::ZeroDuration())).ok()) return true;
    process_.reset();
    lock_.Reset();  // Now another can be started while this object still exists.
    return false;
  }

  std::string OwnerConninfo() const override { return SocketConninfo(kOwner, kDatabase); }

  std::string Uri(const std::string& role, const std::string& password,
                  const std::string& host) const override {
    // A URI has an IPv6 address in brackets, to tell its colons from the one before the port.
    const bool bare_ipv6 = host.find(':') != std::string::npos && host.front() != '[';
    const std::string shown = bare_ipv6 ? fmt::format("[{}]", host) : host;
    // By itself, libpq would use TLS wherever the server offers it, which costs and protects nothing on
    // this machine.
    return fmt::format("postgresql://{}:{}@{}:{}/{}{}", role, password, shown, port_, kDatabase,
                       IsLoopback(shown) ? "?sslmode=disable" : "");
  }

  const std::string& certificate() const override { return certificate_; }
  const std::string& socket_directory() const override { return socket_directory_; }
  int port() const override { return port_; }
  int pid() const override { return process_.has_value() ? process_->pid() : 0; }
  const std::string& data_directory() const override { return data_; }

 private:
  // The kernel drops an flock when its holder dies, so a killed coordinator leaves no stale lock.
  absl::Status LockDirectory() {
    std::error_code error;
    if (fs::create_directories(options_.directory, error))
      fs::permissions(options_.directory, fs::perms::owner_all, error);
    const std::string path = options_.directory + "/postgres.lock";
    lock_ = UniqueFd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_.valid())
      return absl::FailedPreconditionError(fmt::format("cannot write in {}", options_.directory));
    for (const Deadline deadline = Deadline::After(kLockPatience);
         flock(lock_.get(), LOCK_EX | LOCK_NB) != 0; absl::SleepFor(absl::Milliseconds(100))) {
      if (!deadline.Passed()) continue;
      return absl::FailedPreconditionError(
          fmt::format("another coordinator uses {}: stop it, or give this one another directory",
                      options_.directory));
    }
    return absl::OkStatus();
  }

  // Decides who runs the server and where the cluster lies. The user that root becomes may have no
  // way into our directory (it is in /root, say). Then the cluster lies in /var/lib/motzkin, and
  // DIR/postgres is a link to it. A link that exists is followed, so a cluster never moves.
  absl::Status FindPlace() {
    std::error_code error;
    data_ = PlaceOfCluster(options_.directory);
    ASSIGN_OR_RETURN(user_, ChooseServerUser(data_));
    // Lets that user pass through our own directory without listing what else is in it.
    if (user_.other)
      fs::permissions(options_.directory, fs::perms::others_exec, fs::perm_options::add, error);
    if (!fs::exists(data_, error) && !CanEnter(user_, options_.directory)) {
      const std::string link = data_;
      data_ = "/var/lib/motzkin/" + ShortHash(options_.directory);
      fs::create_directories("/var/lib/motzkin", error);
      fs::remove(link, error);
      fs::create_symlink(data_, link, error);
      RETURN_IF_ERROR(Made(link, error));
    }
    if (!CanEnter(user_, fs::path(data_).parent_path())) {
      return absl::FailedPreconditionError(fmt::format(
          "Postgres runs as user {}, who cannot enter {}: give the coordinator another directory",
          user_.name, fs::path(data_).parent_path().string()));
    }
    return absl::OkStatus();
  }

  SpawnOptions AsUser(const std::string& error_file, int death_signal) const {
    SpawnOptions spawn;
    spawn.environment = {"LC_ALL=C", "PATH=/usr/bin:/bin"};
    spawn.input = spawn.output = Stream::kNull;
    spawn.error = Stream::kFile;
    spawn.error_file = error_file;
    spawn.before_exec = BecomeUser(user_, death_signal);
    return spawn;
  }

  // initdb works in a draft directory, which gets its name when it is done: otherwise the remains
  // of an interrupted initdb, with their PG_VERSION, would be taken for a cluster.
  absl::Status Initialize() {
    const std::string draft = data_ + ".new";
    std::error_code error;
    // Files without a version may be someone's damaged database: never write over them.
    if (const bool empty = fs::is_empty(data_, error); !error && !empty) {
      return absl::FailedPreconditionError(fmt::format(
          "{} holds files, but no PG_VERSION that can be read: it is a damaged database, or none. "
          "Name another --data-dir, or restore a backup",
          data_));
    }
    fs::remove_all(draft, error);
    RETURN_IF_ERROR(MakeDirectory(draft, user_));
    std::vector<std::string> command = {
        binaries_ + "/initdb", "--pgdata=" + draft, "--username=postgres", "--data-checksums",
        "--encoding=UTF8",     "--locale=C",        "--auth=trust",        "--no-instructions"};
    if (!options_.fsync) command.push_back("--no-sync");
    ASSIGN_OR_RETURN(const std::string log, StartLog());
    // If we are killed, initdb is too. Its own children end a little later, and until then the
    // lock, which they inherit, keeps the next start away from the draft.
    SpawnOptions spawn = AsUser(log, SIGKILL);
    spawn.inherited_descriptors = {lock_.get()};
    ASSIGN_OR_RETURN(ChildProcess initdb, ChildProcess::Spawn(command, spawn));
    ASSIGN_OR_RETURN(const ExitStatus status, initdb.Wait(Deadline::After(absl::Minutes(10))));
    if (!status.success()) {
      fs::remove_all(draft, error);
      return absl::UnavailableError(
          fmt::format("initdb failed ({}): {}", status.ToString(), LastWords(log)));
    }
    // The include is written once, and its file at every start. Lines that the owner adds below it
    // override ours and stay.
    std::ofstream(draft + "/postgresql.conf", std::ios::app)
        << "\ninclude_if_exists = 'motzkin.conf'\n";
    // This removes at most an empty directory; on anything else the rename fails.
    fs::remove(data_, error);
    fs::rename(draft, data_, error);
    RETURN_IF_ERROR(Made(data_, error));
    // The next start removes a draft. After a power cut that took the new name back, it would remove
    // what was stored meanwhile.
    return options_.fsync ? SyncDirectory(fs::path(data_).parent_path()) : absl::OkStatus();
  }

  absl::Status Configure() {
    const ServerIdentity identity = IdentityIn(data_);
    certificate_ = identity.certificate;
    for (const auto& [name, text] :
         {std::pair<std::string, std::string>("motzkin.conf", SettingsFile(options_)),
          {"pg_hba.conf", AccessFile(options_)},
          {"server.key", identity.key},
          {"server.crt", identity.certificate}}) {
      const std::string path = data_ + "/" + name;
      RETURN_IF_ERROR(WriteFileAtomically(path, text));
      RETURN_IF_ERROR(HandOver(path, user_, 0600));
    }
    RemoveSocketDirectory();
    socket_directory_ = options_.socket_directory.empty() ? data_ : options_.socket_directory;
    if (socket_directory_.size() <= kSocketDirectoryBytesMax && IsPlain(socket_directory_))
      return absl::OkStatus();
    return MakeSocketDirectory();
  }

  // In /tmp another user may have made any name that can be foreseen, so the name is random. It is
  // remembered for a start after one that was killed.
  absl::Status MakeSocketDirectory() {
    std::string name = std::string(kSocketDirectoryPrefix) + "XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
      return absl::ErrnoToStatus(errno, "cannot make a directory in /tmp");
    socket_directory_ = name;
    RETURN_IF_ERROR(WriteFileAtomically(SocketFile(), name + "\n"));
    return MakeDirectory(name, user_);
  }

  std::string SocketFile() const { return options_.directory + "/postgres.socket"; }

  // Removes the directory that was made for the socket, unless it is named by the caller.
  void RemoveSocketDirectory() {
    std::string name;
    std::error_code ignored;
    if (!std::getline(std::ifstream(SocketFile()), name) || name == options_.socket_directory)
      return;
    if (name.starts_with(kSocketDirectoryPrefix)) fs::remove_all(name, ignored);
    fs::remove(SocketFile(), ignored);
  }

  // Choosing a port and binding it are two steps of two programs, so the port may be taken in
  // between. A failed start is blamed on the port only if the port is taken now.
  absl::Status LaunchOnSomePort() {
    const Deadline deadline = Deadline::After(kOrphanPatience);
    for (int attempt = 0;;) {
      port_ = ChoosePort(options_, attempt);
      absl::Status status = Launch();
      if (status.ok()) return KeepPort(options_, port_);
      if (PortIsFree(port_)) {
        // Sessions of a server that was killed may still be ending: wait for them.
        if (deadline.Passed()) return status;
        absl::SleepFor(absl::Milliseconds(200));
      } else if (options_.port != 0 || ++attempt == kPortAttempts) {
        return status;
      }
    }
  }

  // Port, addresses and socket go on the command line, because they may change with each start;
  // there they also win over the owner's postgresql.conf.
  absl::Status Launch() {
    ASSIGN_OR_RETURN(const std::string log, StartLog());
    ASSIGN_OR_RETURN(process_,
                     ChildProcess::Spawn(
                         {binaries_ + "/postgres", "-D", data_, "-c", fmt::format("port={}", port_),
                          "-c", "listen_addresses=" + options_.listen_addresses, "-c",
                          "unix_socket_directories=" + socket_directory_},
                         AsUser(log, SIGINT)));
    const Deadline deadline = Deadline::After(kRecoveryPatience);
    while (!deadline.Passed()) {
      // This wait is also the pause between two attempts to connect.
      if (process_->Wait(Deadline::After(absl::Milliseconds(20))).ok()) break;
      if (postgres::Connection::Open(SocketConninfo("postgres", "postgres")).ok())
        return absl::OkStatus();
    }
    process_.reset();
    return absl::UnavailableError(
        fmt::format("Postgres did not start (more in {}/log): {}", data_, LastWords(log)));
  }

  // Each step looks first, because a start may have been killed after any of them. The template is
  // closed before the database is copied from it; a database never exists without that.
  absl::Status MakeDatabase() {
    ASSIGN_OR_RETURN(const auto connection,
                     postgres::Connection::Open(SocketConninfo("postgres", "postgres")));
    RETURN_IF_ERROR(connection->Execute(server_queries::kMakeOwner).status());
    ASSIGN_OR_RETURN(const postgres::Rows database,
                     connection->Execute(server_queries::kFindDatabase));
    if (!database.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(auto mold,
                     postgres::Connection::Open(SocketConninfo("postgres", "template1")));
    RETURN_IF_ERROR(mold->ExecuteAlone(server_queries::kCloseDatabase).status());
    mold.reset();  // Postgres does not copy a template that someone is connected to.
    return connection->ExecuteAlone(server_queries::kCreateDatabase).status();
  }

  std::string SocketConninfo(const std::string& role, const std::string& database) const {
    return fmt::format("host='{}' port={} user={} dbname={}", socket_directory_, port_, role,
                       database);
  }

  // Makes the file that initdb or the server print to until the server has its own log, and returns
  // its path. It lies in memory, so that the reason for a failure is not lost on a full disk.
  absl::StatusOr<std::string> StartLog() {
    start_log_ = UniqueFd(memfd_create("postgres start", MFD_CLOEXEC));
    if (!start_log_.valid()) return absl::ErrnoToStatus(errno, "memfd_create");
    return fmt::format("/proc/self/fd/{}", start_log_.get());
  }

  const EmbeddedPostgresOptions options_;
  std::string data_;
  std::string certificate_;
  std::string socket_directory_;
  std::string binaries_;
  ServerUser user_;
  int port_ = 0;
  UniqueFd lock_;
  UniqueFd start_log_;
  std::optional<ChildProcess> process_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::Start(
    const EmbeddedPostgresOptions& options) {
  if (options.directory.empty() || options.directory.front() != '/') {
    return absl::InvalidArgumentError("the data directory must be an absolute path");
  }
  auto server = std::make_unique<Server>(options);
  RETURN_IF_ERROR(server->Start());
  return server;
}

absl::StatusOr<DiskSpace> DiskSpaceOf(const std::string& path) {
  struct statvfs space;
  if (statvfs(path.c_str(), &space) != 0) return absl::ErrnoToStatus(errno, path);
  const int64_t block = static_cast<int64_t>(space.f_frsize);
  return DiskSpace{.free_bytes = static_cast<int64_t>(space.f_bavail) * block,
                   .total_bytes = static_cast<int64_t>(space.f_blocks) * block};
}

}  // namespace motzkin::coordinator
