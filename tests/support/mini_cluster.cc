#include "tests/support/mini_cluster.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/job_spec/job_spec.h"
#include "motzkin/v1/operator_service.grpc.pb.h"
#include "tests/support/brake.h"
#include "tests/support/local_credentials.h"
#include "tests/support/wait_for.h"

namespace motzkin::test {
namespace {

// Returns a port that was free a moment ago. Children are told its number, so it cannot stay bound
// here.
int FreePort() {
  const UniqueFd socket_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  MOTZKIN_CHECK(socket_fd.valid());
  MOTZKIN_CHECK(bind(socket_fd.get(), any, size) == 0);
  MOTZKIN_CHECK(getsockname(socket_fd.get(), any, &size) == 0);
  return ntohs(address.sin_port);
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Stat {
  pid_t parent = 0;
  char state = '?';
  uint64_t start_time = 0;
};

std::optional<Stat> ReadStat(pid_t pid) {
  const std::string text = ReadFile(fmt::format("/proc/{}/stat", pid));
  const size_t end_of_name = text.rfind(')');  // the name may hold anything
  if (end_of_name == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(end_of_name + 1));
  Stat stat;
  fields >> stat.state >> stat.parent;
  std::string skipped;
  // The start time is field 22 of proc(5).
  for (int field = 5; field < 22; ++field) fields >> skipped;
  fields >> stat.start_time;
  return stat;
}

ChildProcess Spawn(const std::vector<std::string>& argv, const std::filesystem::path& log,
                   Stream output = Stream::kNull) {
  SpawnOptions options;
  options.environment = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/tmp",
                         "LANG=C.UTF-8"};
  options.input = Stream::kNull;
  options.output = output;
  options.error = Stream::kFile;
  options.error_file = log.string();
  auto child = ChildProcess::Spawn(argv, options);
  MOTZKIN_CHECK(child.ok());
  return *std::move(child);
}

std::string Binary(const std::string& name) { return std::string(MOTZKIN_BIN_DIR) + "/" + name; }

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
}

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

}  // namespace

struct MiniCluster::Stub {
  std::unique_ptr<v1::OperatorService::Stub> operator_service;
};

std::set<ProcessId> ProcessTree(pid_t root) {
  std::map<pid_t, Stat> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t pid = static_cast<pid_t>(strtol(entry.path().filename().c_str(), nullptr, 10));
    if (pid <= 0) continue;
    if (const auto stat = ReadStat(pid)) all[pid] = *stat;
  }
  std::set<ProcessId> tree;
  for (const auto& [pid, stat] : all) {
    // Each process climbs to its ancestors until it meets the root.
    for (pid_t at = pid; at > 1 && all.contains(at); at = all[at].parent) {
      if (at != root) continue;
      tree.insert({pid, stat.start_time});
      break;
    }
  }
  return tree;
}

bool IsAlive(const ProcessId& process) {
  const auto stat = ReadStat(process.pid);
  return stat && stat->start_time == process.start_time && stat->state != 'Z' && stat->state != 'X';
}

MiniCluster::MiniCluster() : port_(FreePort()), stub_(std::make_unique<Stub>()) {
  // If we are root, Postgres runs as another user, who must be able to enter.
  MOTZKIN_CHECK(chmod(directory_.path().c_str(), 0755) == 0);
}

absl::Status MiniCluster::Connect() {
  if (stub_->operator_service != nullptr) return absl::OkStatus();
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!plain_text_) {
    ASSIGN_OR_RETURN(credentials, LocalCredentials(address()));
  }
  grpc::ChannelArguments arguments;
  // Coordinators are killed and started again, and a test should not wait for gRPC to notice.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  stub_->operator_service =
      v1::OperatorService::NewStub(grpc::CreateCustomChannel(address(), credentials, arguments));
  return absl::OkStatus();
}

MiniCluster::~MiniCluster() {
  workers_.clear();
  if (!coordinator_) return;
  const std::set<ProcessId> tree = ProcessTree(coordinator_->pid());
  // The tree is read before the stop, because orphans of a killed coordinator have another parent.
  StopCoordinator();
  for (const ProcessId& process : tree) {
    if (IsAlive(process)) kill(process.pid, SIGKILL);
  }
}

std::string MiniCluster::address() const { return fmt::format("127.0.0.1:{}", port_); }

