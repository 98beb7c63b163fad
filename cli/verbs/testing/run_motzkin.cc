#include "cli/verbs/testing/run_motzkin.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "common/process/child_process.h"

namespace motzkin::cli {
namespace {

constexpr size_t kOutputMax = 16u << 20;

}  // namespace

Ran RunMotzkin(const std::vector<std::string>& arguments, const std::string& input,
               const std::string& path) {
  Ran ran;
  std::vector<std::string> argv = {std::string(MOTZKIN_BIN_DIR) + "/motzkin"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  SpawnOptions options;
  options.environment = {"PATH=" + path};
  options.error = Stream::kPipe;
  absl::StatusOr<ChildProcess> child = ChildProcess::Spawn(argv, options);
  if (!child.ok()) {
    ADD_FAILURE() << child.status();
    return ran;
  }
  const Deadline deadline = Deadline::After(absl::Seconds(60));
  EXPECT_EQ(::write(child->input().get(), input.data(), input.size()),
            static_cast<ssize_t>(input.size()));  // The input fits into the pipe.
  child->input().Reset();
  {
    const int error = child->error().get();
    // Both pipes are read at once, or a program that fills one while we wait for the other would
    // hang.
    std::jthread reader([&] { ran.err = ReadAll(error, kOutputMax, deadline).value_or(""); });
    ran.out = ReadAll(child->output().get(), kOutputMax, deadline).value_or("");
  }
  const absl::StatusOr<ExitStatus> ended = child->Wait(deadline);
  EXPECT_TRUE(ended.ok()) << ended.status();
  if (ended.ok()) ran.code = ended->signal != 0 ? 128 + ended->signal : ended->code;
  return ran;
}

}  // namespace motzkin::cli
