#include "worker/stream/agent.h"

#include <absl/random/random.h>
#include <absl/strings/match.h>
#include <fmt/format.h>
#include <grpcpp/channel.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "common/base/one_line.h"
#include "common/base/protocol_version.h"
#include "common/joining/connection_problem.h"
#include "common/joining/join_calls.h"
#include "worker/stream/agent_session.h"

namespace motzkin::worker {
namespace {

// Whether a status says that something is refused. The other codes are those of connections.
bool IsRefusal(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::FAILED_PRECONDITION:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct Agent::Impl {
  // How one connection ended.
  struct SessionEnd {
    grpc::Status status;
    bool answered = false;
    bool silent = false;  // we gave it up because no answer came
  };

  Impl(const AgentOptions& options_in, joining::CoordinatorAccess& access_in,
       AgentDelegate& delegate_in, Console& console_in, const Clock& clock_in)
      : options(options_in),
        access(access_in),
        delegate(delegate_in),
        console(console_in),
        clock(clock_in) {}

  void Run();
  // Becomes a member of the cluster if this is not one yet. Returns false if the agent was stopped
  // before.
  bool Join();
  SessionEnd RunSession();
  // One round of the session: waits, then applies or sends. Returns false if the session is over.
  bool Round(AgentSession& session, SessionEnd& end);
  BootTime NextSend() const;
  void ApplyAnswer(const v1::DesiredState& desired, SessionEnd& end);
  void SendState(AgentSession& session);
  void Close(AgentSession& session);
  bool AwaitDone(BootTime until);
  bool RejectedBy(const grpc::Status& status);
  // Gives the membership up if the coordinator does not take it (any more).
  void CheckMembership(const grpc::Status& status);
  // Waits, but not longer than until Stop().
  void Pause(absl::Duration wait);
  void AwaitRetry(const SessionEnd& end);
  bool Stopping();

  const AgentOptions options;
  joining::CoordinatorAccess& access;
  AgentDelegate& delegate;
  Console& console;
  const Clock& clock;

  AgentMailbox mailbox;
  std::atomic<bool> connected = false;
  BootTime stop_by ABSL_GUARDED_BY(mailbox.mutex) = BootTime::Never();

  // Only the thread uses these.
  absl::Duration state_interval;
  absl::Duration backoff;
  std::string advised;  // the problem whose cure was printed last; empty once connected
  BootTime last_sent, last_heard;
  uint64_t sequence = 0;
  bool change_waits = false;  // a change that the coordinator has not been sent yet
  absl::BitGen random;

  std::jthread thread;  // Last, so it is joined before anything it uses goes away.
};

Agent::Agent(const AgentOptions& options, joining::CoordinatorAccess& access,
             AgentDelegate& delegate, Console& console, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, access, delegate, console, clock)) {}

Agent::~Agent() { Stop(absl::ZeroDuration()); }

void Agent::Start() {
  impl_->thread = std::jthread([this] { impl_->Run(); });
}

void Agent::NotifyChange() {
  const absl::MutexLock lock(&impl_->mailbox.mutex);
  impl_->mailbox.state_changed = true;
  impl_->mailbox.changed.SignalAll();
}

void Agent::Stop(absl::Duration timeout) {
  {
    const absl::MutexLock lock(&impl_->mailbox.mutex);
    impl_->mailbox.stop = true;
    impl_->stop_by = std::min(impl_->stop_by, impl_->clock.Now() + timeout);
    impl_->mailbox.changed.SignalAll();
  }
  if (impl_->thread.joinable()) impl_->thread.join();
}

bool Agent::connected() const { return impl_->connected; }

void Agent::Impl::Run() {
  backoff = options.backoff_min;
  while (!Stopping() && Join()) {
    const SessionEnd end = RunSession();
    connected = false;
    CheckMembership(end.status);
    if (Stopping() || RejectedBy(end.status)) return;
    // A connection that is accepted and dropped at once must not reset the wait.
    if (end.answered) {
      backoff = options.backoff_min;
      advised.clear();
    }
    AwaitRetry(end);
    backoff = std::min(backoff * 2, options.backoff_max);
  }
}

bool Agent::Impl::Join() {
  // The coordinator keeps a worker that waits for an hour, and asking costs it little.
  constexpr absl::Duration kAskInterval = absl::Seconds(1);
  std::string shown;
  while (!Stopping()) {
    const absl::StatusOr<std::string> code = access.Join();
    if (code.ok() && code->empty()) return true;
    if (!code.ok()) {
      AwaitRetry({.status = {static_cast<grpc::StatusCode>(code.status().code()),
                             std::string(code.status().message())}});
      backoff = std::min(backoff * 2, options.backoff_max);
      continue;
    }
    if (*code != shown) {
      console.Line(fmt::format(
          "coordinator {}: waits for approval with the code {}. Where the coordinator runs, `motzkin "
          "workers` must show the same code; then type there: motzkin approve {}",
          access.address(), *code, *code));
    }
    shown = *code;
    Pause(kAskInterval);
  }
  return false;
}

void Agent::Impl::CheckMembership(const grpc::Status& status) {
  // A certificate that has expired is kept: the coordinator's clock may be wrong.
  if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED) access.Forget();
}

bool Agent::Impl::Stopping() {
  const absl::MutexLock lock(&mailbox.mutex);
  return mailbox.stop;
}

Agent::Impl::SessionEnd Agent::Impl::RunSession() {
  // Each session has a channel of its own: a connection that fell silent is not to be used again.
  const auto stub =
      v1::WorkerService::NewStub(joining::NewChannel(access.address(), access.Credentials()));
  AgentSession session(*stub, mailbox);
  SessionEnd end;
  state_interval = options.state_interval;
  last_heard = clock.Now();
  SendState(session);
  while (Round(session, end)) {
  }
  Close(session);
  const absl::MutexLock lock(&mailbox.mutex);
  end.status = mailbox.status;
  return end;
}

BootTime Agent::Impl::NextSend() const {
  return last_sent + (change_waits ? options.coalesce : state_interval);
}

bool Agent::Impl::Round(AgentSession& session, SessionEnd& end) {
  // The lock is held only while waiting. Apply() and CurrentState() are called without it, because
  // they end in NotifyChange(), which takes it.
  std::optional<v1::DesiredState> desired;
  bool may_send = false;
  const BootTime give_up_at =
      last_heard + (end.answered ? options.silence_max : options.first_answer_max);
  {
    const absl::MutexLock lock(&mailbox.mutex);
    for (;;) {
      if (std::exchange(mailbox.state_changed, false)) change_waits = true;
      const BootTime now = clock.Now();
      // gRPC allows one write at a time. Changes during it wait, and the next state holds them all.
      may_send = !mailbox.writing && now >= NextSend();
      if (mailbox.desired || mailbox.broken || mailbox.stop || may_send || now >= give_up_at) break;
      // At most a second, because a timeout does not count the time in which the machine sleeps.
      mailbox.changed.WaitWithTimeout(
          &mailbox.mutex,
          std::clamp(std::min(mailbox.writing ? give_up_at : NextSend(), give_up_at) - now,
                     absl::Milliseconds(1), absl::Seconds(1)));
    }
    desired = std::exchange(mailbox.desired, std::nullopt);
    // A state that arrived before the stream broke is applied first: it may be the last for long.
    if (!desired && (mailbox.broken || mailbox.stop)) return false;
  }
  if (desired) {
    ApplyAnswer(*desired, end);
    return true;
  }
  if (may_send) {
    SendState(session);
    return true;
  }
  end.silent = true;
  return false;
}

void Agent::Impl::ApplyAnswer(const v1::DesiredState& desired, SessionEnd& end) {
  last_heard = clock.Now();
  if (!end.answered) {
    console.Line(fmt::format("coordinator {}: connected (cluster {})", access.address(),
                             desired.cluster_uuid().substr(0, 8)));
  }
  end.answered = true;
  connected = true;
  if (desired.has_state_interval()) {
    // The coordinator answers each state. Three of them fit into silence_max, so that one lost
    // answer does not look like silence.
    state_interval = std::clamp(absl::Seconds(desired.state_interval().seconds()) +
                                    absl::Nanoseconds(desired.state_interval().nanos()),
                                absl::Milliseconds(200), options.silence_max / 3);
  }
  if (!desired.certificate().empty()) {
    const absl::Status renewed = access.Renew(desired.certificate());
    if (!renewed.ok()) console.Line("certificate: " + std::string(renewed.message()));
  }
  delegate.Apply(desired);
}

void Agent::Impl::SendState(AgentSession& session) {
  v1::WorkerState state = delegate.CurrentState(++sequence);
  state.set_protocol_version(kProtocolVersion);
  state.set_sequence(sequence);
  last_sent = clock.Now();
  // A change that came while the state was collected is still noted in mailbox.state_changed, so it
  // is not lost here.
  change_waits = false;
  session.Send(std::move(state));
}

void Agent::Impl::Close(AgentSession& session) {
  // A polite end sends one last state, which shows that nothing is held any more, and lets the
  // coordinator end the stream. Its batches go to others at once, not after the silence limit.
  bool polite = false;
  BootTime until;
  {
    const absl::MutexLock lock(&mailbox.mutex);
    until = stop_by;
    polite = mailbox.stop && !mailbox.broken && connected;
    while (polite && mailbox.writing && !mailbox.broken && clock.Now() < until) {
      mailbox.changed.WaitWithTimeout(&mailbox.mutex, until - clock.Now());
    }
    polite = polite && !mailbox.writing && !mailbox.broken;
  }
  if (polite) {
    SendState(session);
    session.HalfClose();
    session.Release();
    if (AwaitDone(until)) return;
  }
  session.Cancel();
  session.Release();
  // gRPC uses the session until OnDone(), so it must not be destroyed before that. A cancelled call
  // always gets there.
  AwaitDone(BootTime::Never());
}

bool Agent::Impl::AwaitDone(BootTime until) {
  const absl::MutexLock lock(&mailbox.mutex);
  while (!mailbox.done && clock.Now() < until) {
    mailbox.changed.WaitWithTimeout(&mailbox.mutex,
                                    std::min(until - clock.Now(), absl::Seconds(1)));
  }
  return mailbox.done;
}

bool Agent::Impl::RejectedBy(const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::FAILED_PRECONDITION) return false;
  // One status code stands for both rejections. Only the message tells them apart, and the worker
  // exits in either case; the exit code differs.
  const bool protocol = absl::StrContains(status.error_message(), "protocol");
  delegate.Rejected(protocol ? Rejection::kProtocol : Rejection::kSuperseded,
                    status.error_message());
  return true;
}

