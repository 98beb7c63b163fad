#include "bench/load/rows_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "common/results/submit_results.h"

namespace motzkin::bench {
namespace {

constexpr size_t kWaitingMax = 5'000;

}  // namespace

RowsWriter::RowsWriter(bool relay, const std::string& address, int flushes)
    : always_relay_(relay),
      relay_(v1::WorkerService::NewStub(
          grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {
  for (int i = 0; i < flushes; ++i) threads_.emplace_back([this] { Run(); });
}

RowsWriter::~RowsWriter() { Stop(); }

void RowsWriter::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  threads_.clear();
}

void RowsWriter::Add(SimulatedWorker& worker, v1::Submission submission) {
  const absl::MutexLock lock(&mutex_);
  const auto room = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || waiting_.size() < kWaitingMax;
  };
  mutex_.Await(absl::Condition(&room));
  waiting_.push_back({&worker, std::move(submission)});
}

size_t RowsWriter::waiting() const {
  const absl::MutexLock lock(&mutex_);
  return waiting_.size();
}

int64_t RowsWriter::rows() const {
  const absl::MutexLock lock(&mutex_);
  return rows_;
}

int64_t RowsWriter::failures() const {
  const absl::MutexLock lock(&mutex_);
  return failures_;
}

bool RowsWriter::SendDirect(const SimulatedWorker& worker, const v1::Submission& submission) {
  std::unique_ptr<postgres::Connection> session;
  {
    const absl::MutexLock lock(&mutex_);
    if (const auto found = idle_.find(&worker); found != idle_.end()) {
      session = std::move(found->second);
      idle_.erase(found);
    }
  }
  if (session == nullptr) {
    auto opened = postgres::Connection::Open(worker.database());
    if (!opened.ok()) return false;
    session = *std::move(opened);
  }
  if (!SubmitResults(*session, submission).ok()) return false;
  const absl::MutexLock lock(&mutex_);
  idle_.emplace(&worker, std::move(session));
  return true;
}

bool RowsWriter::SendByRelay(const v1::Submission& submission) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::SubmitResultsRequest request;
  *request.mutable_submission() = submission;
  v1::SubmitResultsResponse response;
  return relay_->SubmitResults(&context, request, &response).ok();
}

void RowsWriter::Run() {
  for (;;) {
    Flush flush;
    {
      const absl::MutexLock lock(&mutex_);
      const auto ready = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !waiting_.empty();
      };
      mutex_.Await(absl::Condition(&ready));
      if (stopping_) return;
      flush = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const bool sent = always_relay_ || flush.worker->database().empty()
                          ? SendByRelay(flush.submission)
                          : SendDirect(*flush.worker, flush.submission);
    if (sent) flush.worker->Stored(flush.submission);
    const absl::MutexLock lock(&mutex_);
    (sent ? rows_ : failures_) += sent ? flush.submission.results_size() : 1;
    if (!sent) waiting_.push_back(std::move(flush));
  }
}

}  // namespace motzkin::bench
