#include "coordinator/service/worker_service.h"

#include <absl/base/thread_annotations.h>
#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <optional>
#include <utility>

#include "common/base/status_macros.h"
#include "common/words/printable_message.h"
#include "coordinator/service/grpc_status.h"
#include "coordinator/service/raw_message.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// The one who makes a call, and whether he may speak for a worker.
class Speaker {
 public:
  Speaker(const Gatekeeper& gatekeeper, const grpc::CallbackServerContext& context)
      : gatekeeper_(gatekeeper), certificate_(gatekeeper.Caller(*context.auth_context())) {}

  absl::Status CheckSpeaksFor(const std::string& worker_uuid) const {
    if (!gatekeeper_.asks()) return absl::OkStatus();
    if (certificate_.has_value() && certificate_->holder.name == worker_uuid) {
      return absl::OkStatus();
    }
    return absl::PermissionDeniedError(
        absl::StrCat("worker_uuid must be that of the certificate, got ", worker_uuid));
  }
  // Returns a new certificate if it is time for one, else nothing.
  std::string Renewed() const {
    return certificate_.has_value() ? gatekeeper_.Renewed(*certificate_) : "";
  }

 private:
  const Gatekeeper& gatekeeper_;
  const std::optional<identity::Certificate> certificate_;
};

// The loop's handle on a reactor. The reactor ends when gRPC says that the call is over, and the
// loop lets go when it hears of that; the last of the two frees this.
class Link final : public WorkerLink {
 public:
  Link(Reactor* reactor, std::string peer, const Speaker& speaker)
      : peer_(std::move(peer)), speaker_(speaker), reactor_(reactor) {}

  absl::Status CheckSpeaksFor(const std::string& worker_uuid) const {
    return speaker_.CheckSpeaksFor(worker_uuid);
  }

  const std::string& peer() const override { return peer_; }

  void Send(v1::DesiredState desired) override {
    const absl::MutexLock lock(&mutex_);
    if (reactor_ == nullptr || end_.has_value()) return;
    // A stream has one new certificate, and says it in each state, as any of them may be lost.
    if (renewed_.empty()) renewed_ = speaker_.Renewed();
    desired.set_certificate(renewed_);
    waiting_ = std::move(desired);  // Replaces a state that gRPC has not begun to write.
    WriteNext();
  }

  void Finish(const absl::Status& status) override {
    const absl::MutexLock lock(&mutex_);
    if (end_.has_value()) return;  // The first reason for the end is the one that the worker hears.
    end_ = status;
    FinishIfIdle();
  }

  void OnWritten(bool ok) {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok && !end_.has_value()) end_ = absl::CancelledError("the stream broke");
    if (!end_.has_value()) WriteNext();
    FinishIfIdle();
  }

  // The call is over and the reactor is about to be deleted: never touch it again.
  void Detach() {
    const absl::MutexLock lock(&mutex_);
    reactor_ = nullptr;
  }

 private:
  // gRPC allows one write at a time.
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_ || !waiting_.has_value()) return;
    written_ = Serialize(*std::exchange(waiting_, std::nullopt));
    writing_ = true;
    reactor_->StartWrite(&written_);
  }

  // Finish() has to wait for the write under way and may be called only once.
  void FinishIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!end_.has_value() || writing_ || finished_ || reactor_ == nullptr) return;
    finished_ = true;
    reactor_->Finish(ToGrpc(*end_));
  }

  const std::string peer_;
  const Speaker speaker_;
  absl::Mutex mutex_;
  std::string renewed_ ABSL_GUARDED_BY(mutex_);
  Reactor* reactor_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::DesiredState> waiting_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  // gRPC reads this outside the mutex while writing_ is true, and nothing changes it meanwhile.
  grpc::ByteBuffer written_;
};

// One stream of one worker. gRPC calls the On... functions: OnReadDone and OnWriteDone possibly at
// the same time, and OnDone last. It expects the reactor to delete itself in OnDone.
class SynchronizeReactor final : public Reactor {
 public:
  SynchronizeReactor(SchedulerLoop& loop, std::string peer, const Speaker& speaker)
      : loop_(loop), link_(std::make_shared<Link>(this, std::move(peer), speaker)) {
    StartRead(&incoming_);  // gRPC holds it back until Synchronize() has returned the reactor.
  }

  void OnReadDone(bool ok) override {
    // The worker has closed its side of the stream, or is gone.
    if (!ok) return link_->Finish(absl::OkStatus());
    v1::WorkerState state;
    const absl::Status taken = Take(state);
    if (!taken.ok()) return link_->Finish(taken);
    // Reading goes on without waiting for the loop, which keeps only the newest state.
    loop_.Report(link_, std::move(state));
    incoming_.Clear();
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override { link_->OnWritten(ok); }

  void OnCancel() override { link_->Finish(absl::CancelledError("the worker is gone")); }

  void OnDone() override {
    link_->Detach();
    loop_.StreamEnded(link_);
    delete this;
  }

 private:
  // Reads the state that came, and checks it.
  absl::Status Take(v1::WorkerState& state) {
    RETURN_IF_ERROR(Parse(incoming_, state));
    // From here on no text of a worker can forge a line of a log or move a cursor.
    MakePrintable(state);
    RETURN_IF_ERROR(Validate(state));
    RETURN_IF_ERROR(link_->CheckSpeaksFor(state.worker_uuid()));
    // When a stream ends, the loop lets go of one worker. One that spoke for two would leave the
    // other with a dead link.
    if (worker_uuid_.empty()) worker_uuid_ = state.worker_uuid();
    if (state.worker_uuid() == worker_uuid_) return absl::OkStatus();
    return absl::InvalidArgumentError("worker_uuid must be the same in all states of a stream");
  }

  SchedulerLoop& loop_;
  grpc::ByteBuffer incoming_;
  std::string worker_uuid_;  // that of the stream's first state
  const std::shared_ptr<Link> link_;
};

}  // namespace

Reactor* WorkerServiceImpl::Synchronize(grpc::CallbackServerContext* context) {
  return new SynchronizeReactor(loop_, context->peer(), Speaker(gatekeeper_, *context));
}

grpc::ServerUnaryReactor* WorkerServiceImpl::SubmitResults(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  v1::SubmitResultsRequest parsed;
  absl::Status valid = Parse(*request, parsed);
  v1::Submission submission = std::move(*parsed.mutable_submission());
  MakePrintable(submission);
  valid.Update(Validate(submission));
  valid.Update(Speaker(gatekeeper_, *context).CheckSpeaksFor(submission.worker_uuid()));
  if (!valid.ok()) {
    reactor->Finish(ToGrpc(valid));
    return reactor;
  }
  // The reactor and the response live until Finish().
  relay_.Submit(std::move(submission), [reactor, response](const ResultRelay::Statuses& statuses) {
    v1::SubmitResultsResponse answer;
    if (statuses.ok()) answer.mutable_statuses()->Add(statuses->begin(), statuses->end());
    *response = Serialize(answer);
    reactor->Finish(ToGrpc(statuses.status()));
  });
  return reactor;
}

}  // namespace motzkin::coordinator
