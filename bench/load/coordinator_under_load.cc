#include "bench/load/coordinator_under_load.h"

#include <absl/time/clock.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/identity/certificate.h"
#include "common/job_spec/job_spec.h"
#include "common/joining/tls.h"

namespace motzkin::bench {
namespace {

constexpr absl::Duration kCertificateLife = absl::Hours(24);

[[noreturn]] void Fail(const std::string& what) {
  fmt::print(stderr, "bench: {}\n", what);
  std::exit(1);
}

int FreePort() {
  const UniqueFd probe(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(probe.get(), any, size) != 0 || getsockname(probe.get(), any, &size) != 0) {
    Fail("no free port");
  }
  return ntohs(address.sin_port);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

}  // namespace

CoordinatorUnderLoad::CoordinatorUnderLoad(bool insecure)
    : insecure_(insecure), address_(fmt::format("127.0.0.1:{}", FreePort())) {
  char name[] = "/tmp/motzkin-load-XXXXXX";
  directory_ = mkdtemp(name);
  std::filesystem::permissions(directory_, std::filesystem::perms::others_exec,
                               std::filesystem::perm_options::add);
  SpawnOptions spawn;
  spawn.environment = {"PATH=/usr/bin:/bin", "HOME=/tmp"};
  spawn.input = spawn.output = Stream::kNull;
  spawn.error = Stream::kFile;
  spawn.error_file = directory_ + "/coordinator.log";
  const std::string program = MOTZKIN_BIN_DIR "/coordinator";
  auto process = ChildProcess::Spawn(
      {program, "--insecure", insecure ? "yes" : "no", "--data-dir", directory_ + "/data",
       "--listen", address_, "--web", "off", "--disk-free-percent-min", "0"},
      spawn);
  if (!process.ok()) Fail(std::string(process.status().message()));
  process_ = std::make_unique<ChildProcess>(*std::move(process));
  // A coordinator that accepts has its key.
  const auto patience = std::chrono::system_clock::now() + std::chrono::minutes(3);
  const auto probe = grpc::CreateChannel(address_, grpc::InsecureChannelCredentials());
  if (insecure && !probe->WaitForConnected(patience)) {
    Fail("the coordinator does not answer; see " + directory_);
  }
  const absl::Time until = absl::Now() + absl::Minutes(3);
  const std::string key = directory_ + "/data/identity/coordinator.pem";
  while (!insecure && !std::filesystem::exists(key)) {
    if (absl::Now() > until) Fail("the coordinator makes no key; see " + directory_);
    absl::SleepFor(absl::Milliseconds(50));
  }
  const auto channel = grpc::CreateChannel(address_, CredentialsOf("operator bench"));
  if (!channel->WaitForConnected(patience)) {
    Fail("the coordinator does not answer; see " + directory_);
  }
  operators_ = v1::OperatorService::NewStub(channel);
}

CoordinatorUnderLoad::~CoordinatorUnderLoad() {
  process_->Signal(SIGTERM);
  process_->Wait(Deadline::After(absl::Minutes(2))).IgnoreError();
  process_.reset();
  std::error_code ignored;  // Postgres may still be stopping.
  std::filesystem::remove_all(directory_, ignored);
}

std::shared_ptr<grpc::ChannelCredentials> CoordinatorUnderLoad::CredentialsOf(
    const std::string& holder) const {
  if (insecure_) return grpc::InsecureChannelCredentials();
  const std::string pem = ReadAll(directory_ + "/data/identity/coordinator.pem");
  const auto coordinator = identity::PrivateKey::FromPem(pem);
  if (!coordinator.ok()) Fail(std::string(coordinator.status().message()));
  const identity::PrivateKey key = identity::PrivateKey::New();
  const std::string certificate =
      identity::Issue(*coordinator, identity::FromText(holder).value(), key.PublicKey(),
                      absl::Now() - kCertificateLife, absl::Now() + kCertificateLife);
  const auto membership = identity::MakeMembership(
      key, certificate, pem.substr(pem.find("-----BEGIN CERTIFICATE-----")));
  if (!membership.ok()) Fail(std::string(membership.status().message()));
  return joining::TlsCredentials(std::make_shared<joining::CoordinatorKey>(
                                     identity::FingerprintOf(membership->coordinator_key)),
                                 &*membership);
}

void CoordinatorUnderLoad::PinTo(int core) const {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(core, &only);
  for (const auto& task : std::filesystem::directory_iterator(Proc("task"))) {
    sched_setaffinity(std::atoi(task.path().filename().c_str()), sizeof only, &only);
  }
}

void CoordinatorUnderLoad::StartJob() const {
  v1::StartJobRequest request;
  request.set_request_id("11111111-1111-4111-8111-111111111111");
  *request.mutable_spec() = JobFromPreset("lample-charton").value();
  request.mutable_spec()->set_target(1'000'000'000);
  grpc::ClientContext context;
  v1::StartJobResponse response;
  const grpc::Status status = operators_->StartJob(&context, request, &response);
  if (!status.ok()) Fail(status.error_message());
}

double CoordinatorUnderLoad::CpuSeconds() const {
  const std::string text = ReadAll(Proc("stat"));
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  double user = 0, system = 0;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double CoordinatorUnderLoad::Memory(const std::string& which) const {
  std::ifstream file(Proc("status"));
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(which + ":", 0) == 0) return std::atof(line.c_str() + which.size() + 1) / 1024;
  }
  return 0;
}

std::string CoordinatorUnderLoad::Proc(const char* file) const {
  return fmt::format("/proc/{}/{}", process_->pid(), file);
}

}  // namespace motzkin::bench
