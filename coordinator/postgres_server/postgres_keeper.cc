#include "coordinator/postgres_server/postgres_keeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "common/base/status_macros.h"

namespace motzkin::coordinator {
namespace {

// Workers and the store retry meanwhile, so a dead server costs a second of delay.
constexpr absl::Duration kCheckInterval = absl::Seconds(1);
// A server that does not start, on a full disk say, is tried less and less often.
constexpr absl::Duration kRetryMax = absl::Minutes(1);

}  // namespace

absl::StatusOr<std::unique_ptr<PostgresKeeper>> PostgresKeeper::Start(
    EmbeddedPostgresOptions options) {
  std::unique_ptr<PostgresKeeper> keeper(new PostgresKeeper(std::move(options)));
  // If the start failed, the thread has ended, and the destructor joins it.
  keeper->started_.WaitForNotification();
  RETURN_IF_ERROR(keeper->start_status_);
  return keeper;
}

PostgresKeeper::PostgresKeeper(EmbeddedPostgresOptions options)
    : thread_([this, options = std::move(options)] { Run(options); }) {}

PostgresKeeper::~PostgresKeeper() { Stop(); }

void PostgresKeeper::Stop() {
  if (!stopping_.HasBeenNotified()) stopping_.Notify();
  if (thread_.joinable()) thread_.join();
}

void PostgresKeeper::Run(EmbeddedPostgresOptions options) {
  auto first = EmbeddedPostgres::Start(options);
  start_status_ = first.status();
  if (first.ok()) {
    const absl::MutexLock lock(&mutex_);
    // Pin the port: workers and readers hold URIs that name it. A later server waits for it rather
    // than take another one.
    options.port = (*first)->port();
    options.socket_directory = (*first)->socket_directory();
    server_ = *std::move(first);
  }
  // From here on Start() may read what was written above.
  started_.Notify();
  if (!start_status_.ok()) return;
  Watch(options);
  const absl::MutexLock lock(&mutex_);
  server_->Stop();
  // It was pinned, so no server removed it.
  if (options.socket_directory == server_->data_directory()) return;
  std::error_code ignored;
  std::filesystem::remove_all(options.socket_directory, ignored);
}

void PostgresKeeper::Watch(const EmbeddedPostgresOptions& options) {
  absl::Duration wait = kCheckInterval;
  while (!stopping_.WaitFor(wait)) {
    {
      // Running() also frees the directory's lock once the server is dead, which Start() needs.
      const absl::MutexLock lock(&mutex_);
      if (server_->Running()) continue;
    }
    spdlog::error("Postgres ended by itself; starting it again");
    // Recovery may take minutes, so the mutex is not held. The dead server stays in its place and
    // still answers where it was, which is where the next one will be.
    auto another = EmbeddedPostgres::Start(options);
    if (!another.ok()) {
      wait = std::min(wait * 2, kRetryMax);
      spdlog::error("Postgres did not start: {}; trying again in {}",
                    std::string(another.status().message()), absl::FormatDuration(wait));
      continue;
    }
    const absl::MutexLock lock(&mutex_);
    server_ = *std::move(another);
    wait = kCheckInterval;
  }
}

std::string PostgresKeeper::OwnerConninfo() const {
  const absl::MutexLock lock(&mutex_);
  return server_->OwnerConninfo();
}

std::string PostgresKeeper::Uri(const std::string& role, const std::string& password) const {
  const absl::MutexLock lock(&mutex_);
  return server_->Uri(role, password);
}

std::string PostgresKeeper::data_directory() const {
  const absl::MutexLock lock(&mutex_);
  return server_->data_directory();
}

std::string PostgresKeeper::certificate() const {
  const absl::MutexLock lock(&mutex_);
  return server_->certificate();
}

int PostgresKeeper::pid() const {
  const absl::MutexLock lock(&mutex_);
  return server_->pid();
}

}  // namespace motzkin::coordinator
