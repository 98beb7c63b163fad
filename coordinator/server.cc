#include "coordinator/server.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "coordinator/role_uri.h"
#include "coordinator/service/credentials.h"

namespace motzkin::coordinator {
namespace {

constexpr const char* kBuild = MOTZKIN_VERSION;
// 256 results of 64 kB and their integrands; ordinary messages are a thousandth of it.
constexpr int kMessageBytesMax = 40 << 20;
constexpr absl::Duration kDatabaseSizeInterval = absl::Seconds(30);
// Calls under way get this long to end by themselves.
constexpr absl::Duration kCallsGrace = absl::Seconds(2);

// Keepalive on both sides, else a dead peer is noticed after minutes (measured with gRPC 1.51). The
// least interval allowed must be below what workers use, else they get GOAWAY too_many_pings.
void SetKeepalive(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1'000);
  // Two coordinators on one port would each get half of the workers.
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
  ChooseUris();
  if (config_.database_bytes_max == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(database_bytes_, store_->DatabaseBytes());
  size_watcher_ = std::jthread([this] { WatchDatabaseSize(); });
  return absl::OkStatus();
}

void Server::WatchDatabaseSize() {
  while (!stopping_.WaitFor(kDatabaseSizeInterval)) {
    const absl::StatusOr<int64_t> bytes = store_->DatabaseBytes();
    if (bytes.ok()) database_bytes_ = *bytes;  // Else the last one, until Postgres is back.
  }
}

// Without passwords (we may not create roles) there is no direct way: workers use the relay.
void Server::ChooseUris() {
  const RolePasswords& passwords = store_->passwords();
  const auto local = [this](const std::string& role, const std::string& password) {
    if (password.empty()) return std::string();
    return postgres_ != nullptr ? postgres_->Uri(role, password)
                                : RoleUri(config_.postgres, role, password);
  };
  reader_uri_ = local(passwords.reader_role, passwords.reader);
  local_worker_uri_ = local(passwords.worker_role, passwords.worker);
  if (!config_.advertise_postgres.empty() && !passwords.worker.empty()) {
    remote_worker_uri_ =
        RoleUri(config_.advertise_postgres, passwords.worker_role, passwords.worker);
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
  options.disk_guard = [this] { return DiskGuard(); };
  options.database_for = [this](const std::string& peer) { return DatabaseFor(peer); };
  options.on_fatal = on_fatal_;
  loop_ = std::make_unique<SchedulerLoop>(*store_, jobs_, clock_, std::move(options));
  relay_ = std::make_unique<ResultRelay>(relay_conninfo_);
  worker_service_ = std::make_unique<WorkerServiceImpl>(*loop_, *relay_);
  ClusterFacts facts;
  facts.build = kBuild;
  facts.data_directory = config_.data_directory;
  facts.reader_uri = reader_uri_;
  if (!facts.reader_uri.empty()) facts.psql = absl::StrCat("psql '", facts.reader_uri, "'");
  facts.disk = [this] { return Disk(); };
  facts.disk_reserve_bytes = DiskReserve(Disk());
  operator_service_ = std::make_unique<OperatorServiceImpl>(*store_, *loop_, std::move(facts));
  return loop_->Start();
}

absl::Status Server::StartGrpc() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(config_.listen, MakeServerCredentials(), &port_);
  SetKeepalive(builder);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kMessageBytesMax);
  builder.RegisterService(worker_service_.get());
  builder.RegisterService(operator_service_.get());
  grpc_ = builder.BuildAndStart();
  if (grpc_ == nullptr || port_ == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", config_.listen,
                                               ": the address is taken or not of this host"));
  }
  return absl::OkStatus();
}

void Server::Stop() {
  if (std::exchange(stopped_, true)) return;
  if (loop_ != nullptr) loop_->Stop();  // Ends the streams.
  if (grpc_ != nullptr) {
    grpc_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kCallsGrace));
    grpc_->Wait();
  }
  if (operator_service_ != nullptr) operator_service_->Stop();
  if (relay_ != nullptr) relay_->Stop();
  grpc_.reset();
  if (!stopping_.HasBeenNotified()) stopping_.Notify();
  if (size_watcher_.joinable()) size_watcher_.join();
  store_.reset();
  if (postgres_ != nullptr) postgres_->Stop();
}

std::string Server::DatabaseFor(const std::string& peer) const {
  const bool same_host = absl::StartsWith(peer, "ipv4:127.") || absl::StartsWith(peer, "unix:") ||
                         absl::StartsWith(peer, "ipv6:[::1]") ||
                         absl::StartsWith(peer, "ipv6:%5B::1%5D");
  return same_host ? local_worker_uri_ : remote_worker_uri_;
}

DiskSpace Server::Disk() const {
  if (config_.database_bytes_max > 0) {
    const int64_t left = config_.database_bytes_max - database_bytes_;
    return {.free_bytes = std::max<int64_t>(left, 0), .total_bytes = config_.database_bytes_max};
  }
  if (postgres_directory_.empty()) return {};  // The database may be on another machine.
  return DiskSpaceOf(postgres_directory_).value_or(DiskSpace{});
}

int64_t Server::DiskReserve(const DiskSpace& disk) const {
  if (config_.database_bytes_max > 0) return 1;  // The bound itself is the owner's reserve.
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
                     .data_directory = config_.data_directory,
                     .disk_free_bytes = Disk().free_bytes,
                     .functions_room = operator_service_->FunctionsRoom()};
  if (!reader_uri_.empty()) screen.psql = "motzkin psql";
  const auto jobs = store_->Jobs();
  if (!jobs.ok()) return screen;
  screen.running_jobs =
      static_cast<int>(std::count_if(jobs->begin(), jobs->end(), [](const JobRecord& job) {
        return job.phase == JobPhase::kRunning;
      }));
  return screen;
}

}  // namespace motzkin::coordinator
