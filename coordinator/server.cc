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
#include "common/base/uuid.h"
#include "common/identity/invite.h"
#include "common/identity/private_file.h"
#include "common/postgres/client_environment.h"
#include "common/process/descriptors.h"
#include "coordinator/page_listener.h"
#include "coordinator/service/call_watch.h"
#include "coordinator/service/credentials.h"
#include "coordinator/service/peer.h"
#include "coordinator/service/wire_bounds.h"
#include "coordinator/store/role_uri.h"

namespace motzkin::coordinator {
namespace {

constexpr const char* kBuild = MOTZKIN_VERSION;
constexpr absl::Duration kGuardInterval = absl::Seconds(5);
constexpr absl::Duration kDatabaseSizeInterval = absl::Seconds(30);
// Calls under way may end by themselves for this long.
constexpr absl::Duration kCallsGrace = absl::Seconds(2);
// The invite in --invite-file serves for as long as an invite can; each start makes a new one.
constexpr int kInviteFileUses = 1'000;
constexpr absl::Duration kInviteFileTime = absl::Hours(24 * 30);

// A peer that has connected says what it wants within this time. A Raspberry Pi that is busy needs a
// second for the handshakes of a whole home.
constexpr int kHandshakeMillis = 10'000;
// Calls of one connection at a time. A worker has two, `motzkin` one. Each may hold a message of
// kRequestBytesMax that is not whole yet. Connections ends those that keep neither bound.
constexpr int kCallsOfConnectionMax = 4;
// gRPC may keep so much for all connections together. Above it gRPC ends calls, of honest peers as
// well, so this is the last resort: the bounds of Connections keep attackers below it.
constexpr size_t kTransportBytesMax = size_t{160} << 20;

// Both sides send keepalive pings. Without them a dead peer is noticed only after minutes (measured
// with gRPC 1.51). The server has to tolerate a shorter interval than workers use, or it ends their
// connections with GOAWAY too_many_pings.
void SetKeepalive(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1'000);
}

// Bounds what one connection may cost. Their number is the business of Connections.
void SetBounds(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kRequestBytesMax);
  builder.SetMaxSendMessageSize(kAnswerBytesMax);
  // A compressed message may become a thousand times as long, and no peer of ours compresses.
  for (const grpc_compression_algorithm each : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(each, false);
  }
  grpc::ResourceQuota quota("coordinator");
  builder.SetResourceQuota(quota.Resize(kTransportBytesMax));
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kCallsOfConnectionMax);
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
  local_database_ =
      postgres_ != nullptr ? postgres_->Uri("", "") : postgres::UriOf(config_.postgres);
  // Another Postgres than the private one has certificates of its owner's, if any, and a URI with an
  // sslmode says what the owner wants.
  far_database_.uri = config_.advertise_postgres;
  if (postgres_ != nullptr && !postgres::KeywordsIn(far_database_.uri).contains("sslmode")) {
    far_database_.certificate = postgres_->certificate();
  }
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
  // The port comes first: a start that has to fail for it fails at once, and leaves no trace in the
  // database.
  RETURN_IF_ERROR(TakePort());
  RETURN_IF_ERROR(StartDatabase());
  RETURN_IF_ERROR(StartServices());
  RETURN_IF_ERROR(StartGrpc());
  if (page_ == nullptr) return absl::OkStatus();
  page_actions_ = std::make_unique<OperatorActions>(*store_, *loop_, *views_, ", on the page");
  page_->Start(
      {.views = *views_,
       .actions = *page_actions_,
       .password = *page_password_,
       // Without a reader's role the page reads rows as the owner does; it only ever selects.
       .conninfo = reader_uri_.empty() ? relay_conninfo_ : reader_uri_,
       .idle = config_.web_idle});
  return absl::OkStatus();
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
  facts.listen = absl::StrCat(ParseHostPort(config_.listen).value().host, ":", port_);
  if (!facts.reader_uri.empty()) facts.psql = absl::StrCat("psql '", facts.reader_uri, "'");
  // A disk does not grow, so its reserve is computed once; its free space is measured at each call.
  facts.disk = [this] { return Disk(); };
  facts.disk_reserve_bytes = DiskReserve(Disk());
  if (members_ != nullptr) {
    facts.waiting = [this] { return WaitingWorkers(*members_); };
    facts.approve = [this](
                        const auto& request,
                        const std::string& approver) -> absl::StatusOr<v1::ApproveWorkerResponse> {
      v1::ApproveWorkerResponse response;
      RETURN_IF_ERROR(members_->ApproveCode(request, approver, response));
      return response;
    };
  }
  facts.revoke = [this](const std::string& worker) { return RevokeWorker(worker); };
  page_password_ = std::make_unique<PagePassword>(*store_);
  RETURN_IF_ERROR(page_password_->Load());
  facts.set_page_password = [this](const std::string& password) {
    return page_password_->Set(password);
  };
  ASSIGN_OR_RETURN(page_, ListenForPage(config_, *page_password_, authority_.get()));
  if (page_ != nullptr) facts.page = page_->url();
  views_ = std::make_unique<OperatorViews>(*store_, *loop_, std::move(facts));
  operator_service_ = std::make_unique<OperatorServiceImpl>(*store_, *loop_, *views_);
  // The loop's start is an event, so nothing may fail after it that an owner causes. Callers wait from
  // here on until the rules know all leases.
  RETURN_IF_ERROR(listener_->Listen());
  return loop_->Start();
}

