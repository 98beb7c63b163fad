#include "coordinator/service/page_identity.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/identity/certificate.h"
#include "common/identity/private_file.h"

namespace motzkin::coordinator {
namespace {

constexpr size_t kNamesMax = 64;
constexpr size_t kFileBytesMax = 64 << 10;

// Returns the text of an address of IP, without the zone that only this host knows; empty for others.
std::string TextOf(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address == nullptr) return "";
  if (address->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
  }
  return text;
}

void AddAddresses(std::vector<std::string>& names) {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return;
  for (const ifaddrs* at = all; at != nullptr && names.size() < kNamesMax; at = at->ifa_next) {
    const std::string text = TextOf(at->ifa_addr);
    if (!text.empty() && std::ranges::find(names, text) == names.end()) names.push_back(text);
  }
  ::freeifaddrs(all);
}

// Returns the certificate of the authority that was made before, or makes it.
absl::StatusOr<std::string> TrustedAuthority(const Authority& authority, absl::Time from) {
  const std::filesystem::path file = authority.folder() / kPageAuthorityFile;
  absl::StatusOr<std::string> kept = identity::ReadSecretFile(file);
  if (kept.ok() && identity::PublicKeyOf(*kept).value_or("") == authority.public_key()) return kept;
  std::string made = identity::IssueAuthority(authority.key(), from);
  RETURN_IF_ERROR(identity::WriteSecretFile(file, made));
  return made;
}

}  // namespace

absl::StatusOr<PageIdentity> ReadPageIdentity(const std::string& certificate_file,
                                              const std::string& key_file) {
  PageIdentity read;
  std::ifstream file(certificate_file);
  read.chain.resize(kFileBytesMax);
  file.read(read.chain.data(), kFileBytesMax);
  read.chain.resize(static_cast<size_t>(file.gcount()));
  if (read.chain.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", certificate_file));
  }
  const absl::StatusOr<std::string> key = identity::ReadSecretFile(key_file);
  if (absl::IsNotFound(key.status())) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read ", key_file));
  }
  if (!key.ok()) return absl::InvalidArgumentError(key.status().message());
  read.key = *key;
  if (identity::BelongTogether(read.chain, read.key)) return read;
  return absl::InvalidArgumentError(
      absl::StrCat(certificate_file, " and ", key_file,
                   " are not a certificate and its key in PEM, without a password"));
}

absl::StatusOr<PageIdentity> IssuePageIdentity(const Authority& authority,
                                               const std::vector<std::string>& further_names) {
  std::vector<std::string> names = NamesOfThisHost();
  for (const std::string& further : further_names) {
    std::string name = WithoutBrackets(further);
    name = name.substr(0, name.find('%'));
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  const identity::PrivateKey key = identity::PrivateKey::New();
  // From a day before: clocks at home differ.
  const absl::Time from = authority.Today() - absl::Hours(24);
  ASSIGN_OR_RETURN(std::string trusted, TrustedAuthority(authority, from));
  return PageIdentity{.chain = identity::IssueForSite(authority.key(), names, key.PublicKey(), from,
                                                      from + kPageCertificateLife),
                      .key = key.Pem(),
                      .authority = std::move(trusted)};
}

std::vector<std::string> NamesOfThisHost() {
  std::vector<std::string> names = {"localhost"};
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) == 0) {
    const std::string whole = absl::AsciiStrToLower(name);
    const std::string first = whole.substr(0, whole.find('.'));
    for (const std::string& candidate : {whole, first, first + ".local"}) {
      // A host may have any name; one that cannot be written as HOST:PORT is of no use here.
      if (!ParseHostPort(candidate + ":1").has_value()) continue;
      if (std::ranges::find(names, candidate) == names.end()) names.push_back(candidate);
    }
  }
  AddAddresses(names);
  return names;
}

bool IsAddress(const std::string& text) {
  in6_addr buffer;
  return ::inet_pton(AF_INET, text.c_str(), &buffer) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &buffer) == 1;
}

}  // namespace motzkin::coordinator
