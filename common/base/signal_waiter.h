// Turns signals into a value to wait for.
//
// Construct it in main before any thread starts: it blocks the signals in the calling thread, and
// threads inherit that mask. Children must not keep it, so ChildProcess resets the mask of the
// processes that it spawns. A SIGHUP that is ignored at that moment, as under `nohup`, stays ignored.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>
#include <signal.h>

#include <initializer_list>
#include <optional>

namespace motzkin {

class SignalWaiter {
 public:
  SignalWaiter(std::initializer_list<int> signals);
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  // Blocks until one of the signals arrives; returns its number.
  int Wait() const;
  // The same for at most `timeout`. Empty when none came; an unrelated signal may end the wait
  // early.
  std::optional<int> WaitFor(absl::Duration timeout) const;

 private:
  sigset_t signals_;
};

}  // namespace motzkin
