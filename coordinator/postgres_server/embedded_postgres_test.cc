#include "coordinator/postgres_server/embedded_postgres.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "common/identity/certificate.h"
#include "common/postgres/connection.h"
#include "common/process/unique_fd.h"
#include "coordinator/postgres_server/cluster_place.h"
#include "coordinator/postgres_server/leftover_server.h"
#include "coordinator/postgres_server/postgres_binaries.h"
#include "coordinator/postgres_server/postgres_keeper.h"
#include "coordinator/postgres_server/server_settings.h"
#include "coordinator/postgres_server/server_user.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_for.h"

namespace motzkin::coordinator {
namespace {

using ::testing::HasSubstr;

class EmbeddedPostgresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/motzkin-embedded-XXXXXX";
    options_.directory = mkdtemp(name);
    options_.fsync = false;
  }
  void TearDown() override { std::filesystem::remove_all(options_.directory); }

  std::string data() const { return options_.directory + "/postgres"; }

  std::unique_ptr<EmbeddedPostgres> MustStart() {
    auto server = EmbeddedPostgres::Start(options_);
    EXPECT_TRUE(server.ok()) << server.status();
    return server.ok() ? *std::move(server) : nullptr;
  }

  EmbeddedPostgresOptions options_;
};

std::unique_ptr<postgres::Connection> ConnectAsOwner(const EmbeddedPostgres& server) {
  auto connection = postgres::Connection::Open(server.OwnerConninfo());
  EXPECT_TRUE(connection.ok()) << connection.status();
  return *std::move(connection);
}

TEST_F(EmbeddedPostgresTest, DataOutlivesACleanStopAndThePortStays) {
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  auto connection = ConnectAsOwner(*server);
  ASSERT_TRUE(connection->Execute("CREATE TABLE kept AS SELECT 42 AS answer").ok());
  EXPECT_EQ(connection->Execute("SHOW data_checksums")->front().Text("data_checksums"), "on");
  EXPECT_EQ(connection->Execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                ->front()
                .Text("rolsuper"),
            "f");
  struct stat status;
  ASSERT_EQ(stat(data().c_str(), &status), 0);
  EXPECT_NE(status.st_uid, 0u);
  const int port = server->port();
  server->Stop();
  EXPECT_EQ(RunningServer(data()), 0);
  server->Stop();
  server = MustStart();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->port(), port);
  EXPECT_EQ(ConnectAsOwner(*server)->Execute("SELECT answer FROM kept")->front().Int("answer"), 42);
  // The socket trusts its users, so TCP must not: a wrong password is refused, and the owner gets
  // no connection at all.
  for (const char* role : {"motzkin_owner", "postgres", "motzkin_worker"}) {
    EXPECT_TRUE(
        absl::IsPermissionDenied(postgres::Connection::Open(server->Uri(role, "guess")).status()))
        << role;
  }
}

// Returns an IPv4 address of this machine that is not loopback; empty if it has none.
std::string OwnAddress() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return "";
  std::string found;
  for (const ifaddrs* each = all; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
    const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
    char text[INET_ADDRSTRLEN];
    if (ntohl(address->sin_addr.s_addr) >> 24 == 127) continue;
    found = inet_ntop(AF_INET, &address->sin_addr, text, sizeof text);
  }
  freeifaddrs(all);
  return found;
}

TEST_F(EmbeddedPostgresTest, OtherHostsMustSpeakTlsAndKnowTheServerByItsCertificate) {
  const std::string address = OwnAddress();
  if (address.empty()) GTEST_SKIP() << "this machine has no address but those of loopback";
  options_.listen_addresses = "127.0.0.1," + address;
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  ASSERT_TRUE(ConnectAsOwner(*server)->Execute("CREATE ROLE anna LOGIN PASSWORD 'pw'").ok());
  const std::string near = server->Uri("anna", "pw"), far = server->Uri("anna", "pw", address);
  EXPECT_TRUE(postgres::Connection::Open(near).ok());
  EXPECT_TRUE(
      absl::IsPermissionDenied(postgres::Connection::Open(far + "?sslmode=disable").status()));

  const std::string file = options_.directory + "/its certificate.pem";
  std::ofstream(file) << server->certificate();
  const auto session = postgres::Connection::Open(postgres::WithServerCertificate(far, file));
  ASSERT_TRUE(session.ok()) << session.status();
  const absl::StatusOr<postgres::Rows> tls =
      (*session)->Execute("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  EXPECT_EQ(tls->front().Text("version"), "TLSv1.3");
  // Another server, which passes itself off as this one, has another key.
  std::ofstream(file) << identity::IssueToSelf(identity::PrivateKey::New(), absl::UnixEpoch());
  EXPECT_FALSE(postgres::Connection::Open(postgres::WithServerCertificate(far, file)).ok());

  // Workers keep the certificate, so it outlives a restart, unless its key is lost.
  const std::string before = server->certificate();
  server->Stop();
  server = MustStart();
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->certificate(), before);
  server->Stop();
  std::ofstream(data() + "/server.key") << identity::PrivateKey::New().Pem();
  server = MustStart();
  ASSERT_NE(server, nullptr);
  EXPECT_NE(server->certificate(), before);
}