absl::Status Server::TakePort() {
  connections_ = std::make_unique<Connections>(BoundsFor(DescriptorLimit()), clock_);
  ASSIGN_OR_RETURN(listener_, Listener::Open(config_.listen, *connections_));
  port_ = listener_->port();
  return absl::OkStatus();
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
  join_service_ = std::make_unique<JoinServiceImpl>(*members_, std::move(local), kBuild);
  member_service_ = std::make_unique<MemberServiceImpl>(*members_);
  return LeaveInvite();
}

absl::Status Server::LeaveInvite() {
  if (config_.invite_file.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> before = identity::ReadSecretFile(config_.invite_file);
  ASSIGN_OR_RETURN(const NewlyInvited invited,
                   members_->Invite({.uses = kInviteFileUses, .valid_for = kInviteFileTime}));
  RETURN_IF_ERROR(identity::WriteSecretFile(config_.invite_file, invited.text + "\n", 0640));
  // The one of the start before would serve for a month more, though no worker finds it there.
  const auto replaced = identity::ReadInvite(before.value_or(""));
  if (replaced.ok()) members_->CancelBySecret(replaced->secret).IgnoreError();
  return absl::OkStatus();
}

absl::StatusOr<size_t> Server::RevokeWorker(const std::string& worker_uuid) {
  size_t keys = 0;
  if (members_ != nullptr) {
    // The certificate first. If closing the login fails, the worker's calls are refused all the
    // same, and the operator is told to try again.
    ASSIGN_OR_RETURN(keys,
                     members_->Revoke({.role = identity::Role::kWorker, .name = worker_uuid}));
  }
  // A text that is no UUID is a name that no worker has.
  if (!IsUuid(worker_uuid)) return keys;
  RETURN_IF_ERROR(MemberStore(*store_).CloseWorkerLogin(worker_uuid));
  return keys;
}

absl::Status Server::StartGrpc() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  auto acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      authority_ == nullptr ? grpc::InsecureServerCredentials()
                            : TlsServerCredentials(*authority_, *gatekeeper_, *connections_));
  SetKeepalive(builder);
  SetBounds(builder);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> watches;
  watches.push_back(std::make_unique<CallWatchFactory>(*gatekeeper_, *connections_));
  builder.experimental().SetInterceptorCreators(std::move(watches));
  builder.RegisterService(worker_service_.get());
  builder.RegisterService(operator_service_.get());
  if (members_ != nullptr) {
    // Services are registered even if their callers need certificates: credentials, not the list of
    // services, decide who may call.
    builder.RegisterService(join_service_.get());
    builder.RegisterService(member_service_.get());
  }
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr) return absl::UnavailableError("gRPC does not start");
  StartListening(std::move(acceptor));
  return absl::OkStatus();
}

void Server::StartListening(
    std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> connections_of_server) {
  listener_->Start(
      [acceptor = std::shared_ptr(std::move(connections_of_server))](UniqueFd connection) {
        grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters given;
        given.fd = connection.Release();  // Once the server is stopped, this closes it.
        acceptor->HandleNewConnection(&given);
      },
      [this](const std::string& words) {
        spdlog::warn("{}", words);
        loop_->RecordEventLater("coordinator", words);
      });
}

void Server::Stop() {
  // The destructor and a signal may both come here; parts may be missing if Start() failed.
  if (std::exchange(stopped_, true)) return;
  // Each part stops before those that it uses. The page asks all others. Then the loop goes, because
  // it ends the streams, which would otherwise stay open for all of the grace period.
  if (page_ != nullptr) page_->Stop();
  if (listener_ != nullptr) listener_->Stop();
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
WayToDatabase Server::DatabaseFor(const std::string& peer) const {
  return IsOnThisHost(peer) ? WayToDatabase{.uri = local_database_} : far_database_;
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
                     .functions_room = views_->FunctionsRoom()};
  if (page_ != nullptr) screen.page = page_->url();
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
