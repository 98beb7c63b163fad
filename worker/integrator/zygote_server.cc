#include "worker/integrator/zygote_server.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <new>
#include <optional>

#include "common/base/cpu_time.h"
#include "common/process/descriptors.h"

namespace motzkin::integrator {
namespace {

bool ReadExactly(int fd, std::string& bytes, size_t size) {
  bytes.resize(size);
  size_t done = 0;
  while (done < size) {
    const ssize_t got = read(fd, bytes.data() + done, size - done);
    if (got == 0 || (got < 0 && errno != EINTR)) return false;
    if (got > 0) done += static_cast<size_t>(got);
  }
  return true;
}

// Returns a line without its newline; empty at the end of the pipe. Reads one byte at a time,
// because the bytes after the line are the input of a leaf.
std::optional<std::string> ReadLine(int fd) {
  std::string line, byte;
  while (ReadExactly(fd, byte, 1)) {
    if (byte[0] == '\n') return line;
    line += byte;
  }
  return std::nullopt;
}

struct RunCommand {
  sandbox::LeafLimits limits;
  std::string input;
};

std::optional<RunCommand> ParseRun(const std::string& line, int command_pipe) {
  RunCommand run;
  long long memory = 0, seconds = 0, size = 0;
  if (sscanf(line.c_str(), "run %lld %lld %lld", &memory, &seconds, &size) != 3)
    return std::nullopt;
  run.limits.memory_bytes = memory;
  run.limits.cpu_seconds = seconds;
  if (!ReadExactly(command_pipe, run.input, static_cast<size_t>(size))) return std::nullopt;
  return run;
}

[[noreturn]] void RunLeaf(const ZygotePipes& pipes, const ZygoteHooks& hooks,
                          const std::optional<sandbox::FilterProgram>& filter,
                          const RunCommand& run, pid_t zygote) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A zygote that died before the call above sends no signal any more.
  if (getppid() != zygote) _exit(1);
  // A leaf that is taken over must neither read the next command nor answer in the zygote's stead.
  close(pipes.command);
  close(pipes.status);
  // Gives refused memory an exit code of its own; std::bad_alloc would look like a crash.
  std::set_new_handler([] { _exit(kLeafOutOfMemory); });
  // The limits come before the filter, which refuses to change them.
  if (sandbox::LimitLeaf(run.limits) != 0) _exit(1);
  if (filter.has_value() && sandbox::InstallFilter(*filter) != 0) _exit(1);
  try {
    // exit() would run the destructors of the zygote, of which the leaf is a copy.
    _exit(WriteAll(pipes.answers, hooks.answer(run.input)).ok() ? 0 : 1);
  } catch (...) {
    _exit(1);
  }
}

std::string EndedLine(pid_t leaf) {
  int status = 0;
  rusage usage = {};
  // wait4() is the only call that returns the usage of this one child.
  while (wait4(leaf, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  return absl::StrCat("ended ", status, " ", absl::ToInt64Microseconds(CpuTimeIn(usage)), " ",
                      usage.ru_maxrss, "\n");
}

}  // namespace

void ServeZygote(const ZygotePipes& pipes, const ZygoteHooks& hooks) {
  std::optional<sandbox::FilterProgram> filter;
  if (hooks.filter_leaves) {
    // Compiled once here; a leaf only installs it.
    absl::StatusOr<sandbox::FilterProgram> compiled = sandbox::LeafFilter(hooks.leaf_files);
    if (!compiled.ok()) {
      WriteAll(pipes.status, absl::StrCat("no leaf filter: ", compiled.status().ToString(), "\n"))
          .IgnoreError();  // Without a reader the supervisor is gone, and so are we.
      return;
    }
    filter = *std::move(compiled);
  }
  // The engine warms up without the leaf's filter. It may still open its files then, and sees no
  // input of a job.
  if (!WriteAll(pipes.status, absl::StrCat("ready ", hooks.warm_up(), "\n")).ok()) return;
  const pid_t self = getpid();
  pid_t leaf = -1;
  while (const std::optional<std::string> line = ReadLine(pipes.command)) {
    std::string answer;
    if (*line == "reap") {
      // The zygote does not reap by itself: until the supervisor asks, the zombie keeps its pid
      // from being used again.
      answer = EndedLine(leaf);
    } else if (const std::optional<RunCommand> run = ParseRun(*line, pipes.command)) {
      leaf = fork();
      if (leaf == 0) RunLeaf(pipes, hooks, filter, *run, self);
      answer = leaf > 0 ? absl::StrCat("pid ", leaf, "\n") : absl::StrCat("failed ", errno, "\n");
    } else {
      return;
    }
    if (!WriteAll(pipes.status, answer).ok()) return;
  }
}

}  // namespace motzkin::integrator