void MiniCluster::StartCoordinator(const std::vector<std::string>& flags, double share) {
  coordinator_.reset();
  stub_->operator_service.reset();  // The next one may have another key.
  std::vector<std::string> argv = {Binary("coordinator"),
                                   "--listen",
                                   address(),
                                   "--data-dir",
                                   DataDirectory().string(),
                                   "--disk-free-percent-min",
                                   "0",
                                   "--disk-free-min",
                                   "1MB",
                                   "--insecure",
                                   PlainText()};
  argv.insert(argv.end(), flags.begin(), flags.end());
  coordinator_ = Spawn(argv, directory() / "coordinator.log");
  std::optional<Brake> brake;
  if (share < 1) brake.emplace(coordinator_->pid(), share);
  const bool answers = WaitFor([this] { return ListWorkers().ok(); }, absl::Minutes(2) / share);
  if (!answers) fmt::print(stderr, "{}\n", CoordinatorLog());
  MOTZKIN_CHECK(answers);
}

void MiniCluster::KillCoordinator() {
  // Kills the process alone, since its Postgres must survive.
  coordinator_->Signal(SIGKILL);
  MOTZKIN_CHECK(coordinator_->Wait(Deadline::After(absl::Seconds(30))).ok());
}

void MiniCluster::DestroyCoordinator() {
  const std::set<ProcessId> tree = ProcessTree(coordinator_->pid());
  for (const ProcessId& process : tree) kill(process.pid, SIGKILL);
  coordinator_.reset();
  for (const ProcessId& process : tree) {
    MOTZKIN_CHECK(WaitFor([&] { return !IsAlive(process); }));
  }
  std::filesystem::remove_all(DataDirectory());
}

