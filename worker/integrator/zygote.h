// The supervisor's side of a zygote: a warm, single-threaded process that forks one leaf at a time.
//
// It may be a fork of the supervisor (zygote_server.h) or a program of its own, in any language,
// that speaks this protocol on three pipes. Lines are ASCII, at most 256 bytes.
//
//   command  ->  run MEMORY_BYTES CPU_SECONDS SIZE\n  then SIZE bytes: fork a leaf for this input
//            ->  reap\n                               wait for the leaf
//   status   <-  ready VERSION\n                      once, when warm
//            <-  pid PID\n                            answers run
//            <-  ended STATUS CPU_US RSS_KB\n         answers reap: of wait4()
//   answers  <-  what the leaf writes, any bytes
//
// The zygote reaps only when told, so a leaf's pid cannot be taken by another process while the
// supervisor watches it. Before it computes, a leaf closes command and status, points its standard
// streams at /dev/null, sets its parent death signal, its limits and its system call filter. It
// exits with 0 after a whole answer and with kLeafOutOfMemory when memory is refused.
//
// A program of its own has files in memory as standard output and standard error, whose ends tell why
// it did not become ready. Its environment names the pipes' descriptors in
// MOTZKIN_ZYGOTE=command,status,answers, and in MOTZKIN_LEAF_FILTER the descriptor of a file that
// holds the filter's instructions (struct sock_filter[]).
//
// The destructor kills the zygote and its leaf. Thread-compatible; single-threaded processes only.
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

// Exit code of a leaf that was refused memory.
inline constexpr int kLeafOutOfMemory = 77;

// The zygote's ends of the pipes.
struct ZygotePipes {
  int command = -1;
  int status = -1;
  int answers = -1;
};

// A running or dead, not yet reaped leaf.
struct Leaf {
  pid_t pid = -1;
  // Readable once it is dead.
  UniqueFd pidfd;
};

struct LeafUsage {
  int wait_status = 0;
  absl::Duration cpu;
  int64_t rss_kb = 0;
};

class Zygote {
 public:
  // A fork of this process that runs `serve`, which ends when the command pipe closes.
  static absl::StatusOr<std::unique_ptr<Zygote>> Fork(
      const std::function<void(const ZygotePipes&)>& serve);
  // A program. `environment` gets the two variables added; `descriptors` are ours that it keeps under
  // the same numbers.
  static absl::StatusOr<std::unique_ptr<Zygote>> Spawn(const std::vector<std::string>& argv,
                                                       std::vector<std::string> environment,
                                                       sandbox::LeafFiles leaf_files,
                                                       std::vector<int> descriptors = {});
  Zygote(const Zygote&) = delete;
  Zygote& operator=(const Zygote&) = delete;
  ~Zygote();

  // Its version, once it is warm. An error ends with what a program printed last, if anything.
  absl::StatusOr<std::string> AwaitReady(Deadline deadline);

  // One leaf at a time: Reap() the last one first. After an error the zygote is of no more use.
  absl::StatusOr<Leaf> StartLeaf(std::string_view input, const sandbox::LeafLimits& limits);
  // Waits for a leaf that is dead or dying.
  absl::StatusOr<LeafUsage> Reap();

  // CPU time of the zygote itself, its leaves apart.
  absl::Duration Cpu() const;

  // Non-blocking read end of the leaves' answers.
  int answers() const { return answers_.get(); }

 private:
  Zygote() = default;
  // Opens the three pipes, keeps our ends here, and hands theirs out.
  absl::StatusOr<std::vector<UniqueFd>> OpenPipes();
  absl::Status Write(std::string_view bytes, Deadline deadline);
  absl::StatusOr<std::string> ReadLine(Deadline deadline);

  std::optional<ForkedProcess> forked_;
  std::optional<ChildProcess> spawned_;
  UniqueFd command_, status_, answers_;
  UniqueFd output_, errors_;  // What a program of its own prints; without one, nothing.
  pid_t leaf_ = -1;
};

}  // namespace motzkin::integrator
