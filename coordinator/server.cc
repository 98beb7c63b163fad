#include "coordinator/server.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/identity/private_file.h"
#include "coordinator/service/credentials.h"
#include "coordinator/service/peer.h"
#include "coordinator/store/role_uri.h"

namespace motzkin::coordinator {
namespace {

constexpr const char* kBuild = MOTZKIN_VERSION;
// This has room for 256 results of 64 kB with their integrands. Ordinary messages are a thousandth
// of it.
constexpr int kMessageBytesMax = 40 << 20;
constexpr absl::Duration kGuardInterval = absl::Seconds(5);
constexpr absl::Duration kDatabaseSizeInterval = absl::Seconds(30);
// Calls under way may end by themselves for this long.
constexpr absl::Duration kCallsGrace = absl::Seconds(2);
// The invite in --invite-file serves for as long as an invite can; each start makes a new one.
constexpr int kInviteFileUses = 1'000;
constexpr absl::Duration kInviteFileTime = absl::Hours(24 * 30);

// Both sides send keepalive pings. Without them a dead peer is noticed only after minutes (measured
// with gRPC 1.51). The server has to tolerate a shorter interval than workers use, or it ends their
// connections with GOAWAY too_many_pings.
void SetKeepalive(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1'000);
  // gRPC shares ports by default: two coordinators on one port would each get half of the workers.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

Server::Server(const Config& config, const Clock& clock,
               std::function<void(const absl::Status&)> on_fatal)
    : config_(config), clock_(clock), on_fatal_(std::move(on_fatal)) {}

Server::~Server() { Stop(); }

absl::Status Server::StartDatabase() {
  relay_conninfo_ = config_.postgres;
  if (config_.postgres.empty()) {
    ASSIGN_OR_RETURN(postgres_, PostgresKeeper::Start(PostgresOptionsOf(config_)));
    relay_conninfo_ = postgres_->OwnerConninfo();
    postgres_directory_ = postgres_->data_directory();
  }
  ASSIGN_OR_RETURN(store_, Store::Open(relay_conninfo_));
  const Login& reader = store_->reader_login();
  local_database_ = postgres_ != nullptr ? postgres_->Uri("", "") : config_.postgres;
  if (!reader.role.empty()) reader_uri_ = RoleUri(local_database_, reader.role, reader.password);
  if (config_.database_bytes_max > 0) {
    // Measure once here: with 0 bytes the first grants would go into a database that may be full.
    ASSIGN_OR_RETURN(database_bytes_, store_->figures().DatabaseBytes());
  }
  watcher_ = std::jthread([this] { WatchDatabase(); });
  return absl::OkStatus();
}

void Server::WatchDatabase() {
  BootTime measured_at = clock_.Now();
  while (!stopping_.WaitFor(kGuardInterval)) {
    const absl::StatusOr<std::vector<std::string>> guarded = store_->Guard();
    if (!guarded.ok()) spdlog::debug("guarding the database: {}", guarded.status().ToString());
    for (const std::string& what : guarded.value_or(std::vector<std::string>())) {
      spdlog::warn("{}", what);
      store_->AppendEvents({{"coordinator", what}}).IgnoreError();
    }
    if (config_.database_bytes_max == 0 || clock_.Now() - measured_at < kDatabaseSizeInterval)
      continue;
    measured_at = clock_.Now();
    const absl::StatusOr<int64_t> bytes = store_->figures().DatabaseBytes();
    if (bytes.ok()) database_bytes_ = *bytes;  // The last size stands while Postgres is away.
  }
}

absl::Status Server::Start() {
  RETURN_IF_ERROR(StartDatabase());
  RETURN_IF_ERROR(StartServices());
  return StartGrpc();
}

absl::Status Server::StartServices() {
  LoopOptions options;
  options.policy.sizer.buffer = config_.buffer;
  options.policy.stall = config_.stall;
  options.audits = {.negatives = config_.audit_negatives, .integrals = config_.audit_integrals};
  options.disk_guard = [this] { return DiskGuard(); };
  options.database_for = [this](const std::string& peer) { return DatabaseFor(peer); };
  options.on_fatal = on_fatal_;
  // The loop comes first: services and members refer to it. It starts last, at the end of this.
  loop_ = std::make_unique<SchedulerLoop>(*store_, jobs_, clock_, std::move(options));
  relay_ = std::make_unique<ResultRelay>(relay_conninfo_);
  RETURN_IF_ERROR(StartIdentity());
  worker_service_ = std::make_unique<WorkerServiceImpl>(*loop_, *relay_, *gatekeeper_);
  ClusterFacts facts;
  facts.build = kBuild;
  facts.data_directory = config_.data_directory;
  facts.reader_uri = reader_uri_;
  if (!facts.reader_uri.empty()) facts.psql = absl::StrCat("psql '", facts.reader_uri, "'");
  // A disk does not grow, so its reserve is computed once; its free space is measured at each call.
  facts.disk = [this] { return Disk(); };
  facts.disk_reserve_bytes = DiskReserve(Disk());
  if (members_ != nullptr) facts.waiting = [this] { return WaitingWorkers(*members_); };
  facts.revoke = [this](const std::string& worker) { return RevokeWorker(worker); };
  operator_service_ = std::make_unique<OperatorServiceImpl>(*store_, *loop_, std::move(facts));
  // The rules know all leases before the port opens and the first worker reports what it holds.
  return loop_->Start();
}

absl::Status Server::StartIdentity() {
  if (config_.insecure != identity::Insecure::kNo) {
    // A gatekeeper that asks nothing, and no members: JoinService does not exist on such a
    // coordinator.
    gatekeeper_ = std::make_unique<Gatekeeper>();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      Authority authority,
      Authority::Open(std::filesystem::path(config_.data_directory) / kIdentityFolder, clock_));
  authority_ = std::make_unique<Authority>(std::move(authority));
  gatekeeper_ = std::make_unique<Gatekeeper>(*authority_);
  members_ = std::make_unique<Members>(*store_, *loop_, *authority_, *gatekeeper_, clock_);
  // Before the port opens: a key that was revoked is never let in, not even for a moment.
  RETURN_IF_ERROR(members_->Start());
  ASSIGN_OR_RETURN(std::string local, authority_->LeaveLocalIdentity());
  join_service_ = std::make_unique<JoinServiceImpl>(*members_, std::move(local));
  member_service_ = std::make_unique<MemberServiceImpl>(*members_);
  return LeaveInvite();
}

absl::Status Server::LeaveInvite() {
  if (config_.invite_file.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const NewlyInvited invited,
                   members_->Invite({.uses = kInviteFileUses, .valid_for = kInviteFileTime}));
  return identity::WriteSecretFile(config_.invite_file, invited.text + "\n", 0640);
}

absl::Status Server::RevokeWorker(const std::string& worker_uuid) {
  if (members_ != nullptr) {
    // The certificate first. If closing the login fails, the worker's calls are refused all the
    // same, and the operator is told to try again.
    RETURN_IF_ERROR(
        members_->Revoke({.role = identity::Role::kWorker, .name = worker_uuid}).status());
  }
  return MemberStore(*store_).CloseWorkerLogin(worker_uuid);
}

absl::Status Server::StartGrpc() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(config_.listen,
                           authority_ == nullptr ? grpc::InsecureServerCredentials()
                                                 : TlsServerCredentials(*authority_, *gatekeeper_),
                           &port_);
  SetKeepalive(builder);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kMessageBytesMax);
  builder.RegisterService(worker_service_.get());
  builder.RegisterService(operator_service_.get());
  if (members_ != nullptr) {
    // Services are registered even if their callers need certificates: credentials, not the list of
    // services, decide who may call.
    builder.RegisterService(join_service_.get());
    builder.RegisterService(member_service_.get());
  }
  // If the address cannot be bound, gRPC returns no server, or a server with port 0.
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || port_ == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", config_.listen,
                                               ": the address is taken or not of this host"));
  }
  return absl::OkStatus();
}

