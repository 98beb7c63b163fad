// Runs `motzkin web-password` with the real binary, also on a terminal.
#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "cli/text/exit_code.h"
#include "cli/verbs/testing/run_motzkin.h"
#include "motzkin/v1/operator_service.grpc.pb.h"

namespace motzkin::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPassword[] = "correct horse";

// Keeps the password that it is given. Thread-safe.
class PasswordKeeper final : public v1::OperatorService::Service {
 public:
  PasswordKeeper() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  grpc::Status SetPagePassword(grpc::ServerContext*, const v1::SetPagePasswordRequest* request,
                               v1::SetPagePasswordResponse*) override {
    const absl::MutexLock lock(&mutex_);
    password_ = request->remove() ? "removed" : request->password();
    return grpc::Status::OK;
  }
  std::string password() const {
    const absl::MutexLock lock(&mutex_);
    return password_;
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  Ran Run(const std::vector<std::string>& words, const std::string& input = "") const {
    std::vector<std::string> all = {"--coordinator", address(), "--insecure", "yes",
                                    "web-password"};
    all.insert(all.end(), words.begin(), words.end());
    return RunMotzkin(all, input);
  }

 private:
  mutable absl::Mutex mutex_;
  std::string password_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;  // Last, because it calls this.
};

// A person at a terminal, who types each of the lines once he is asked. Returns all that the
// terminal has shown, and the exit code.
std::pair<std::string, int> OnTerminal(const std::string& address,
                                       const std::vector<std::string>& lines) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::execl(MOTZKIN_BIN_DIR "/motzkin", "motzkin", "--coordinator", address.c_str(), "--insecure",
            "yes", "web-password", nullptr);
    ::_exit(127);
  }
  std::string shown;
  size_t typed = 0;
  char c = 0;
  // It ends with an error once the program has closed its side.
  while (::read(terminal, &c, 1) == 1) {
    shown += c;
    if (!shown.ends_with(": ") || typed == lines.size()) continue;
    const std::string& line = lines[typed++];
    EXPECT_EQ(::write(terminal, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  ::close(terminal);
  return {shown, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

TEST(WebPasswordTest, ComesFromALineOfStandardInput) {
  const PasswordKeeper keeper;
  for (const char* input : {"correct horse\n", "correct horse\r\nmore\n", "correct horse"}) {
    const Ran ran = keeper.Run({}, input);
    EXPECT_EQ(ran.code, kExitOk) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("sign in again"));
    EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("horse")));
    EXPECT_EQ(keeper.password(), kPassword);
  }
  EXPECT_EQ(keeper.Run({"--json"}, "other horse\n").out, "{\n  \"password\": true\n}\n");
}

TEST(WebPasswordTest, IsTakenAwayOnlyByName) {
  const PasswordKeeper keeper;
  EXPECT_EQ(keeper.Run({}, "").code, kExitUsage) << "an empty input is a slip";
  EXPECT_EQ(keeper.password(), "");
  EXPECT_EQ(keeper.Run({}, std::string(5'000, 'x')).code, kExitUsage);
  EXPECT_EQ(keeper.Run({"--remove"}).code, kExitOk);
  EXPECT_EQ(keeper.password(), "removed");
}

TEST(WebPasswordTest, ATerminalDoesNotShowIt) {
  const PasswordKeeper keeper;
  const auto [shown, code] = OnTerminal(keeper.address(), {"correct horse\n", "correct horse\n"});
  EXPECT_EQ(code, kExitOk) << shown;
  EXPECT_EQ(keeper.password(), kPassword);
  EXPECT_THAT(shown, HasSubstr("Password of the page: "));
  EXPECT_THAT(shown, HasSubstr("Once more: "));
  EXPECT_THAT(shown, Not(HasSubstr("horse")));
}

TEST(WebPasswordTest, ASlipOnATerminalChangesNothing) {
  const PasswordKeeper keeper;
  EXPECT_EQ(OnTerminal(keeper.address(), {"correct horse\n", "correct hoarse\n"}).second,
            kExitUsage);
  EXPECT_NE(OnTerminal(keeper.address(), {"correct\x03\n"}).second, kExitOk);
  EXPECT_EQ(keeper.password(), "");
}

}  // namespace
}  // namespace motzkin::cli
