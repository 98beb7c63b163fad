#include "cli/doctor/coordinator_findings.h"

#include <absl/status/statusor.h>
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "common/base/host_port.h"
#include "common/base/one_line.h"
#include "common/base/protocol_version.h"
#include "common/identity/key.h"
#include "common/identity/membership.h"
#include "common/joining/connection_problem.h"
#include "common/joining/join_calls.h"
#include "common/joining/tls.h"
#include "common/postgres/connection.h"
#include "common/process/unique_fd.h"
#include "worker/machine/state_dir.h"

namespace motzkin::cli {
namespace {

constexpr int kConnectMillis = 5'000;
constexpr absl::Duration kClockDifferenceMax = absl::Minutes(1);

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string Numeric(const addrinfo& address) {
  char host[NI_MAXHOST] = "";
  const int failed = getnameinfo(address.ai_addr, address.ai_addrlen, host, sizeof host, nullptr, 0,
                                 NI_NUMERICHOST);
  return failed == 0 ? host : "?";
}

// Asks as the rest of the system does, and as gRPC does here (PrepareGrpc()).
Finding LookUp(const HostPort& to, const std::string& address, Addresses& addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  const std::string host = WithoutBrackets(to.host);
  addrinfo* list = nullptr;
  const int failed = getaddrinfo(host.c_str(), std::to_string(to.port).c_str(), &hints, &list);
  if (failed != 0) {
    return {"host name", Health::kBad, fmt::format("{}: {}", to.host, gai_strerror(failed)),
            joining::CureOfProblem("host not found", address)};
  }
  addresses.reset(list);
  std::vector<std::string> numbers;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    numbers.push_back(Numeric(*one));
  }
  return {"host name", Health::kGood,
          fmt::format("{} is {}", to.host, absl::StrJoin(numbers, ", "))};
}

// Returns an empty text if something accepts connections there, otherwise the problem in the words
// that CureOfProblem() knows.
std::string TryToConnect(const addrinfo& to) {
  const UniqueFd fd(socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int error = fd.get() < 0 ? errno : 0;
  if (error == 0 && connect(fd.get(), to.ai_addr, to.ai_addrlen) != 0) error = errno;
  if (error == EINPROGRESS) {
    pollfd wait{.fd = fd.get(), .events = POLLOUT, .revents = 0};
    if (poll(&wait, 1, kConnectMillis) <= 0) return "no answer";
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return "";
  return absl::AsciiStrToLower(std::generic_category().message(error));
}

// Whether any of the addresses will do, as gRPC tries all of them.
Finding Reach(const addrinfo* addresses, const std::string& address) {
  std::string problem, problems;
  for (const addrinfo* one = addresses; one != nullptr; one = one->ai_next) {
    problem = TryToConnect(*one);
    if (problem.empty()) return {"port", Health::kGood, address + " accepts connections"};
    absl::StrAppend(&problems, problems.empty() ? "" : ", ", Numeric(*one), ": ", problem);
  }
  return {"port", Health::kBad, fmt::format("{}: {}", address, problems),
          joining::CureOfProblem(problem, address)};
}

// Compares the key that the coordinator shows with the one that a file knows. Empty if there is no
// such file, or this user may not read it.
Findings CompareWith(const std::filesystem::path& file, const std::string& who,
                     const std::string& address, const std::string& fingerprint) {
  const absl::StatusOr<identity::Membership> member = identity::ReadMembership(file);
  if (!member.ok()) return {};
  const std::string known = identity::FingerprintOf(member->coordinator_key);
  if (known == fingerprint) {
    return {{"identity", Health::kGood, who + " joined this coordinator"}};
  }
  return {{"identity", Health::kBad, joining::AnotherCoordinator(address, fingerprint, known),
           joining::CureOfAnotherCoordinator(file.string())}};
}

void Append(Findings& to, Findings more) {
  for (Finding& one : more) to.push_back(std::move(one));
}

// Speaks with the coordinator as a stranger. Returns false if there is no way on.
bool LookAtTls(const WayQuestions& questions, Findings& findings) {
  const std::string& address = questions.coordinator.address;
  const auto key = std::make_shared<joining::CoordinatorKey>("");
  const auto hello =
      joining::Hello(joining::NewChannel(address, joining::TlsCredentials(key, nullptr)));
  if (!hello.ok()) {
    findings.push_back(
        {"TLS", Health::kBad,
         fmt::format("what listens at {} does not answer as a coordinator ({})", address,
                     OneLine(joining::DescribeProblem(std::string(hello.status().message())))),
         "see which program has that port; a coordinator with --insecure needs --insecure here"});
    return false;
  }
  findings.push_back({"TLS", Health::kGood, "the coordinator's key is " + key->fingerprint()});
  const size_t before = findings.size();
  Append(findings, CompareWith(questions.state_directory / worker::kIdentityFile,
                               "this machine's worker", address, key->fingerprint()));
  Append(findings, CompareWith(MembershipFile(address), "this user", address, key->fingerprint()));
  for (size_t i = before; i < findings.size(); ++i) {
    if (findings[i].health == Health::kBad) return false;
  }
  findings.push_back(ClockFound(*hello, absl::Now()));
  findings.push_back(VersionFound(*hello));
  return true;
}

// The way of `motzkin psql` and of exports. Workers have another, which WorkerFound() tells.
Finding LookAtDatabase(const std::string& uri) {
  const auto connection = postgres::Connection::Open(uri);
  const absl::Status status =
      connection.ok() ? (*connection)->Execute("SELECT 1").status() : connection.status();
  if (status.ok()) return {"database", Health::kGood, "readers get in"};
  return {"database", Health::kBad, OneLine(std::string(status.message())),
          "see `motzkin events` and the coordinator's log"};
}

}  // namespace

Finding ClockFound(const v1::HelloResponse& hello, absl::Time now) {
  const absl::Time there = absl::FromUnixSeconds(hello.time().seconds());
  const absl::Duration ahead = now - there;
  if (!hello.has_time()) {
    return {"clock", Health::kWarning, "the coordinator does not tell its time", "update it"};
  }
  if (absl::AbsDuration(ahead) <= kClockDifferenceMax) {
    return {"clock", Health::kGood, "the same as the coordinator's"};
  }
  return {"clock", Health::kWarning,
          fmt::format("{} {} the coordinator's",
                      absl::FormatDuration(absl::Trunc(absl::AbsDuration(ahead), absl::Seconds(1))),
                      ahead > absl::ZeroDuration() ? "ahead of" : "behind"),
          "sudo timedatectl set-ntp true, on the machine whose clock is wrong"};
}

Finding VersionFound(const v1::HelloResponse& hello) {
  const std::string found =
      fmt::format("coordinator {}, here {}", OneLine(hello.build()), MOTZKIN_VERSION);
  const uint32_t there = hello.protocol_version();
  // A coordinator serves its own protocol and the one before.
  if (there == kProtocolVersion || there == kProtocolVersion + 1) {
    return {"version", Health::kGood, found};
  }
  return {"version", Health::kBad,
          fmt::format("{}; their protocols, {} and {}, do not fit", found, there, kProtocolVersion),
          there < kProtocolVersion ? "update the coordinator" : "update this machine"};
}

Findings BlockFound(const v1::GetStatusResponse& status) {
  if (status.blocked().empty()) return {};
  return {{"cluster", Health::kBad, "no work is granted: " + status.blocked()}};
}

Findings WorkerFound(const v1::GetStatusResponse& status, const std::string& worker_uuid) {
  for (const v1::Worker& worker : status.workers()) {
    if (worker.uuid() != worker_uuid) continue;
    Finding finding{"worker", Health::kGood, absl::StrCat(worker.name(), " is ", worker.state())};
    if (!worker.reason().empty()) absl::StrAppend(&finding.found, ": ", worker.reason());
    Findings findings = {std::move(finding)};
    if (worker.results_way() == "relay") {
      findings.push_back({"results", Health::kWarning, "they go through the coordinator",
                          "start the coordinator with --advertise-postgres, so that they go "
                          "straight to its database"});
    } else if (!worker.results_way().empty()) {
      findings.push_back({"results", Health::kGood, "they go straight to the database"});
    }
    return findings;
  }
  return {};
}

Findings LookAtWay(const WayQuestions& questions) {
  const std::string& address = questions.coordinator.address;
  const std::optional<HostPort> to = ParseHostPort(address);
  if (!to.has_value() || to->port == 0) {
    return {{"coordinator", Health::kBad, fmt::format("'{}' is not HOST:PORT", address),
             "name it as in --connect pi:50051"}};
  }
  Addresses addresses;
  Findings findings = {LookUp(*to, address, addresses)};
  if (addresses == nullptr) return findings;
  findings.push_back(Reach(addresses.get(), address));
  if (findings.back().health == Health::kBad) return findings;
  if (questions.coordinator.insecure == identity::Insecure::kNo) {
    if (!LookAtTls(questions, findings)) return findings;
  } else {
    findings.push_back({"TLS", Health::kWarning, "not used (--insecure)",
                        "leave --insecure out, unless a tunnel protects the connection"});
  }
  const absl::StatusOr<v1::GetStatusResponse> status =
      OperatorClient(questions.coordinator).Status();
  if (!status.ok()) {
    // A worker needs no operator, so this is bad for `motzkin` alone.
    findings.push_back({"membership", Health::kWarning, "this user is no member of the cluster",
                        OneLine(std::string(status.status().message()))});
    return findings;
  }
  findings.push_back({"membership", Health::kGood, "this user is a member of the cluster"});
  Append(findings, BlockFound(*status));
  Append(findings, WorkerFound(*status, worker::ReadWorkerUuid(questions.state_directory)));
  // The URI is a way on the coordinator's own machine.
  if (!status->reader_uri().empty() && IsLoopback(to->host)) {
    findings.push_back(LookAtDatabase(status->reader_uri()));
  }
  return findings;
}

}  // namespace motzkin::cli
