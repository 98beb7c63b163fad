// Runs the real binary on a data directory of its own: it starts, stops, is killed, goes on, and
// ends with the documented exit codes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/job_spec/job_spec.h"
#include "motzkin/v1/operator_service.grpc.pb.h"
#include "tests/support/local_credentials.h"
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

  // Connects to the port that the first screen names.
  static std::unique_ptr<v1::OperatorService::Stub> Connect(const Process& process) {
    const std::string screen = process.Output();
    const std::string word = "worker --connect ";
    const size_t begin = screen.find(word) + word.size();
    const std::string address = screen.substr(begin, screen.find('\n', begin) - begin);
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
