#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/process/child_process.h"
#include "coordinator/store/testing/store_fixture.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_for.h"

namespace motzkin::coordinator {
namespace {

using ::testing::HasSubstr;

int FreePort() {
  const UniqueFd probe(socket(AF_INET, SOCK_STREAM, 0));
  if (!probe.valid()) {
    ADD_FAILURE() << "no socket";
    return 0;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  EXPECT_EQ(bind(probe.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  EXPECT_EQ(getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);
  return ntohs(address.sin_port);
}

// A pgbouncer before the shared server. It runs as the server's user, who may enter its socket's
// directory.
class PoolerTest : public StoreFixture {
 protected:
  void SetUp() override {
    if (access("/usr/sbin/pgbouncer", X_OK) != 0) GTEST_SKIP() << "apt install pgbouncer";
    EmbeddedPostgres& server = test::MiniPostgres::Shared().server();
    struct stat data{};
    ASSERT_EQ(stat(server.data_directory().c_str(), &data), 0);
    const std::string settings = directory_.path() / "pgbouncer.ini";
    std::ofstream(settings) << fmt::format(
        "[databases]\n* = host={} port={} user=motzkin_owner\n[pgbouncer]\nlisten_addr = "
        "127.0.0.1\nlisten_port = {}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n",
        server.data_directory(), server.port(), port_);
    std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
    std::vector<std::string> command = {"/usr/sbin/pgbouncer", "--quiet", settings};
    if (geteuid() == 0)
      command.insert(command.begin() + 1, {"--user", getpwuid(data.st_uid)->pw_name});
    SpawnOptions spawn;
    spawn.input = spawn.output = Stream::kNull;
    pooler_.emplace(Must(ChildProcess::Spawn(command, spawn)));
    ASSERT_TRUE(test::WaitFor([&] { return postgres::Connection::Open(Pooled()).ok(); }));
  }

  std::string Pooled() const {
    const size_t begin = database().find("dbname=");
    return fmt::format("host=127.0.0.1 port={} user=motzkin_owner {}", port_,
                       database().substr(begin));
  }

  const test::TemporaryDirectory directory_;
  const int port_ = FreePort();
  std::optional<ChildProcess> pooler_;
};

TEST_F(PoolerTest, ACoordinatorBehindAPoolerOfTransactionsIsRefused) {
  const auto pooled = Store::Open(Pooled());
  EXPECT_TRUE(absl::IsFailedPrecondition(pooled.status())) << pooled.status();
  EXPECT_THAT(std::string(pooled.status().message()), HasSubstr("is a connection pooler"));
  EXPECT_TRUE(store().AppendEvents({{"coordinator", "not displaced"}}).ok());
}

TEST_F(PoolerTest, RowsMayBeStoredThroughIt) {
  const JobRecord job = NewJob();
  const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 3)), NewWorker());
  const auto pooled = test::MustConnect(Pooled());
  EXPECT_TRUE(StoreResults(*pooled, SubmissionOf(job, grant, {0, 1, 2})).ok());
}

}  // namespace
}  // namespace motzkin::coordinator
