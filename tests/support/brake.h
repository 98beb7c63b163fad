// Gives a process only a part of its machine, for tests.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>

#include "tests/support/mini_cluster.h"

namespace motzkin::test {

// Lets a process and all that it started run for `share` of the time (0.01 .. 1), by SIGSTOP and
// SIGCONT. It then has at most that share of a core for each of its threads, independent of the
// load.
//
// Process groups that begin later are found after some turns.
class Brake {
 public:
  Brake(pid_t worker, double share)
      : worker_(worker),
        pause_(static_cast<int>(kRun.count() * (1 / share - 1))),
        thread_([this](const std::stop_token& stop) { Run(stop); }) {}
  ~Brake() {
    thread_.request_stop();
    thread_.join();
    Signal(SIGCONT);
  }

 private:
  static constexpr std::chrono::milliseconds kRun{10};

  void Run(const std::stop_token& stop) {
    for (int turn = 0; !stop.stop_requested(); ++turn) {
      // Integrators come and go. Each has a process group of its own that its processes cannot
      // leave.
      if (turn % 4 == 0) FindGroups();
      Signal(SIGCONT);
      Pause(kRun, stop);
      Signal(SIGSTOP);
      Pause(pause_, stop);
    }
  }
  void Pause(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, time, [] { return false; });
  }
  void FindGroups() {
    groups_.clear();
    for (const ProcessId& process : ProcessTree(worker_)) {
      const pid_t group = getpgid(process.pid);
      if (group > 0 && group != getpgrp()) groups_.insert(group);
    }
  }
  void Signal(int signal) {
    for (const pid_t group : groups_) kill(-group, signal);
  }

  const pid_t worker_;
  const std::chrono::milliseconds pause_;
  std::set<pid_t> groups_;
  std::mutex mutex_;
  std::condition_variable_any changed_;  // waited on for its time-outs only, which a stop ends
  std::jthread thread_;                  // last, because it uses the above
};

}  // namespace motzkin::test