TEST_F(EmbeddedPostgresTest, AnOwnerWithATunnelMayLetOtherHostsSpeakPlainText) {
  const std::string address = OwnAddress();
  if (address.empty()) GTEST_SKIP() << "this machine has no address but those of loopback";
  options_.listen_addresses = address;
  options_.plain_text_from_afar = true;
  const auto server = MustStart();
  ASSERT_NE(server, nullptr);
  ASSERT_TRUE(ConnectAsOwner(*server)->Execute("CREATE ROLE anna LOGIN PASSWORD 'pw'").ok());
  EXPECT_TRUE(
      postgres::Connection::Open(server->Uri("anna", "pw", address) + "?sslmode=disable").ok());
}

TEST_F(EmbeddedPostgresTest, ASecondCoordinatorOnTheSameDirectoryIsRefused) {
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  const auto second = EmbeddedPostgres::Start(options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another coordinator uses"));
  EXPECT_TRUE(server->Running());
}

TEST_F(EmbeddedPostgresTest, TheServerStopsWhenItsCoordinatorIsKilled) {
  const pid_t coordinator = fork();
  if (coordinator == 0) {
    const auto server = EmbeddedPostgres::Start(options_);
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(coordinator, &status, 0), coordinator);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(test::WaitFor([&] { return RunningServer(data()) == 0; }));
  EXPECT_NE(MustStart(), nullptr);
}

TEST_F(EmbeddedPostgresTest, AServerThatWasLeftBehindIsStoppedFirst) {
  if (geteuid() != 0) GTEST_SKIP() << "setpriv needs root";
  // This server has no coordinator, as after the death of one whose death signal was lost.
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  server->Stop();
  const std::string command = fmt::format(
      "setpriv --reuid={0} --clear-groups --regid={0} /usr/bin/setsid $(ls -d "
      "/usr/lib/postgresql/*/bin | tail -1)"
      "/postgres -D {1} -c port={2} -c unix_socket_directories={1} >/dev/null 2>&1 &",
      [&] {
        struct stat status{};
        stat(data().c_str(), &status);
        return status.st_uid;
      }(),
      data(), server->port());
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_TRUE(
      test::WaitFor([&] { return postgres::Connection::Open(server->OwnerConninfo()).ok(); }));
  const pid_t orphan = RunningServer(data());
  ASSERT_NE(orphan, 0);
  const auto second = MustStart();
  ASSERT_NE(second, nullptr);
  EXPECT_NE(second->pid(), orphan);
  EXPECT_EQ(RunningServer(data()), second->pid());
}

TEST_F(EmbeddedPostgresTest, AServerThatDiedIsSeenAndStartedAgainOnTheSamePort) {
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  auto session = ConnectAsOwner(*server);
  ASSERT_TRUE(session->Execute("CREATE TABLE kept (x integer)").ok());
  kill(server->pid(), SIGKILL);
  ASSERT_TRUE(test::WaitFor([&] { return !server->Running(); }));
  const auto another = MustStart();
  ASSERT_NE(another, nullptr);
  EXPECT_EQ(another->port(), server->port());
  EXPECT_TRUE(absl::IsUnavailable(session->Execute("SELECT 1").status()));
  EXPECT_TRUE(ConnectAsOwner(*another)->Execute("SELECT * FROM kept").ok());
}

TEST_F(EmbeddedPostgresTest, TheKeeperStartsADeadServerAgainAtTheSamePlace) {
  auto keeper = PostgresKeeper::Start(options_);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  const pid_t first = (*keeper)->pid();
  const std::string uri = (*keeper)->Uri("role", "password");
  kill(first, SIGKILL);
  EXPECT_TRUE(test::WaitFor([&] {
    return (*keeper)->pid() != first && postgres::Connection::Open((*keeper)->OwnerConninfo()).ok();
  }));
  EXPECT_EQ((*keeper)->Uri("role", "password"), uri);
  (*keeper)->Stop();
  (*keeper)->Stop();
  EXPECT_EQ(RunningServer(data()), 0);
}

TEST_F(EmbeddedPostgresTest, DataOfAnotherMajorVersionIsRefusedWithInstructions) {
  MustStart().reset();
  std::ofstream(data() + "/PG_VERSION") << "9\n";
  const auto server = EmbeddedPostgres::Start(options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(server.status()));
  EXPECT_THAT(std::string(server.status().message()), HasSubstr("install postgresql-9"));
}

TEST_F(EmbeddedPostgresTest, DataWithoutAVersionIsNotWrittenOver) {
  MustStart().reset();
  const int version = ClusterVersion(data());
  std::ofstream(data() + "/PG_VERSION") << "\xff\n";
  const auto server = EmbeddedPostgres::Start(options_);
  EXPECT_TRUE(absl::IsFailedPrecondition(server.status()));
  EXPECT_THAT(std::string(server.status().message()), HasSubstr("no PG_VERSION that can be read"));
  std::ofstream(data() + "/PG_VERSION") << version << "\n";
  EXPECT_NE(MustStart(), nullptr);
}

TEST_F(EmbeddedPostgresTest, AnInterruptedInitdbIsBegunAnew) {
  std::filesystem::create_directories(data() + ".new/base");
  std::ofstream(data() + ".new/PG_VERSION") << "15\n";
  EXPECT_NE(MustStart(), nullptr);
}

TEST_F(EmbeddedPostgresTest, AnInitdbOfAKilledCoordinatorIsWaitedFor) {
  const pid_t coordinator = fork();
  if (coordinator == 0) {
    EmbeddedPostgres::Start(options_).IgnoreError();
    _exit(0);
  }
  EXPECT_TRUE(test::WaitFor([&] { return std::filesystem::exists(data() + ".new/base/1"); }));
  kill(coordinator, SIGKILL);
  ASSERT_EQ(waitpid(coordinator, nullptr, 0), coordinator);
  EXPECT_NE(MustStart(), nullptr);
}

TEST_F(EmbeddedPostgresTest, AFullDiskIsNamedAsTheReason) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can mount a small disk";
  ASSERT_EQ(mount("tmpfs", options_.directory.c_str(), "tmpfs", 0, "size=16m,mode=0711"), 0);
  const absl::Status status = EmbeddedPostgres::Start(options_).status();
  ASSERT_EQ(umount(options_.directory.c_str()), 0);
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("No space left on device"));
}

