#include "common/process/child_process.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <utility>

#include "common/base/check.h"
#include "common/base/cpu_time.h"
#include "common/base/status_macros.h"
#include "common/process/descriptors.h"

namespace motzkin {
namespace {

namespace process = boost::process::v2;

struct Pipe {
  UniqueFd ours;
  UniqueFd theirs;  // Above 2: see AboveStandardStreams().
};

// Moves `fd` above 2. The child puts its three streams onto 0, 1 and 2 one after another; a source
// with such a number could be overwritten by an earlier dup2().
absl::StatusOr<UniqueFd> AboveStandardStreams(UniqueFd fd) {
  UniqueFd moved(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
  if (!moved.valid()) return absl::ErrnoToStatus(errno, "duplicate a descriptor");
  return moved;
}

absl::StatusOr<Pipe> MakePipe(bool child_reads) {
  ASSIGN_OR_RETURN(PipeEnds ends, OpenPipe());
  Pipe pipe;
  pipe.ours = std::move(child_reads ? ends.write : ends.read);
  ASSIGN_OR_RETURN(pipe.theirs,
                   AboveStandardStreams(std::move(child_reads ? ends.read : ends.write)));
  RETURN_IF_ERROR(MakeNonBlocking(pipe.ours.get()));
  return pipe;
}

absl::StatusOr<Pipe> OpenStream(Stream stream, int number, const std::string& file) {
  Pipe pipe;
  const char* name = file.c_str();
  switch (stream) {
    case Stream::kInherit:
      return pipe;
    case Stream::kPipe:
      return MakePipe(/*child_reads=*/number == STDIN_FILENO);
    case Stream::kNull:
      name = "/dev/null";
      pipe.theirs.Reset(open(name, O_RDWR | O_CLOEXEC));
      break;
    case Stream::kFile:
      pipe.theirs.Reset(open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
      break;
  }
  if (!pipe.theirs.valid()) return absl::ErrnoToStatus(errno, absl::StrCat("open ", name));
  ASSIGN_OR_RETURN(pipe.theirs, AboveStandardStreams(std::move(pipe.theirs)));
  return pipe;
}

// Runs in the child between fork and exec; Boost.Process calls it as an initializer. Only
// async-signal-safe calls are allowed here: the fork copied the locks of other threads in the state
// they were, and no thread is left to unlock them.
struct ChildSetup {
  const SpawnOptions& options;
  const std::array<Pipe, 3>& streams;
  pid_t parent;

  template <typename Launcher>
  boost::system::error_code on_exec_setup(Launcher&, const boost::filesystem::path&,
                                          const char* const*&) {
    // Boost sends errno, not the returned code, to the parent.
    errno = Prepare();
    return {errno, boost::system::system_category()};
  }
  // Boost would call exit() next, which would run the parent's atexit handlers in the child and
  // flush its buffers a second time.
  template <typename Launcher>
  void on_exec_error(Launcher&, const boost::filesystem::path&, const char* const*&,
                     const boost::system::error_code&) {
    _exit(127);
  }

  int Prepare() const {
    // setsid() also makes a process group of the same number.
    if (options.own_session && setsid() < 0) return errno;
    if (options.own_process_group && !options.own_session && setpgid(0, 0) != 0) return errno;
    if (options.parent_death_signal != 0) {
      if (prctl(PR_SET_PDEATHSIG, options.parent_death_signal) != 0) return errno;
      // A parent that died before the prctl() above sends no signal any more.
      if (getppid() != parent) _exit(127);
    }
    for (int number = 0; number < 3; ++number) {
      const UniqueFd& stream = streams[number].theirs;
      // The copy that dup2() makes has no close-on-exec flag, so it survives exec; its source does
      // not.
      if (stream.valid() && dup2(stream.get(), number) < 0) return errno;
    }
    if (const int error = KeepOnlyListedDescriptors(); error != 0) return error;
    // A signal mask and ignored signals survive exec. Ours block what SignalWaiter waits for, so
    // without this a child could not be ended by SIGTERM.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (const int error = RestoreDescriptorLimit(); error != 0) return error;
    if (chdir(options.working_directory.c_str()) != 0) return errno;
    // This comes last: it may put files over the streams set up above, or take rights away that the
    // steps above need.
    return options.before_exec ? options.before_exec() : 0;
  }

  // Boost 1.81 leaks descriptors of the parent into the child. Marking all of them close-on-exec,
  // rather than closing them, keeps alive the pipe over which Boost reports a failed exec.
  int KeepOnlyListedDescriptors() const {
    if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) != 0) return errno;
    for (const int fd : options.inherited_descriptors) {
      if (fcntl(fd, F_SETFD, 0) != 0) return errno;
    }
    return 0;
  }
};

// Forks and executes argv[0]; returns the child's pid, or the reason why it could not start.
absl::StatusOr<pid_t> Launch(const std::vector<std::string>& argv, const SpawnOptions& options,
                             const std::array<Pipe, 3>& streams) {
  // Everything that needs memory is made here, before the fork: the child may not allocate.
  std::vector<const char*> environment;
  environment.reserve(options.environment.size() + 1);
  for (const std::string& variable : options.environment) environment.push_back(variable.c_str());
  environment.push_back(nullptr);

  process::posix::default_launcher launcher;
  launcher.env = environment.data();
  for (const int fd : options.inherited_descriptors) launcher.fd_whitelist.push_back(fd);
  boost::asio::io_context context;
  boost::system::error_code error;
  const std::vector<std::string> arguments(argv.begin() + 1, argv.end());
  auto child = launcher(context.get_executor(), error, argv[0], arguments,
                        ChildSetup{options, streams, getpid()});
  if (!error) {
    child.detach();  // From here on ChildProcess owns the process.
    return launcher.pid;
  }
  // Boost does not reap a child that could not exec.
  if (launcher.pid > 0) waitpid(launcher.pid, nullptr, 0);
  return absl::ErrnoToStatus(error.value(), absl::StrCat("start ", argv[0]));
}

}  // namespace

std::string ExitStatus::ToString() const {
  if (signal == 0) return absl::StrCat("exit code ", code);
  return absl::StrCat("killed by signal ", signal, " (", strsignal(signal), ")");
}

absl::StatusOr<ChildProcess> ChildProcess::Spawn(const std::vector<std::string>& argv,
                                                 const SpawnOptions& options) {
  MOTZKIN_CHECK(!argv.empty() && argv[0].starts_with('/'));
  std::array<Pipe, 3> streams;
  ASSIGN_OR_RETURN(streams[0], OpenStream(options.input, 0, options.error_file));
  ASSIGN_OR_RETURN(streams[1], OpenStream(options.output, 1, options.error_file));
  ASSIGN_OR_RETURN(streams[2], OpenStream(options.error, 2, options.error_file));

  ChildProcess child;
  try {
    ASSIGN_OR_RETURN(child.pid_, Launch(argv, options, streams));
  } catch (const std::exception& e) {
    // Boost throws when memory or descriptors have run out.
    return absl::UnavailableError(absl::StrCat("start ", argv[0], ": ", e.what()));
  }
  child.own_group_ = options.own_process_group || options.own_session;
  // Only Reap() reaps this child, so its pid cannot have been reused before the pidfd exists.
  child.pidfd_.Reset(static_cast<int>(syscall(SYS_pidfd_open, child.pid_, 0u)));
  // The destructor of `child` ends the process that runs already.
  if (!child.pidfd_.valid()) return absl::ErrnoToStatus(errno, "pidfd_open");
  child.input_ = std::move(streams[0].ours);
  child.output_ = std::move(streams[1].ours);
  child.error_ = std::move(streams[2].ours);
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  // Swapping leaves this object's old child to the destructor of `other`.
  std::swap(pid_, other.pid_);
  std::swap(own_group_, other.own_group_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(input_, other.input_);
  std::swap(output_, other.output_);
  std::swap(error_, other.error_);
  std::swap(ended_, other.ended_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0 || ended_.has_value()) return;
  Kill();
  while (!Reap()) {
    // Without a pidfd (Spawn() failed to open it) the child's end is polled for every millisecond.
    pollfd ended = {pidfd_.get(), POLLIN, 0};
    poll(&ended, 1, pidfd_.valid() ? -1 : 1);
  }
}

bool ChildProcess::Reap() {
  if (ended_.has_value()) return true;
  // WNOWAIT leaves the zombie in place. As long as it is there the group's number cannot be reused,
  // so this is the last moment to kill the rest of the group without the risk of hitting a
  // stranger.
  siginfo_t info = {};
  if (waitid(P_PID, pid_, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    MOTZKIN_CHECK(errno == EINTR);  // ECHILD would mean that someone else reaped our child.
    return false;
  }
  if (info.si_pid == 0) return false;  // The child still runs.
  if (own_group_) kill(-pid_, SIGKILL);
  rusage usage = {};
  int status = 0;
  MOTZKIN_CHECK(wait4(pid_, &status, 0, &usage) == pid_);
  // In a subreaper the rest of the group has become our children and is dying: reap it too.
  // Elsewhere this fails at once with ECHILD.
  while (own_group_ && waitpid(-pid_, nullptr, 0) > 0) {
  }
  ended_ = ExitStatus{WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                      WIFSIGNALED(status) ? WTERMSIG(status) : 0, CpuTimeIn(usage)};
  return true;
}

absl::StatusOr<ExitStatus> ChildProcess::Wait(Deadline deadline) {
  while (!Reap()) {
    if (deadline.Passed()) {
      return absl::DeadlineExceededError(absl::StrCat("process ", pid_, " still runs"));
    }
    pollfd ended = {pidfd_.get(), POLLIN, 0};
    poll(&ended, 1, deadline.PollMillis());
  }
  return *ended_;
}

void ChildProcess::Signal(int signal) {
  // A pidfd stays with its process, so unlike kill() this cannot hit a stranger that got the
  // number.
  syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0u);
}

void ChildProcess::Kill() {
  // Once the leader is reaped, the group's number may belong to a stranger.
  if (pid_ <= 0 || ended_.has_value()) return;
  if (own_group_) kill(-pid_, SIGKILL);
  // The child alone is killed through its pidfd, because an integrator's filter refuses kill().
  if (pidfd_.valid()) {
    Signal(SIGKILL);
  } else {
    kill(pid_, SIGKILL);
  }
}

absl::StatusOr<std::string> ReadAll(int fd, size_t bytes_max, Deadline deadline) {
  std::string out;
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got == 0) return out;
    if (got > 0) {
      out.append(buffer.data(), static_cast<size_t>(got));
      if (out.size() > bytes_max) {
        return absl::ResourceExhaustedError(absl::StrCat("more than ", bytes_max, " bytes"));
      }
    } else if (errno == EAGAIN) {
      if (deadline.Passed()) return absl::DeadlineExceededError("the output did not end");
      pollfd readable = {fd, POLLIN, 0};
      poll(&readable, 1, deadline.PollMillis());
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "read");
    }
  }
}

}  // namespace motzkin
