#include "worker/sandbox/advice.h"

#include <absl/strings/match.h>
#include <absl/strings/str_join.h>

#include <fstream>
#include <optional>
#include <vector>

namespace motzkin::sandbox {
namespace {

namespace fs = std::filesystem;

std::optional<long> ReadNumber(const fs::path& path) {
  std::ifstream file(path);
  long number = 0;
  if (!(file >> number)) return std::nullopt;
  return number;
}

// Whether an engine of containers started us. Docker and podman leave these files.
bool InContainer(const fs::path& root) {
  std::error_code ignored;
  return fs::exists(root / ".dockerenv", ignored) ||
         fs::exists(root / "run/.containerenv", ignored);
}

// The kernels' switches that forbid bubblewrap its user namespace. Each keeps unprivileged users out
// by itself, so all that are set are named.
std::vector<std::string> SwitchesToSet(const fs::path& root) {
  const fs::path sys = root / "proc/sys";
  std::vector<std::string> settings;
  // Ubuntu, from 23.10 on.
  if (ReadNumber(sys / "kernel/apparmor_restrict_unprivileged_userns").value_or(0) != 0) {
    settings.emplace_back("kernel.apparmor_restrict_unprivileged_userns=0");
  }
  // Debian's own; on by default since Debian 11.
  if (ReadNumber(sys / "kernel/unprivileged_userns_clone").value_or(1) == 0) {
    settings.emplace_back("kernel.unprivileged_userns_clone=1");
  }
  if (ReadNumber(sys / "user/max_user_namespaces").value_or(1) == 0) {
    settings.emplace_back("user.max_user_namespaces=10000");
  }
  return settings;
}

}  // namespace

std::string AdviceOn(const Probe& probe, const fs::path& root) {
  if (probe.level == Level::kFull) return "";
  if (!probe.seccomp)
    return "run a kernel that is built with CONFIG_SECCOMP_FILTER, as Debian's are";
  if (absl::StrContains(probe.reason, "not installed")) return "sudo apt install bubblewrap";
  // Outside of a container these switches would help; inside, its engine forbids namespaces.
  if (InContainer(root)) {
    return "run the worker outside of the container; inside, its engine allows no namespaces";
  }
  if (const std::vector<std::string> settings = SwitchesToSet(root); !settings.empty()) {
    return "sudo sysctl -w " + absl::StrJoin(settings, " ") +
           "; in a file below /etc/sysctl.d it holds after a restart too";
  }
  return "";
}

}  // namespace motzkin::sandbox
