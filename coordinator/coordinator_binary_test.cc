// Runs the real binary on a data directory of its own: it starts, stops, is killed, goes on, and
// ends with the documented exit codes.
#include <absl/time/clock.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/job_spec/job_spec.h"
#include "common/process/unique_fd.h"
#include "motzkin/v1/member_service.grpc.pb.h"
#include "motzkin/v1/operator_service.grpc.pb.h"
#include "tests/support/local_credentials.h"
#include "tests/support/mini_postgres.h"
#include "tests/support/only_number.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_for.h"

namespace motzkin::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A coordinator's process, with stdout and stderr in a file. The destructor kills it if it still
// runs.
class Process {
 public:
  Process(const std::vector<std::string>& arguments, std::string output)
      : output_(std::move(output)) {
    // The file is emptied before the fork, so that the output of an earlier process is not taken
    // for this one's.
    const int fd = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MOTZKIN_CHECK(fd >= 0);
    pid_ = ::fork();
    if (pid_ != 0) {
      ::close(fd);
      return;
    }
    ::dup2(fd, 1);
    ::dup2(fd, 2);
    std::vector<char*> argv = {const_cast<char*>("coordinator")};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(MOTZKIN_BIN_DIR "/coordinator", argv.data());
    ::_exit(127);
  }
  ~Process() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  void Signal(int signal) { ::kill(pid_, signal); }
  // Returns its exit code, or 128 plus the signal that ended it.
  int Wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string Output() const { return Contents(output_); }
  bool Ready() const {
    return test::WaitFor([this] { return Output().find("is ready") != std::string::npos; });
  }

 private:
  const std::string output_;
  pid_t pid_ = 0;
};

class CoordinatorBinaryTest : public ::testing::Test {
 protected:
  // Under root, Postgres runs as another user, who must be able to enter the directory.
  CoordinatorBinaryTest() { ::chmod(directory_.path().c_str(), 0755); }

  std::unique_ptr<Process> Run(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--data-dir", data_, "--listen", "127.0.0.1:0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const std::string output = directory_.path() / ("output" + std::to_string(++runs_));
    return std::make_unique<Process>(arguments, output);
  }

  // Makes a database on a server that readers reach by TCP alone. Returns how its owner opens it.
  static std::string NewDatabaseOf(const std::string& owner) {
    auto& server = test::MiniPostgres::Shared();
    const std::string database = server.NewDatabase();
    EXPECT_TRUE(test::MustConnect(server.Superuser(database))
                    ->Execute("CREATE ROLE " + owner + " SUPERUSER LOGIN PASSWORD 'p w'")
                    .ok());
    return server.As(database, owner, "'p w'");
  }

  // Returns the address that the first screen names.
  static std::string AddressOf(const Process& process) {
    const std::string screen = process.Output();
    const std::string word = "worker --connect ";
    const size_t begin = screen.find(word) + word.size();
    return screen.substr(begin, screen.find('\n', begin) - begin);
  }