void Server::Stop() {
  // The destructor and a signal may both come here; parts may be missing if Start() failed.
  if (std::exchange(stopped_, true)) return;
  // Each part stops before those that it uses. The loop goes first because it ends the streams,
  // which would otherwise stay open for all of the grace period.
  if (loop_ != nullptr) loop_->Stop();
  if (grpc_ != nullptr) {
    grpc_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kCallsGrace));
    grpc_->Wait();
  }
  if (operator_service_ != nullptr) operator_service_->Stop();
  if (member_service_ != nullptr) member_service_->Stop();
  if (join_service_ != nullptr) join_service_->Stop();
  if (relay_ != nullptr) relay_->Stop();
  grpc_.reset();
  if (!stopping_.HasBeenNotified()) stopping_.Notify();
  if (watcher_.joinable()) watcher_.join();
  store_.reset();
  if (postgres_ != nullptr) postgres_->Stop();
}

// A worker on another machine gets an address only with --advertise-postgres: the one by which we
// reach Postgres may be a socket or loopback.
std::string Server::DatabaseFor(const std::string& peer) const {
  return IsOnThisHost(peer) ? local_database_ : config_.advertise_postgres;
}

DiskSpace Server::Disk() const {
  // Signed: a database may be over its bound by what was under way.
  if (config_.database_bytes_max > 0) {
    const int64_t left = config_.database_bytes_max - database_bytes_;
    return {.free_bytes = std::max<int64_t>(left, 0), .total_bytes = config_.database_bytes_max};
  }
  if (postgres_directory_.empty()) return {};  // That database may be on another machine.
  return DiskSpaceOf(postgres_directory_).value_or(DiskSpace{});
}

