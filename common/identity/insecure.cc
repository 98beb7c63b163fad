#include "common/identity/insecure.h"

#include <absl/strings/str_cat.h>

#include "common/base/host_port.h"

namespace motzkin::identity {

absl::Status CheckInsecure(Insecure insecure, const std::string& address) {
  if (insecure != Insecure::kOnLoopback) return absl::OkStatus();
  const std::optional<HostPort> parsed = ParseHostPort(address);
  if (parsed.has_value() && IsLoopback(parsed->host)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--insecure yes is for loopback, not for ", address,
      ": anyone who reaches such a coordinator owns the cluster, and a man in the middle "
      "reads and changes everything. Inside a tunnel of your own use --insecure yes-really"));
}

}  // namespace motzkin::identity
