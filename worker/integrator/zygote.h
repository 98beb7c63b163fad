// The supervisor's side of a zygote, a warm, single-threaded process that forks one leaf at a time.
//
// A zygote may be a fork of the supervisor (zygote_server.h) or a program of its own, in any
// language, that speaks this protocol on three pipes. Lines are ASCII and at most 256 bytes long.
//
//   command  ->  run MEMORY_BYTES CPU_SECONDS SIZE\n  then SIZE bytes: fork a leaf for this input
//            ->  reap\n                               wait for the leaf
//   status   <-  ready VERSION\n                      once, when warm
//            <-  pid PID\n                            answers run
//            <-  ended STATUS CPU_US RSS_KB\n         answers reap, with the results of wait4()
//   answers  <-  the output of the leaf, any bytes
//
// The zygote reaps only when it is told to, so a leaf's pid cannot be reused while the supervisor
// watches it. It can signal no process (sandbox::ZygoteFilter()); the supervisor kills leaves. Before it computes, a leaf closes command and status, points its standard streams at
// /dev/null, and sets its parent death signal, its limits and its system call filter. It exits with
// 0 after a whole answer and with kLeafOutOfMemory when memory is refused.
//
// A program of its own has files in memory as its standard output and standard error, and if it did
// not become ready, their last lines tell why. It finds the pipes in its environment,
// MOTZKIN_ZYGOTE=command,status,answers, and the instructions of the filter (struct sock_filter[])
// in the file of descriptor MOTZKIN_LEAF_FILTER, which no leaf may inherit.
//
// The destructor kills the zygote and its leaf. Thread-compatible; for single-threaded processes
// only.
#pragma once

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/process/child_process.h"
#include "worker/integrator/forked_process.h"
#include "worker/sandbox/limits.h"
#include "worker/sandbox/seccomp_filter.h"

namespace motzkin::integrator {

// The exit code of a leaf that was refused memory.
inline constexpr int kLeafOutOfMemory = 77;

// The zygote's ends of the pipes.
struct ZygotePipes {
  int command = -1;
  int status = -1;
  int answers = -1;
};

// A leaf that runs, or is dead and not yet reaped.
struct Leaf {
  pid_t pid = -1;
  // Becomes readable when the leaf is dead.
  UniqueFd pidfd;
};

struct LeafUsage {
  int wait_status = 0;
  absl::Duration cpu;
  int64_t rss_kb = 0;
};

class Zygote {
 public:
  // Makes a zygote by forking this process. The copy runs `serve`, which returns when the command
  // pipe closes. Tests of the supervisor's own reach have it not `filtered`.
  static absl::StatusOr<std::unique_ptr<Zygote>> Fork(
      const std::function<void(const ZygotePipes&)>& serve, bool filtered = true);
  // Makes a zygote by starting a program. The two variables above are added to `environment`. The
  // program keeps our open `descriptors` under the same numbers.
  static absl::StatusOr<std::unique_ptr<Zygote>> Spawn(const std::vector<std::string>& argv,
                                                       std::vector<std::string> environment,
                                                       sandbox::LeafFiles leaf_files,
                                                       std::vector<int> descriptors = {});
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;
  ~Zygote();

  // Waits until the zygote is warm and returns its version. An error ends with the last output of
  // the program, if any.
  absl::StatusOr<std::string> AwaitReady(Deadline deadline);

  // Forks a leaf. Reap() the previous one first. After an error the zygote is of no more use.
  absl::StatusOr<Leaf> StartLeaf(std::string_view input, const sandbox::LeafLimits& limits);
  // Waits for a leaf that is dead or dying.
  absl::StatusOr<LeafUsage> Reap();

  // CPU time of the zygote itself, without its leaves.
  absl::Duration Cpu() const;

  // The non-blocking read end of the pipe of answers.
  int answers() const { return answers_.get(); }

 private:
  Zygote() = default;
  // Opens the three pipes, keeps our ends and returns the zygote's.
  absl::StatusOr<std::vector<UniqueFd>> OpenPipes();
  absl::Status Write(std::string_view bytes, Deadline deadline);
  absl::StatusOr<std::string> ReadLine(Deadline deadline);

  std::optional<ForkedProcess> forked_;
  std::optional<ChildProcess> spawned_;
  UniqueFd command_, status_, answers_;
  UniqueFd output_, errors_;  // The output of a spawned program; a fork has none.
  pid_t leaf_ = -1;
};

}  // namespace motzkin::integrator