int64_t Server::DiskReserve(const DiskSpace& disk) const {
  // With --database-max the owner chose the reserve already; 1 stops the grants at the bound.
  if (config_.database_bytes_max > 0) return 1;
  const double percent =
      static_cast<double>(disk.total_bytes) * config_.disk_free_percent_min / 100;
  return std::max(static_cast<int64_t>(percent), config_.disk_free_bytes_min);
}

std::string Server::DiskGuard() const {
  const DiskSpace disk = Disk();
  if (disk.total_bytes == 0 || disk.free_bytes >= DiskReserve(disk)) return "";
  if (config_.database_bytes_max > 0) {
    return fmt::format("the database has reached the {:.1f} GB that --database-max allows",
                       static_cast<double>(config_.database_bytes_max) / 1e9);
  }
  return fmt::format("the disk of {} has only {:.1f} GB free; work goes on above {:.1f} GB",
                     config_.data_directory, static_cast<double>(disk.free_bytes) / 1e9,
                     static_cast<double>(DiskReserve(disk)) / 1e9);
}

FirstScreen Server::Screen() {
  FirstScreen screen{.build = kBuild,
                     .host = ParseHostPort(config_.listen).value().host,
                     .port = port_,
                     .insecure = members_ == nullptr,
                     .data_directory = config_.data_directory,
                     .disk_free_bytes = Disk().free_bytes,
                     .functions_room = operator_service_->FunctionsRoom()};
  if (!reader_uri_.empty()) screen.psql = "motzkin psql";
  // The screen is a greeting: it is shown without the jobs if Postgres has gone away by now.
  const auto jobs = store_->Jobs();
  if (!jobs.ok()) return screen;
  screen.running_jobs =
      static_cast<int>(std::count_if(jobs->begin(), jobs->end(), [](const JobRecord& job) {
        return job.state == v1::JOB_STATE_RUNNING;
      }));
  return screen;
}

}  // namespace motzkin::coordinator
