// The coordinator as one object: it builds database, rules and gRPC server in order, and takes them
// down in reverse.
//
// Thread-compatible. Stop() ends streams and calls, then the private Postgres; it is idempotent and
// harmless without Start().
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

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
#include "coordinator/service/connections.h"
#include "coordinator/service/join_service.h"
#include "coordinator/service/listener.h"
#include "coordinator/service/members.h"
#include "coordinator/service/operator_service.h"
#include "coordinator/service/page_password.h"
#include "coordinator/service/result_relay.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/service/worker_service.h"
#include "coordinator/store/store.h"
#include "coordinator/web/web_server.h"

namespace grpc {
class Server;
namespace experimental {
class ExternalConnectionAcceptor;
}
}  // namespace grpc

namespace motzkin::coordinator {

class Server {
 public:
  // Calls `on_fatal` at most once, from any thread, when the coordinator may not go on. `clock`
  // must outlive this.
  Server(const Config& config, const Clock& clock,
         std::function<void(const absl::Status&)> on_fatal);
  ~Server();

  // Starts Postgres and opens the store, and nothing else. The errors are those of
  // EmbeddedPostgres::Start and Store::Open.
  absl::Status StartDatabase();
  // Calls StartDatabase() and starts everything else. UNAVAILABLE: the address is taken.
  absl::Status Start();
  void Stop();

  // A URI that opens the database read-only, once StartDatabase() has returned; empty if there is
  // no reader's role.
  const std::string& reader_uri() const { return reader_uri_; }
  // Valid after Start().
  FirstScreen Screen();
  int port() const { return port_; }

 private:
  // UNAVAILABLE: the port is taken.
  absl::Status TakePort();
  absl::Status StartServices();
  // Makes what decides who may call: the authority, the gatekeeper, and the services for members.
  absl::Status StartIdentity();
  // Opens the port of the page, unless there is to be none. UNAVAILABLE: the address that was asked
  // for is taken. INVALID_ARGUMENT: other machines are to reach a page without a password.
  absl::Status StartGrpc();
  // Lets connections in, to the server that StartGrpc() has built.
  void StartListening(
      std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections_of_server);
  // Keeps an invite for workers in --invite-file.
  absl::Status LeaveInvite();
  // Refuses a worker from now on, and ends its sessions of the database. Returns how many keys it had.
  absl::StatusOr<size_t> RevokeWorker(const std::string& worker_uuid);
  // Says why the disk is too full to grant work; empty if it is not.
  std::string DiskGuard() const;
  // The space for the database: of its disk, or below --database-max. Zeros if it is not known.
  DiskSpace Disk() const;
  // The bytes that must stay free for work to be granted.
  int64_t DiskReserve(const DiskSpace& disk) const;
  // Keeps other roles within their bounds (Store::Guard()) and measures a bounded database, so that
  // no grant and no `motzkin status` waits for that.
  void WatchDatabase();
  // The way, without a login, by which a worker reaches Postgres directly. `peer` is gRPC's name of
  // the worker's address.
  WayToDatabase DatabaseFor(const std::string& peer) const;

  const Config config_;
  const Clock& clock_;
  const std::function<void(const absl::Status&)> on_fatal_;
  int port_ = 0;
  std::unique_ptr<PostgresKeeper> postgres_;  // null with --postgres
  std::string postgres_directory_;            // empty with --postgres
  std::atomic<int64_t> database_bytes_ = 0;   // measured only with --database-max
  std::string relay_conninfo_;
  // The URI by which programs on this host reach the database, without a login.
  std::string local_database_;
  WayToDatabase far_database_;  // the way of programs on other hosts, without a login, too
  std::string reader_uri_;
  std::unique_ptr<Store> store_;
  JobDirectory jobs_;
  std::unique_ptr<SchedulerLoop> loop_;
  std::unique_ptr<ResultRelay> relay_;
  std::unique_ptr<Authority> authority_;  // null with --insecure
  std::unique_ptr<Gatekeeper> gatekeeper_;
  std::unique_ptr<Members> members_;  // The next three are null with --insecure, too.
  std::unique_ptr<JoinServiceImpl> join_service_;
  std::unique_ptr<MemberServiceImpl> member_service_;
  std::unique_ptr<WorkerServiceImpl> worker_service_;
  std::unique_ptr<PagePassword> page_password_;
  std::unique_ptr<OperatorViews> views_;
  std::unique_ptr<OperatorServiceImpl> operator_service_;
  std::unique_ptr<OperatorActions> page_actions_;
  std::unique_ptr<web::WebServer> page_;  // null with --web off
  std::unique_ptr<Connections> connections_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<Listener> listener_;
  bool stopped_ = false;
  Notification stopping_;
  std::jthread watcher_;  // Last, so it is joined before what it uses goes away.
};

}  // namespace motzkin::coordinator
