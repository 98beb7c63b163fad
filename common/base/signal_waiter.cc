#include "common/base/signal_waiter.h"

#include <errno.h>

#include "common/base/check.h"

namespace motzkin {

SignalWaiter::SignalWaiter(std::initializer_list<int> signals) {
  sigemptyset(&signals_);
  for (const int signal : signals) {
    // sigwaitinfo() would return even a signal that is ignored, and `nohup` works by ignoring this one.
    struct sigaction before{};
    if (signal == SIGHUP && sigaction(signal, nullptr, &before) == 0 &&
        before.sa_handler == SIG_IGN) {
      continue;
    }
    sigaddset(&signals_, signal);
  }
  MOTZKIN_CHECK(pthread_sigmask(SIG_BLOCK, &signals_, nullptr) == 0);
}

int SignalWaiter::Wait() const {
  for (;;) {
    const int signal = sigwaitinfo(&signals_, nullptr);
    if (signal > 0) return signal;
    // Another signal's handler ran, or the process was stopped and continued.
    MOTZKIN_CHECK(errno == EINTR);
  }
}

std::optional<int> SignalWaiter::WaitFor(absl::Duration timeout) const {
  const timespec wait = absl::ToTimespec(timeout);
  const int signal = sigtimedwait(&signals_, nullptr, &wait);
  if (signal > 0) return signal;
  // EINTR ends the wait early too; callers poll, so they do not mind.
  MOTZKIN_CHECK(errno == EAGAIN || errno == EINTR);
  return std::nullopt;
}

}  // namespace motzkin