void Agent::Impl::AwaitRetry(const SessionEnd& end) {
  // Spread by a quarter, so that fifty workers of a restarted coordinator do not come at once.
  const absl::Duration wait = backoff * absl::Uniform(random, 0.75, 1.25);
  std::string problem, cause;
  if (end.silent) {
    cause = "no answer";
  } else if (const std::string mismatch = access.Mismatch(); !mismatch.empty()) {
    problem = mismatch;
  } else if (IsRefusal(end.status.error_code())) {
    // The words are the coordinator's, or our own about a file.
    problem = OneLine(end.status.error_message());
    if (end.status.error_code() == grpc::StatusCode::UNAUTHENTICATED) problem += access.Advice();
  } else {
    cause = joining::DescribeProblem(end.status.error_message());
  }
  if (!cause.empty()) {
    problem = fmt::format("{} ({})", end.answered ? "connection lost" : "cannot connect", cause);
  }
  console.Line(fmt::format("coordinator {}: {}; retrying in {:.0f} s", access.address(), problem,
                           std::max(1.0, absl::ToDoubleSeconds(wait))));
  // Once in an outage, which may last for days.
  const std::string cure = joining::CureOfProblem(cause, access.address());
  if (!cure.empty() && cause != advised) console.Line("  " + cure);
  advised = cause;
  Pause(wait);
}

void Agent::Impl::Pause(absl::Duration wait) {
  const BootTime until = clock.Now() + wait;
  const absl::MutexLock lock(&mailbox.mutex);
  while (!mailbox.stop && clock.Now() < until) {
    mailbox.changed.WaitWithTimeout(&mailbox.mutex, until - clock.Now());
  }
}

}  // namespace motzkin::worker
