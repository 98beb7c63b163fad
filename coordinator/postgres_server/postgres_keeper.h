// Keeps the private Postgres running: starts it, starts it again if it ends by itself, and stops
// it.
//
// All servers are started on one thread of this object, because the kernel ends a server when the
// thread that started it ends. A server that is started again has the socket and the port of the
// first, so its clients only have to connect again.
//
// Thread-safe. Stop() blocks until the server has ended, and is idempotent.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>

#include <memory>
#include <string>
#include <thread>

#include "common/base/timed_wait.h"
#include "coordinator/postgres_server/embedded_postgres.h"

namespace motzkin::coordinator {

class PostgresKeeper {
 public:
  // Returns once the server takes connections. The errors are those of EmbeddedPostgres::Start.
  static absl::StatusOr<std::unique_ptr<PostgresKeeper>> Start(EmbeddedPostgresOptions options);
  ~PostgresKeeper();

  void Stop();

  // See EmbeddedPostgres. The answers are the same for every server that this starts, except pid().
  std::string OwnerConninfo() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string Uri(const std::string& role, const std::string& password) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  std::string data_directory() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::string certificate() const ABSL_LOCKS_EXCLUDED(mutex_);
  int pid() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit PostgresKeeper(EmbeddedPostgresOptions options);
  void Run(EmbeddedPostgresOptions options);
  void Watch(const EmbeddedPostgresOptions& options);

  mutable absl::Mutex mutex_;
  std::unique_ptr<EmbeddedPostgres> server_ ABSL_GUARDED_BY(mutex_);
  absl::Status start_status_;  // written before started_ is notified, and only read after it
  absl::Notification started_;
  Notification stopping_;
  std::jthread thread_;  // Last, so it is joined before anything it uses goes away.
};

}  // namespace motzkin::coordinator
