#include "bench/load/rows_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "common/results/submit_results.h"

namespace motzkin::bench {
namespace {

constexpr size_t kWaitingMax = 5'000;

}  // namespace

RowsWriter::RowsWriter(const std::string& database, const std::string& address, int connections)
    : database_(database),
      relay_(v1::WorkerService::NewStub(
          grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {
  for (int i = 0; i < connections; ++i) threads_.emplace_back([this] { Run(); });
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

bool RowsWriter::SendDirect(std::unique_ptr<postgres::Connection>& connection,
                            const v1::Submission& submission) {
  if (connection == nullptr) {
    auto opened = postgres::Connection::Open(database_);
    if (!opened.ok()) return false;
    connection = *std::move(opened);
  }
  const auto statuses = SubmitResults(*connection, submission);
  if (!statuses.ok()) connection.reset();
  return statuses.ok();
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
  std::unique_ptr<postgres::Connection> connection;
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
    const bool sent = database_.empty() ? SendByRelay(flush.submission)
                                        : SendDirect(connection, flush.submission);
    if (sent) flush.worker->Stored(flush.submission);
    const absl::MutexLock lock(&mutex_);
    (sent ? rows_ : failures_) += sent ? flush.submission.results_size() : 1;
    if (!sent) waiting_.push_back(std::move(flush));
  }
}

}  // namespace motzkin::bench
