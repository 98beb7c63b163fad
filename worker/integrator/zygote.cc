#include "worker/integrator/zygote.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/base/one_line.h"
#include "common/base/status_macros.h"
#include "common/process/descriptors.h"
#include "worker/integrator/cpu_clock.h"

namespace motzkin::integrator {
namespace {

// A zygote only forks and waits. If it takes this long it is lost, even at idle priority beside a
// busy owner.
constexpr absl::Duration kReactionMax = absl::Minutes(1);
constexpr size_t kLineBytesMax = 256;
// Enough for an error with its context, and short enough for one line of a log.
constexpr int kPrintedBytesMax = 400;

absl::Status Await(int fd, short events, Deadline deadline) {
  while (true) {
    pollfd polled = {fd, events, 0};
    const int ready = poll(&polled, 1, deadline.PollMillis());
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
    if (deadline.Passed()) return absl::DeadlineExceededError("the zygote does not answer");
  }
}

// Returns the numbers of "KEYWORD a b c"; there must be `count` of them.
absl::StatusOr<std::vector<int64_t>> Numbers(const std::string& line, absl::string_view keyword,
                                             size_t count) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  std::vector<int64_t> numbers(words.size() - 1);
  bool good = words[0] == keyword && numbers.size() == count;
  for (size_t i = 0; good && i < count; ++i) good = absl::SimpleAtoi(words[i + 1], &numbers[i]);
  if (!good) return absl::DataLossError(absl::StrCat("the zygote said '", line, "'"));
  return numbers;
}

absl::StatusOr<UniqueFd> FilterFile(sandbox::LeafFiles leaf_files) {
  ASSIGN_OR_RETURN(const sandbox::FilterProgram program, sandbox::LeafFilter(leaf_files));
  UniqueFd file(memfd_create("leaf_filter", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const auto size = static_cast<ssize_t>(program.size() * sizeof(program[0]));
  // Sealed, so that not even a leaf that got hold of it could change what later leaves install, or
  // leave them a message.
  if (!file.valid() || write(file.get(), program.data(), static_cast<size_t>(size)) != size ||
      lseek(file.get(), 0, SEEK_SET) != 0 ||
      fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) !=
          0) {
    return absl::ErrnoToStatus(errno, "filter file");
  }
  return file;
}

// Returns the last few hundred bytes of `file`, on one line; empty if there is no file.
std::string EndOf(const UniqueFd& file) {
  const off_t size = file.valid() ? lseek(file.get(), 0, SEEK_END) : 0;
  const off_t begin = std::max<off_t>(0, size - kPrintedBytesMax);
  std::string text(kPrintedBytesMax, '\0');
  const ssize_t got = size > 0 ? pread(file.get(), text.data(), text.size(), begin) : 0;
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return OneLine(std::string(absl::StripAsciiWhitespace(text)));
}

}  // namespace

absl::StatusOr<std::vector<UniqueFd>> Zygote::OpenPipes() {
  ASSIGN_OR_RETURN(PipeEnds command, OpenPipe());
  ASSIGN_OR_RETURN(PipeEnds status, OpenPipe());
  ASSIGN_OR_RETURN(PipeEnds answers, OpenPipe());
  for (const int fd : {command.write.get(), status.read.get(), answers.read.get()}) {
    RETURN_IF_ERROR(MakeNonBlocking(fd));
  }
  command_ = std::move(command.write);
  status_ = std::move(status.read);
  answers_ = std::move(answers.read);
  std::vector<UniqueFd> theirs;
  theirs.push_back(std::move(command.read));
  theirs.push_back(std::move(status.write));
  theirs.push_back(std::move(answers.write));
  return theirs;
}

absl::StatusOr<std::unique_ptr<Zygote>> Zygote::Fork(
    const std::function<void(const ZygotePipes&)>& serve, bool filtered) {
  ASSIGN_OR_RETURN(const sandbox::FilterProgram filter, sandbox::ZygoteFilter());
  std::unique_ptr<Zygote> zygote(new Zygote());
  ASSIGN_OR_RETURN(const std::vector<UniqueFd> theirs, zygote->OpenPipes());
  const ZygotePipes pipes = {theirs[0].get(), theirs[1].get(), theirs[2].get()};
  // `theirs` closes on return. Then only the zygote holds those ends, so its death ends the pipes.
  const auto body = [&] {
    if (filtered && sandbox::InstallFilter(filter) != 0) _exit(1);
    serve(pipes);
  };
  ASSIGN_OR_RETURN(zygote->forked_,
                   ForkedProcess::Fork({pipes.command, pipes.status, pipes.answers}, body));
  return zygote;
}

absl::StatusOr<std::unique_ptr<Zygote>> Zygote::Spawn(const std::vector<std::string>& argv,
                                                      std::vector<std::string> environment,
                                                      sandbox::LeafFiles leaf_files,
                                                      std::vector<int> descriptors) {
  std::unique_ptr<Zygote> zygote(new Zygote());
  ASSIGN_OR_RETURN(const std::vector<UniqueFd> theirs, zygote->OpenPipes());
  ASSIGN_OR_RETURN(const UniqueFd leaf_filter, FilterFile(leaf_files));
  ASSIGN_OR_RETURN(const sandbox::FilterProgram filter, sandbox::ZygoteFilter());
  environment.push_back(
      absl::StrCat("MOTZKIN_ZYGOTE=", theirs[0].get(), ",", theirs[1].get(), ",", theirs[2].get()));
  environment.push_back(absl::StrCat("MOTZKIN_LEAF_FILTER=", leaf_filter.get()));
  SpawnOptions options;
  options.environment = std::move(environment);
  options.input = Stream::kNull;
  options.output = Stream::kNull;
  options.error = Stream::kNull;
  // If it does not start, its output tells why. Files cannot fill up and block it, as pipes could.
  zygote->output_ = UniqueFd(memfd_create("output", MFD_CLOEXEC));
  zygote->errors_ = UniqueFd(memfd_create("errors", MFD_CLOEXEC));
  if (!zygote->output_.valid() || !zygote->errors_.valid()) {
    return absl::ErrnoToStatus(errno, "memfd_create");
  }
  options.before_exec = [&filter, output = zygote->output_.get(), errors = zygote->errors_.get()] {
    if (dup2(output, STDOUT_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0) return errno;
    return sandbox::InstallFilter(filter);
  };
  // It stays in the integrator's group, and so within reach of a kill of that group.
  options.own_process_group = false;
  for (const UniqueFd& pipe : theirs) descriptors.push_back(pipe.get());
  descriptors.push_back(leaf_filter.get());
  options.inherited_descriptors = std::move(descriptors);
  // As in Fork(), our copies of its ends close on return.
  ASSIGN_OR_RETURN(zygote->spawned_, ChildProcess::Spawn(argv, options));
  return zygote;
}

Zygote::~Zygote() {
  forked_.reset();
  spawned_.reset();
  if (leaf_ <= 0) return;
  // The orphaned leaf is our child now, as the supervisor is a subreaper, so its pid is safe until
  // we reap it. Otherwise its parent death signal has killed it.
  if (waitpid(leaf_, nullptr, WNOHANG) == 0) {
    KillChild(leaf_);
    waitpid(leaf_, nullptr, 0);
  }
}

absl::Duration Zygote::Cpu() const {
  const pid_t pid = forked_.has_value() ? forked_->pid() : spawned_->pid();
  return CpuTime(pid).value_or(absl::ZeroDuration());
}

absl::StatusOr<std::string> Zygote::AwaitReady(Deadline deadline) {
  absl::StatusOr<std::string> line = ReadLine(deadline);
  constexpr std::string_view kReady = "ready ";
  if (line.ok() && line->starts_with(kReady)) return line->substr(kReady.size());
  absl::Status failure = line.ok() ? absl::UnavailableError(*line) : line.status();
  std::string printed = EndOf(errors_);
  if (printed.empty()) printed = EndOf(output_);
  if (printed.empty()) return failure;
  return absl::Status(failure.code(), absl::StrCat(failure.message(), "; it printed: ", printed));
}

absl::StatusOr<Leaf> Zygote::StartLeaf(std::string_view input, const sandbox::LeafLimits& limits) {
  const Deadline deadline = Deadline::After(kReactionMax);
  std::string command =
      absl::StrCat("run ", limits.memory_bytes, " ", limits.cpu_seconds, " ", input.size(), "\n");
  command.append(input);
  RETURN_IF_ERROR(Write(command, deadline));
  ASSIGN_OR_RETURN(const std::string line, ReadLine(deadline));
  ASSIGN_OR_RETURN(const std::vector<int64_t> numbers, Numbers(line, "pid", 1));
  Leaf leaf;
  leaf.pid = static_cast<pid_t>(numbers[0]);
  // The zygote reaps on command only, so this is the leaf even if it is dead already.
  leaf.pidfd.Reset(static_cast<int>(syscall(SYS_pidfd_open, leaf.pid, 0u)));
  if (!leaf.pidfd.valid()) return absl::ErrnoToStatus(errno, "pidfd_open");
  // No process of ours can leave our group, so a number outside of it is a lie: it would have us
  // kill a stranger.
  if (getpgid(leaf.pid) != getpgrp()) return absl::DataLossError("the zygote named a stranger");
  leaf_ = leaf.pid;
  return leaf;
}

absl::StatusOr<LeafUsage> Zygote::Reap() {
  const Deadline deadline = Deadline::After(kReactionMax);
  RETURN_IF_ERROR(Write("reap\n", deadline));
  ASSIGN_OR_RETURN(const std::string line, ReadLine(deadline));
  ASSIGN_OR_RETURN(const std::vector<int64_t> numbers, Numbers(line, "ended", 3));
  leaf_ = -1;
  return LeafUsage{static_cast<int>(numbers[0]), absl::Microseconds(numbers[1]), numbers[2]};
}

absl::Status Zygote::Write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    // A zygote that is gone gives EPIPE and no signal: Supervisor::Serve() ignores SIGPIPE.
    const ssize_t wrote = write(command_.get(), bytes.data(), bytes.size());
    if (wrote > 0) {
      bytes.remove_prefix(static_cast<size_t>(wrote));
    } else if (errno == EAGAIN) {
      RETURN_IF_ERROR(Await(command_.get(), POLLOUT, deadline));
    } else if (errno != EINTR) {
      return absl::UnavailableError("the zygote is gone");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Zygote::ReadLine(Deadline deadline) {
  // Each line answers a command, so nothing follows it in the pipe and the buffer may be discarded.
  std::string line;
  while (line.size() < kLineBytesMax) {
    char bytes[kLineBytesMax];
    const ssize_t got = read(status_.get(), bytes, kLineBytesMax - line.size());
    if (got > 0) {
      line.append(bytes, static_cast<size_t>(got));
      if (line.back() != '\n') continue;
      line.pop_back();
      return line;
    }
    if (got == 0) return absl::UnavailableError("the zygote is gone");
    if (errno == EAGAIN) {
      RETURN_IF_ERROR(Await(status_.get(), POLLIN, deadline));
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "read from the zygote");
    }
  }
  return absl::DataLossError("the zygote sent a line without end");
}

}  // namespace motzkin::integrator