ExitStatus MiniCluster::RunMotzkin(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {Binary("motzkin"), "--coordinator", address(), "--insecure",
                                   PlainText()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const std::filesystem::path log = directory() / "motzkin.log";
  ChildProcess motzkin = Spawn(argv, log, Stream::kPipe);
  const Deadline deadline = Deadline::After(absl::Minutes(5));
  const auto printed = ReadAll(motzkin.output().get(), 1 << 20, deadline);
  MOTZKIN_CHECK(printed.ok());
  std::ofstream(log, std::ios::app) << *printed;
  const auto ended = motzkin.Wait(deadline);
  MOTZKIN_CHECK(ended.ok());
  return *ended;
}

std::string MiniCluster::MotzkinLog() const { return ReadFile(directory() / "motzkin.log"); }

ExitStatus MiniCluster::StopCoordinator() {
  coordinator_->Signal(SIGTERM);
  const auto ended = coordinator_->Wait(Deadline::After(absl::Minutes(1)));
  coordinator_.reset();
  return ended.value_or(ExitStatus{.code = -1, .signal = 0, .cpu = absl::ZeroDuration()});
}

std::string MiniCluster::WriteScript(const std::string& name,
                                     const std::vector<std::string>& arguments) {
  const std::filesystem::path path = directory() / (name + ".integrator");
  std::string line = std::string("#!/bin/sh\nexec ") + MOTZKIN_SCRIPTED_INTEGRATOR;
  for (const std::string& argument : arguments) line += " '" + argument + "'";
  std::ofstream(path) << line << " -- \"$@\"\n";
  MOTZKIN_CHECK(chmod(path.c_str(), 0755) == 0);
  return path.string();
}

void MiniCluster::StartWorkerOn(const std::string& state_of, const std::string& name,
                                const WorkerSettings& settings) {
  const std::string integrator =
      settings.script.empty() ? Binary("integrator") : WriteScript(name, settings.script);
  const std::vector<std::string> argv = {
      Binary("worker"), "--connect", settings.connect.empty() ? address() : settings.connect,
      "--insecure", PlainText(), "--name", name, "--slots", fmt::format("{}", settings.slots),
      "--calibrate", settings.calibrate ? "true" : "false", "--idle-priority",
      settings.idle_priority ? "true" : "false",
      // A test should not depend on the machine that runs it.
      "--max-temp", "0", "--on-battery", "work", "--engines", settings.engines, "--integrator",
      integrator, "--state-dir", WorkerDirectory(state_of).string(), "--acknowledgement-log",
      (directory() / (name + ".acknowledged")).string()};
  workers_.erase(name);
  workers_.emplace(name, Spawn(argv, directory() / (name + ".log")));
}

void MiniCluster::KillWorker(const std::string& name) {
  SignalWorker(name, SIGKILL);
  AwaitWorker(name);
}

void MiniCluster::SignalWorker(const std::string& name, int signal) {
  workers_.at(name).Signal(signal);
}

ExitStatus MiniCluster::AwaitWorker(const std::string& name, absl::Duration timeout) {
  const auto ended = workers_.at(name).Wait(Deadline::After(timeout));
  if (!ended.ok()) fmt::print(stderr, "{}\n", WorkerLog(name));
  MOTZKIN_CHECK(ended.ok());
  return *ended;
}

bool MiniCluster::WorkerRuns(const std::string& name) {
  return !workers_.at(name).Wait(Deadline::After(absl::ZeroDuration())).ok();
}

pid_t MiniCluster::WorkerPid(const std::string& name) const { return workers_.at(name).pid(); }

std::filesystem::path MiniCluster::WorkerDirectory(const std::string& name) const {
  return directory() / ("worker-" + name);
}

std::string MiniCluster::WorkerLog(const std::string& name) const {
  return ReadFile(directory() / (name + ".log"));
}

std::string MiniCluster::CoordinatorLog() const {
  return ReadFile(directory() / "coordinator.log");
}

std::vector<std::string> MiniCluster::AcknowledgedRows(const std::string& name) const {
  std::ifstream file(directory() / (name + ".acknowledged"));
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(line);
  return rows;
}

v1::Job MiniCluster::StartJob(const v1::JobSpec& spec) {
  MOTZKIN_CHECK(Connect().ok());
  grpc::ClientContext context;
  SetDeadline(context);
  v1::StartJobRequest request;
  // Ids differ between clusters, because their ports do.
  request.set_request_id("0b2f7a5e-6c1d-4e3f-8a9b-" +
                         fmt::format("{:012}", port_ * 1000 + ++jobs_started_));
  *request.mutable_spec() = spec;
  v1::StartJobResponse response;
  const grpc::Status status = stub_->operator_service->StartJob(&context, request, &response);
  if (!status.ok()) fmt::print(stderr, "StartJob: {}\n", status.error_message());
  MOTZKIN_CHECK(status.ok());
  return response.job();
}

absl::StatusOr<v1::Job> MiniCluster::ControlJob(const std::string& job,
                                                v1::ControlJobRequest::Verb verb) {
  RETURN_IF_ERROR(Connect());
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ControlJobRequest request;
  request.set_job(job);
  request.set_verb(verb);
  v1::ControlJobResponse response;
  const grpc::Status status = stub_->operator_service->ControlJob(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  return response.job();
}

absl::StatusOr<v1::Job> MiniCluster::FindJob(const std::string& name) {
  RETURN_IF_ERROR(Connect());
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ListJobsResponse response;
  const grpc::Status status = stub_->operator_service->ListJobs(&context, {}, &response);
  if (!status.ok()) return ToStatus(status);
  for (const v1::Job& job : response.jobs()) {
    if (job.spec().name() == name) return job;
  }
  return absl::NotFoundError("job " + name);
}

absl::StatusOr<std::vector<v1::Worker>> MiniCluster::ListWorkers() {
  RETURN_IF_ERROR(Connect());
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ListWorkersResponse response;
  const grpc::Status status = stub_->operator_service->ListWorkers(&context, {}, &response);
  if (!status.ok()) return ToStatus(status);
  return std::vector<v1::Worker>(response.workers().begin(), response.workers().end());
}

absl::StatusOr<postgres::Rows> MiniCluster::Query(const std::string& sql) {
  RETURN_IF_ERROR(Connect());
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetStatusResponse response;
  const grpc::Status status = stub_->operator_service->GetStatus(&context, {}, &response);
  if (!status.ok()) return ToStatus(status);
  // The URI is asked for each time, because it may change when the coordinator starts again.
  auto connection = postgres::Connection::Open(response.reader_uri());
  if (!connection.ok()) return connection.status();
  return (*connection)->Execute(sql);
}

v1::JobSpec SmallJob(const std::string& name, int64_t target) {
  v1::JobSpec spec = JobFromPreset("lample-charton").value();
  spec.set_name(name);
  spec.set_target(target);
  spec.clear_ladder();
  v1::LadderStep& step = *spec.add_ladder();
  step.set_engine("giac");
  step.set_budget_ms(60);
  return spec;
}

}  // namespace motzkin::test