TEST_F(EmbeddedPostgresTest, NoCharacterOfTheDirectoryIsTakenForSyntax) {
  const std::string top = options_.directory;
  chmod(top.c_str(), 0711);
  options_.directory += "/a,b 'c' \"d\" \\e=%20";
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(ConnectAsOwner(*server)->Execute("SELECT 1").ok());
  const std::string first = server->socket_directory();
  server->Stop();
  EXPECT_FALSE(std::filesystem::exists(first));
  server = MustStart();
  ASSERT_NE(server, nullptr);
  EXPECT_NE(server->socket_directory(), first) << "the name cannot be foreseen";
  server->Stop();
  options_.directory = top;
}

// Collects the lines of the log.
class LinesOfLog : public spdlog::sinks::base_sink<std::mutex> {
 public:
  bool Holds(const std::string& words) {
    const std::lock_guard lock(mutex_);
    return text_.find(words) != std::string::npos;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& line) override {
    text_.append(line.payload.data(), line.payload.size());
  }
  void flush_() override {}
  std::string text_;
};

TEST_F(EmbeddedPostgresTest, TheKeeperTriesAServerThatDoesNotStartLessAndLessOften) {
  const auto lines = std::make_shared<LinesOfLog>();
  spdlog::default_logger()->sinks().push_back(lines);
  auto keeper = PostgresKeeper::Start(options_);
  ASSERT_TRUE(keeper.ok()) << keeper.status();
  std::ofstream(data() + "/postgresql.conf", std::ios::app) << "no_such_setting = 1\n";
  kill((*keeper)->pid(), SIGKILL);
  // The server's start is tried anew for ten seconds, as sessions of the old one may linger.
  EXPECT_TRUE(test::WaitFor([&] { return lines->Holds("trying again in 2s"); }, absl::Minutes(1)));
  EXPECT_TRUE(test::WaitFor([&] { return lines->Holds("trying again in 4s"); }, absl::Minutes(1)));
  spdlog::default_logger()->sinks().pop_back();
}

