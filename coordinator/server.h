// The coordinator as one object: database, rules and gRPC server, built and taken down in order.
//
// Thread-compatible. Stop() ends streams and calls, then the private Postgres; it is idempotent and
// harmless without Start().
#pragma once

#include <absl/status/status.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/base/clock.h"
#include "common/base/timed_wait.h"
#include "coordinator/config.h"
#include "coordinator/first_screen.h"
#include "coordinator/postgres_server/embedded_postgres.h"
#include "coordinator/postgres_server/postgres_keeper.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/result_relay.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/service/worker_service.h"
#include "coordinator/store/store.h"

namespace grpc {
class Server;
}

namespace motzkin::coordinator {

class Server {
 public:
  // `on_fatal` is called at most once, from any thread, when the coordinator may not go on.
  Server(const Config& config, const Clock& clock,
         std::function<void(const absl::Status&)> on_fatal);
  ~Server();

  // Postgres and the store alone. Their errors.
  absl::Status StartDatabase();
  // StartDatabase() and everything else. UNAVAILABLE: the address is taken.
  absl::Status Start();
  void Stop();

  // After StartDatabase(): a read-only way in; empty when there is no reader's role.
  const std::string& reader_uri() const { return reader_uri_; }
  // After Start().
  FirstScreen Screen();
  int port() const { return port_; }

 private:
  absl::Status StartServices();
  absl::Status StartGrpc();
  std::string DiskGuard() const;
  DiskSpace Disk() const;
  int64_t DiskReserve(const DiskSpace& disk) const;
  // Looks at the size of a bounded database now and then, so that nobody waits for it.
  void WatchDatabaseSize();
  std::string DatabaseFor(const std::string& peer) const;
  void ChooseUris();

  const Config config_;
  const Clock& clock_;
  const std::function<void(const absl::Status&)> on_fatal_;
  int port_ = 0;
  std::unique_ptr<PostgresKeeper> postgres_;  // The private one; null with --postgres.
  std::string postgres_directory_;            // Empty: not a private one.
  std::atomic<int64_t> database_bytes_ = 0;   // Of a bounded one.
  std::string relay_conninfo_;
  std::string reader_uri_;
  std::string local_worker_uri_;
  std::string remote_worker_uri_;
  std::unique_ptr<Store> store_;
  JobDirectory jobs_;
  std::unique_ptr<SchedulerLoop> loop_;
  std::unique_ptr<ResultRelay> relay_;
  std::unique_ptr<WorkerServiceImpl> worker_service_;
  std::unique_ptr<OperatorServiceImpl> operator_service_;
  std::unique_ptr<grpc::Server> grpc_;
  bool stopped_ = false;
  Notification stopping_;
  std::jthread size_watcher_;  // Last, so it is joined before what it uses goes away.
};

}  // namespace motzkin::coordinator
