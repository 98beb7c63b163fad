// A process that gets a quarter of its machine, for tests.
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

// Lets a process and all that it started run for one part in four of the time, by SIGSTOP and
// SIGCONT: on an idle machine that is a quarter of its speed, with the same CPU time for the same
// work.
//
// Process groups that begin later are found within a second.
class Brake {
 public:
  explicit Brake(pid_t worker)
      : worker_(worker), thread_([this](const std::stop_token& stop) { Run(stop); }) {}
  ~Brake() {
    thread_.request_stop();
    thread_.join();
    Signal(SIGCONT);
  }

 private:
  void Run(const std::stop_token& stop) {
    for (int turn = 0; !stop.stop_requested(); ++turn) {
      // Integrators come and go: each has a process group of its own, which nothing leaves.
      if (turn % 20 == 0) FindGroups();
      Signal(SIGCONT);
      Pause(std::chrono::milliseconds(10), stop);
      Signal(SIGSTOP);
      Pause(std::chrono::milliseconds(30), stop);
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
  std::set<pid_t> groups_;
  std::mutex mutex_;
  std::condition_variable_any changed_;  // Only for its time-outs, which a stop ends.
  std::jthread thread_;  // Last: it uses the above.
};

}  // namespace motzkin::test