TEST(PortIsFreeTest, APortThatIsTakenOnIPv6AloneIsTaken) {
  const UniqueFd listener(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  if (!listener.valid() ||
      ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    GTEST_SKIP() << "this machine has no IPv6";
  }
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  EXPECT_FALSE(PortIsFree(ntohs(address.sin6_port)));
}

TEST(ServerUserTest, AUserOfManyGroupsIsAMemberOfAll) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can mount another /etc/group";
  char name[] = "/tmp/motzkin-groups-XXXXXX";
  close(mkstemp(name));
  std::ofstream file(name);
  for (int i = 0; i < 100; ++i) file << fmt::format("many{}:x:{}:nobody\n", i, 5000 + i);
  file.close();
  const pid_t child = fork();
  if (child == 0) {
    const bool mounted = unshare(CLONE_NEWNS) == 0 &&
                         mount("", "/", nullptr, MS_PRIVATE | MS_REC, nullptr) == 0 &&
                         mount(name, "/etc/group", nullptr, MS_BIND, nullptr) == 0;
    const std::string owned = std::string(name) + "-data";
    mkdir(owned.c_str(), 0700);
    (void)!chown(owned.c_str(), getpwnam("nobody")->pw_uid, 0);
    const auto user = ChooseServerUser(owned);
    rmdir(owned.c_str());
    _exit(mounted && user.ok() ? static_cast<int>(user->groups.size()) : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::filesystem::remove(name);
  EXPECT_EQ(WEXITSTATUS(status), 101);
}

TEST(ServerUserTest, AUserWithoutANameKeepsTheGroupOfItsData) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const test::TemporaryDirectory directory;
  ASSERT_EQ(chown(directory.path().c_str(), 54'321, 54'322), 0);
  const auto user = ChooseServerUser(directory.path());
  ASSERT_TRUE(user.ok()) << user.status();
  EXPECT_EQ(user->uid, 54'321u);
  EXPECT_EQ(user->gid, 54'322u) << "and not the group of root, who starts the server";
}

TEST_F(EmbeddedPostgresTest, ALongDirectoryGetsItsSocketElsewhere) {
  const std::string top = options_.directory;
  chmod(top.c_str(), 0711);
  options_.directory += "/" + std::string(100, 'd');
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(ConnectAsOwner(*server)->Execute("SELECT 1").ok());
  server->Stop();
  options_.directory = top;
}

TEST(ClusterPlaceTest, ARelativeLinkCountsFromItsOwnDirectory) {
  const test::TemporaryDirectory top;
  const std::filesystem::path directory = top.path() / "coordinator";
  std::filesystem::create_directories(directory);
  EXPECT_EQ(PlaceOfCluster(directory), directory / "postgres");
  std::filesystem::create_directory_symlink("../disk/cluster/", directory / "postgres");
  EXPECT_EQ(PlaceOfCluster(directory), directory / "../disk/cluster");
}

TEST_F(EmbeddedPostgresTest, BehindAClosedDirectoryOfRootTheClusterLiesInVarLib) {
  if (geteuid() != 0) GTEST_SKIP() << "only root has to become someone else";
  // mkdtemp made the directory with mode 0700, so only root can enter it.
  const std::string top = options_.directory;
  options_.directory += "/inner";
  auto server = MustStart();
  ASSERT_NE(server, nullptr);
  const std::string place = server->data_directory();
  EXPECT_THAT(place, HasSubstr("/var/lib/motzkin/"));
  EXPECT_EQ(std::filesystem::read_symlink(data()), place);
  server->Stop();
  EXPECT_NE(MustStart(), nullptr) << "the link is followed";
  std::filesystem::remove_all(place);
  options_.directory = top;
}

TEST(LastWordsTest, AreOneLineWithTheEndOfALongLog) {
  const test::TemporaryDirectory directory;
  const std::string log = directory.path() / "log";
  std::ofstream(log) << std::string(1'000, '.') << "\nHINT:  free\nsome space\n\n";
  const std::string words = LastWords(log);
  EXPECT_EQ(words.size(), 600u);
  EXPECT_THAT(words, ::testing::EndsWith(". HINT:  free some space"));
  EXPECT_EQ(LastWords("/no/such/log"), "");
}

TEST(DiskSpaceOfTest, FreeIsAtMostTotal) {
  const auto space = DiskSpaceOf("/tmp");
  ASSERT_TRUE(space.ok());
  EXPECT_LE(space->free_bytes, space->total_bytes);
  EXPECT_FALSE(DiskSpaceOf("/no/such/path").ok());
}

}  // namespace
}  // namespace motzkin::coordinator