  // Sends the page a question, and returns the connection on which the answer comes.
  static UniqueFd AskPage(const Process& process, const std::string& question) {
    const std::string screen = process.Output();
    const std::string word = "http://127.0.0.1:";
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port =
        htons(static_cast<uint16_t>(std::atoi(screen.c_str() + screen.find(word) + word.size())));
    UniqueFd page(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(page.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::string request = "GET /api/" + question + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    EXPECT_EQ(::write(page.get(), request.data(), request.size()),
              static_cast<ssize_t>(request.size()));
    return page;
  }

  static std::unique_ptr<v1::OperatorService::Stub> Connect(const Process& process) {
    const std::string address = AddressOf(process);
    return v1::OperatorService::NewStub(
        grpc::CreateChannel(address, test::LocalCredentials(address).value()));
  }

  static std::vector<v1::Job> Jobs(const Process& process) {
    grpc::ClientContext context;
    v1::ListJobsResponse response;
    const grpc::Status status = Connect(process)->ListJobs(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.jobs().begin(), response.jobs().end()};
  }

  test::TemporaryDirectory directory_;
  int runs_ = 0;
  const std::string data_ = directory_.path() / "data";
};

TEST_F(CoordinatorBinaryTest, StoppedWhileItStartsItEndsAtOnceAndStartsAnew) {
  const auto making = [this] { return ::access((data_ + "/postgres.new").c_str(), F_OK) == 0; };
  auto first = Run();
  ASSERT_TRUE(test::WaitFor(making)) << first->Output();
  first->Signal(SIGTERM);
  EXPECT_EQ(first->Wait(), 0) << first->Output();
  EXPECT_TRUE(making()) << "it finished what it had begun";
  EXPECT_TRUE(Run()->Ready());
}

TEST_F(CoordinatorBinaryTest, KilledItGoesOnWhereItWasAndStopsCleanly) {
  auto first = Run();
  ASSERT_TRUE(first->Ready()) << first->Output();
  EXPECT_THAT(first->Output(), HasSubstr("motzkin start"));
  v1::StartJobRequest request;
  request.set_request_id("11111111-1111-4111-8111-111111111111");
  *request.mutable_spec() = JobFromPreset("lample-charton").value();
  grpc::ClientContext context;
  v1::StartJobResponse response;
  ASSERT_TRUE(Connect(*first)->StartJob(&context, request, &response).ok());
  first->Signal(SIGKILL);
  EXPECT_EQ(first->Wait(), 128 + SIGKILL);

  auto second = Run();
  ASSERT_TRUE(second->Ready()) << second->Output();
  const std::vector<v1::Job> jobs = Jobs(*second);
  ASSERT_EQ(jobs.size(), 1);
  EXPECT_EQ(jobs[0].uuid(), response.job().uuid());
  EXPECT_THAT(second->Output(), HasSubstr("(1 running)"));

  auto rival = Run();
  EXPECT_EQ(rival->Wait(), 1) << "the data directory is in use";

  second->Signal(SIGTERM);
  EXPECT_EQ(second->Wait(), 0) << second->Output();
  EXPECT_THAT(Contents(data_ + "/usage.json"), HasSubstr("{\"cpu_seconds\": "));
  EXPECT_NE(::access((data_ + "/postgres/postmaster.pid").c_str(), F_OK), 0)
      << "Postgres still runs";
}

TEST_F(CoordinatorBinaryTest, NoUmaskOpensTheDataDirectoryToOthers) {
  const mode_t before = ::umask(0);
  auto database = Run({"--database-only"});
  ::umask(before);
  EXPECT_TRUE(test::WaitFor([&] { return database->Output().find("postgresql://") == 0; }));
  database->Signal(SIGTERM);
  EXPECT_EQ(database->Wait(), 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
    if (entry.is_symlink() || entry.is_socket() || !entry.path().string().starts_with(data_)) {
      continue;
    }
    EXPECT_EQ(entry.status().permissions() & std::filesystem::perms(0022), std::filesystem::perms())
        << entry.path();
  }
  EXPECT_EQ(std::filesystem::status(data_).permissions() & std::filesystem::perms(0066),
            std::filesystem::perms());
}

TEST_F(CoordinatorBinaryTest, AClosedTerminalStopsItInOrderUnlessNohupIsBeforeIt) {
  auto hung_up = Run();
  ASSERT_TRUE(hung_up->Ready()) << hung_up->Output();
  hung_up->Signal(SIGHUP);
  EXPECT_EQ(hung_up->Wait(), 0) << hung_up->Output();
  EXPECT_THAT(hung_up->Output(), HasSubstr("SIGHUP"));
  EXPECT_NE(::access((data_ + "/postgres/postmaster.pid").c_str(), F_OK), 0)
      << "Postgres still runs";

  ::signal(SIGHUP, SIG_IGN);  // As `nohup` does. The process inherits it.
  auto nohup = Run();
  ::signal(SIGHUP, SIG_DFL);
  ASSERT_TRUE(nohup->Ready()) << nohup->Output();
  nohup->Signal(SIGHUP);
  EXPECT_EQ(Jobs(*nohup).size(), 0u);
  nohup->Signal(SIGTERM);
  EXPECT_EQ(nohup->Wait(), 0) << nohup->Output();
  EXPECT_THAT(nohup->Output(), Not(HasSubstr("SIGHUP")));
}

TEST_F(CoordinatorBinaryTest, TheDatabaseAloneServesReaders) {
  auto database = Run({"--database-only"});
  EXPECT_TRUE(test::WaitFor([&] {
    return database->Output().find("postgresql://motzkin_reader_") == 0;
  })) << database->Output();
  database->Signal(SIGTERM);
  EXPECT_EQ(database->Wait(), 0);
}

TEST_F(CoordinatorBinaryTest, APortThatIsTakenIsOneLineAndNoStart) {
  auto first = Run();
  ASSERT_TRUE(first->Ready()) << first->Output();
  const std::string address = AddressOf(*first);
  const std::string other = directory_.path() / "other";
  Process second({"--data-dir", other, "--listen", address}, directory_.path() / "second");
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.Output(),
              HasSubstr("port " + address.substr(address.find(':') + 1) + " is taken"));
  EXPECT_THAT(second.Output(), HasSubstr("--listen HOST:PORT"));
  EXPECT_EQ(std::ranges::count(second.Output(), '\n'), 1) << second.Output();
  EXPECT_FALSE(std::filesystem::exists(other))
      << "it left a database, whose events say that it started";
}

TEST_F(CoordinatorBinaryTest, APortThatTheSystemChoosesIsShown) {
  auto coordinator = Run();
  ASSERT_TRUE(coordinator->Ready()) << coordinator->Output();
  grpc::ClientContext context;
  v1::GetStatusResponse status;
  ASSERT_TRUE(Connect(*coordinator)->GetStatus(&context, {}, &status).ok());
  EXPECT_EQ(status.listen(), AddressOf(*coordinator));
  EXPECT_THAT(status.listen(), Not(HasSubstr(":0")));
}

TEST_F(CoordinatorBinaryTest, AnInviteInAFileEndsWhenTheNextStartReplacesIt) {
  const std::string file = directory_.path() / "invite";
  const auto open_invites = [](const Process& process) {
    grpc::ClientContext context;
    v1::ListInvitesResponse response;
    const std::string address = AddressOf(process);
    const auto members = v1::MemberService::NewStub(
        grpc::CreateChannel(address, test::LocalCredentials(address).value()));
    EXPECT_TRUE(members->ListInvites(&context, {}, &response).ok());
    return response.invites_size();
  };
  std::string before;
  for (int start = 0; start < 2; ++start) {
    auto coordinator = Run({"--invite-file", file});
    ASSERT_TRUE(coordinator->Ready()) << coordinator->Output();
    EXPECT_NE(Contents(file), before);
    before = Contents(file);
    EXPECT_EQ(open_invites(*coordinator), 1) << "start " << start;
    coordinator->Signal(SIGTERM);
    EXPECT_EQ(coordinator->Wait(), 0);
  }
}

TEST_F(CoordinatorBinaryTest, KeysAndValuesOpenADatabaseToReadersAsAUriDoes) {
  const std::string pairs = NewDatabaseOf("anna");
  ASSERT_THAT(pairs, HasSubstr("dbname="));
  auto coordinator = Run({"--postgres", pairs});
  ASSERT_TRUE(coordinator->Ready()) << coordinator->Output();
  EXPECT_THAT(coordinator->Output(), HasSubstr("motzkin psql"));
  grpc::ClientContext context;
  v1::GetStatusResponse status;
  ASSERT_TRUE(Connect(*coordinator)->GetStatus(&context, {}, &status).ok());
  const auto reader = test::MustConnect(status.reader_uri());
  EXPECT_EQ(test::OnlyNumber(reader->Execute("SELECT count(*) FROM progress").value()), 0);
}

// A lock of another session, or many rows, keep a read waiting until its role's time-out of five
// minutes.
TEST_F(CoordinatorBinaryTest, ARowReadThatHangsDelaysNoStop) {
  const std::string database = NewDatabaseOf("ben");
  auto coordinator = Run({"--postgres", database, "--web", "127.0.0.1:0"});
  ASSERT_TRUE(coordinator->Ready()) << coordinator->Output();
  const auto ben = test::MustConnect(database), other = test::MustConnect(database);
  const absl::Status locked = ben->Transact([&](postgres::Transaction& transaction) {
    EXPECT_TRUE(
        transaction.ExecuteScript("LOCK motzkin.throughput_minute IN ACCESS EXCLUSIVE MODE").ok());
    const UniqueFd page = AskPage(*coordinator, "Throughput?hours=1");
    const auto waits = [&other] {
      constexpr char kWaiting[] =
          "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
      return test::OnlyNumber(other->Execute(kWaiting).value()) > 0;
    };
    EXPECT_TRUE(test::WaitFor(waits)) << coordinator->Output();
    coordinator->Signal(SIGTERM);
    const absl::Time begun = absl::Now();
    EXPECT_EQ(coordinator->Wait(), 0) << coordinator->Output();
    EXPECT_LT(absl::Now() - begun, absl::Seconds(60));
    return absl::OkStatus();
  });
  EXPECT_TRUE(locked.ok()) << locked;
}

TEST_F(CoordinatorBinaryTest, BadUsageEndsWithTwoAndAFailureWithOne) {
  EXPECT_EQ(Run({"--no-such-flag"})->Wait(), 2);
  EXPECT_EQ(Run({"--config", "/nowhere.yaml"})->Wait(), 2);
  EXPECT_EQ(Run({"--version"})->Wait(), 0);
  auto unreachable = Run({"--postgres", "postgresql://nobody@127.0.0.1:1/none"});
  EXPECT_EQ(unreachable->Wait(), 1);
  EXPECT_THAT(unreachable->Output(), HasSubstr("coordinator: "));
}

}  // namespace
}  // namespace motzkin::coordinator
