#include "worker/sandbox/level.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/strip.h>

#include "common/process/child_process.h"
#include "worker/sandbox/bubblewrap.h"
#include "worker/sandbox/landlock.h"
#include "worker/sandbox/seccomp_filter.h"

namespace motzkin::sandbox {
namespace {

// The command is the integrator, whose libraries may come from a slow SD card.
constexpr absl::Duration kProbeMax = absl::Minutes(1);

// Returns an empty text if `command` ran inside bubblewrap, otherwise the reason why it did not.
std::string TryBubblewrap(const std::vector<std::string>& command) {
  BubblewrapSpec spec;
  spec.bubblewrap = FindBubblewrap();
  spec.program = command[0];
  if (spec.bubblewrap.empty()) return "bubblewrap is not installed";
  std::vector<std::string> argv = BubblewrapCommand(spec);
  argv.insert(argv.end(), command.begin(), command.end());
  SpawnOptions options;
  options.input = Stream::kNull;
  options.output = Stream::kNull;
  // Bubblewrap's own complaint becomes the reason that the owner reads in the log.
  options.error = Stream::kPipe;
  absl::StatusOr<ChildProcess> child = ChildProcess::Spawn(argv, options);
  if (!child.ok()) return child.status().ToString();
  const Deadline deadline = Deadline::After(kProbeMax);
  const absl::StatusOr<std::string> errors = ReadAll(child->error().get(), 4096, deadline);
  const absl::StatusOr<ExitStatus> ended = child->Wait(deadline);
  if (ended.ok() && ended->success()) return "";
  return absl::StrCat("bubblewrap: ", ended.ok() ? ended->ToString() : "hangs", " ",
                      absl::StripAsciiWhitespace(errors.value_or("")));
}

}  // namespace

std::string_view LevelName(Level level) { return kLevels[static_cast<size_t>(level)].first; }

std::string Probe::ToString() const {
  std::vector<std::string> layers;
  if (level == Level::kFull) layers.emplace_back("bubblewrap");
  if (seccomp) layers.emplace_back("seccomp");
  if (landlock_abi > 0) layers.push_back(absl::StrCat("landlock ", landlock_abi));
  if (!cgroup_limits.empty()) {
    layers.push_back(absl::StrCat("cgroup ", absl::StrJoin(cgroup_limits, " ")));
  }
  std::string text =
      absl::StrCat(std::string(LevelName(level)), " (", absl::StrJoin(layers, ", "), ")");
  if (!reason.empty()) absl::StrAppend(&text, ": ", reason);
  return text;
}

Probe ProbeSandbox(const std::vector<std::string>& command) {
  Probe probe;
  probe.seccomp = FiltersWork();
  probe.landlock_abi = LandlockAbi();
  // An integrator refuses to start without its filter (enter.cc), so bubblewrap alone makes no
  // level.
  if (!probe.seccomp) {
    probe.reason = "the kernel takes no system call filters";
    return probe;
  }
  probe.reason = TryBubblewrap(command);
  if (probe.reason.empty()) {
    probe.level = Level::kFull;
  } else if (probe.landlock_abi > 0) {
    probe.level = Level::kBasic;
  } else {
    probe.level = Level::kWeak;
    probe.reason += "; no Landlock: fricas and sympy can read what this user can read";
  }
  return probe;
}

}  // namespace motzkin::sandbox
