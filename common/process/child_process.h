// A child process that leads its own process group and is owned by this object.
//
// The destructor SIGKILLs the group and reaps the child: neither a process nor a zombie of ours can
// leak. When the child ends by itself, the rest of its group is killed too, and reaped if this
// process is a subreaper. A hostile child can still move its own children out of the group; ending
// those is the sandbox's job (worker/sandbox). Call Wait() first for a polite end. By default the
// kernel also kills the child if the *thread* that spawned it dies, so spawn from a long-lived one.
//
// The child gets the three standard streams and the descriptors named in `inherited_descriptors`,
// no other. Its signal mask is empty and SIGPIPE has its default action. Our ends of pipes are
// non-blocking and close on exec. The caller has its descriptors 0 to 2 open.
//
// Move-only. Thread-compatible; Signal() may be called while another thread is in Wait().
#pragma once

#include <absl/status/statusor.h>
#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/deadline.h"
#include "common/process/unique_fd.h"

namespace motzkin {

// How a process ended.
struct ExitStatus {
  int code = 0;        // the exit code; 0 when a signal ended the process
  int signal = 0;      // the signal that ended the process; 0 when it exited by itself
  absl::Duration cpu;  // user and system time of the process and its reaped children

  bool success() const { return code == 0 && signal == 0; }
  // For example "exit code 3" or "killed by signal 9 (Killed)".
  std::string ToString() const;
};

// Where a standard stream of the child leads.
enum class Stream {
  kNull,     // /dev/null
  kInherit,  // ours
  kPipe,     // a pipe whose other end is ours
  kFile,     // standard error only: appended to SpawnOptions::error_file
};

struct SpawnOptions {
  // The whole environment, each entry as "NAME=value"; nothing is inherited.
  std::vector<std::string> environment;
  std::string working_directory = "/";
  Stream input = Stream::kPipe;
  Stream output = Stream::kPipe;
  Stream error = Stream::kInherit;
  std::string error_file;
  // Descriptors of ours that the child gets under the same numbers. All are above 2.
  std::vector<int> inherited_descriptors;
  // The child leads a process group. Without one, Kill() and the destructor reach only the child
  // itself.
  bool own_process_group = true;
  // The child leads a session too. It then has no terminal, so it can neither read from ours nor
  // type into it.
  bool own_session = false;
  // Sent to the child when the thread that spawned it dies; 0 for none. The kernel clears it when
  // the child gains privileges.
  int parent_death_signal = SIGKILL;
  // Runs in the child right before exec. Returns 0, or an errno that makes Spawn() fail. It may
  // make async-signal-safe calls only: in the copy, locks of other threads may be held for ever.
  std::function<int()> before_exec;
};

class ChildProcess {
 public:
  // Runs argv[0], an absolute path. If pipe, fork or exec fails, returns the status of errno, with
  // argv[0] in the message.
  static absl::StatusOr<ChildProcess> Spawn(const std::vector<std::string>& argv,
                                            const SpawnOptions& options = {});
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // A descriptor, owned by this object, that becomes readable when the child has ended.
  int pidfd() const { return pidfd_.get(); }
  // Our ends of the pipes that were asked for; empty for other streams. Reset one to close it.
  UniqueFd& input() { return input_; }
  UniqueFd& output() { return output_; }
  UniqueFd& error() { return error_; }

  // DEADLINE_EXCEEDED: the child still runs. Once it has ended, every call gives the same answer.
  absl::StatusOr<ExitStatus> Wait(Deadline deadline);

  // Sends `signal` to the child alone. Harmless once it has ended.
  void Signal(int signal);
  // Sends SIGKILL to the whole group. The child still has to be waited for.
  void Kill();

 private:
  ChildProcess() = default;

  // Reaps the child if it has ended. Returns whether it has, that is, whether Wait() has an answer.
  bool Reap();

  pid_t pid_ = -1;
  bool own_group_ = false;
  UniqueFd pidfd_;
  UniqueFd input_, output_, error_;
  std::optional<ExitStatus> ended_;
};

// Reads `fd`, which is non-blocking, to its end. RESOURCE_EXHAUSTED: there are more than
// `bytes_max` bytes. DEADLINE_EXCEEDED: the end did not come before `deadline`.
absl::StatusOr<std::string> ReadAll(int fd, size_t bytes_max, Deadline deadline);

}  // namespace motzkin
