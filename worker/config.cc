#include "worker/config.h"

#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <utility>

#include "common/base/host_port.h"
#include "common/base/name.h"
#include "common/base/program_start.h"
#include "common/base/status_macros.h"
#include "common/identity/invite.h"
#include "common/job_spec/job_spec.h"
#include "common/settings/settings.h"
#include "worker/machine/capacity.h"
#include "worker/machine/state_dir.h"
#include "worker/machine/working_hours.h"

namespace motzkin::worker {
namespace {

constexpr size_t kNameBytesMax = 64;  // A coordinator takes no longer ones.
constexpr int64_t kEngineMemoryMin = 64ll << 20;
constexpr int64_t kEngineMemoryMax = 64ll << 30;
constexpr int64_t kResultMemoryMin = 64ll << 10;  // the longest integral of a row
constexpr int64_t kResultMemoryMax = 1ll << 30;
constexpr int64_t kSpoolMin = 1ll << 20;
constexpr int64_t kSpoolMax = 1ll << 40;
constexpr absl::Duration kSpoolTimeMax = absl::Hours(48);
constexpr absl::Duration kDrainTimeMax = absl::Hours(1);
constexpr double kTemperatureMax = 150;

const std::vector<std::pair<std::string_view, ResultsWay>> kWays = {{"auto", ResultsWay::kAuto},
                                                                    {"relay", ResultsWay::kRelay}};
const std::vector<std::pair<std::string_view, bool>> kOnBattery = {{"work", false},
                                                                   {"suspend", true}};

constexpr char kFooter[] =
    "Exit codes: 0 stopped as asked, 1 failure, 2 bad usage, 3 state directory in use,\n"
    "4 superseded by a newer instance, 5 protocol not served, 6 sandbox too weak, 7 no "
    "integrator.\n"
    "SIGTERM, SIGINT or SIGHUP finishes the functions in progress; a second one, or one during the\n"
    "start, stops at once.";

// Hours of the day, or nothing for all of them.
settings::Value Hours(std::optional<WorkingHours>& value) {
  const auto read = [&value](yaml::StrictMap& map, std::string_view key) {
    std::string text = value.has_value() ? value->ToString() : "";
    map.String(key, text);
    if (text.empty()) return;
    const absl::StatusOr<WorkingHours> hours = WorkingHours::Parse(text);
    if (hours.ok()) {
      value = *hours;
    } else {
      map.Fail(key, std::string(hours.status().message()));
    }
  };
  return {read, "default: always"};
}

// A list of names with commas or blanks between them.
settings::Value List(std::vector<std::string>& value) {
  const auto read = [&value](yaml::StrictMap& map, std::string_view key) {
    std::string list = absl::StrJoin(value, ",");
    map.String(key, list);
    value = absl::StrSplit(list, absl::ByAnyChar(", "), absl::SkipEmpty());
  };
  return {read, absl::StrJoin(value, ",")};
}

std::vector<settings::Setting> SettingsOf(Config& config) {
  using namespace settings;
  PolicyOptions& policy = config.policy;
  return {
      {"connect", "HOST:PORT", "the coordinator (required)", Text(config.connect)},
      {"invite", "INVITE", "joins without approval; of `motzkin invite`, or $MOTZKIN_INVITE",
       Text(config.invite)},
      {"invite_file", "FILE", "holds the invite; looked at until it is there",
       Path(config.invite_file)},
      {"insecure", "no|yes|yes-really",
       "plain text, without certificates on either side; yes: on loopback alone",
       Choice(config.insecure, identity::kInsecureWords)},
      {"slots", "N", "functions at a time; 0: one a core, fewer where memory is short",
       Integer(config.slots, 0, kSlotsMax)},
      {"name", "NAME", "what people see", Text(config.name)},
      {"state_dir", "DIR", "identity and spool; one worker per directory", Path(config.state_dir)},
      {"integrator", "FILE", "the integrator binary", Path(config.integrator)},
      {"engines", "LIST", "engines to start, of giac, fricas and sympy", List(config.engines)},
      {"require_sandbox", "none|weak|basic|full", "refuse to work below this level",
       Choice(config.require_sandbox, sandbox::kLevels)},
      {"engine_memory", "BYTES", "memory that a slot may need, for the default number of slots",
       Bytes(config.engine_memory_bytes, kEngineMemoryMin, kEngineMemoryMax)},
      {"idle_priority", "true|false", "leave the cores to others (SCHED_IDLE)",
       Boolean(config.idle_priority)},
      {"results", "auto|relay", "straight to Postgres where possible, or through the coordinator",
       Choice(config.results, kWays)},
      {"result_memory", "BYTES", "rows that may wait in memory to be sent",
       Bytes(config.result_memory_bytes, kResultMemoryMin, kResultMemoryMax)},
      {"spool_time", "DURATION", "output kept on disk while Postgres is away",
       Duration(config.spool_time, absl::ZeroDuration(), kSpoolTimeMax)},
      {"spool_max", "BYTES", "and never more than that",
       Bytes(config.spool_bytes_max, kSpoolMin, kSpoolMax)},
      {"hours", "HH:MM-HH:MM", "work only then, on this machine's clock", Hours(policy.hours)},
      {"idle_only", "true|false", "work only while the machine was not in use for five minutes",
       Boolean(policy.idle_only)},
      {"max_temp", "CELSIUS", "above, ever more slots pause; 0: no limit",
       Number(policy.max_temperature, 0, kTemperatureMax)},
      {"on_battery", "work|suspend", "what to do without mains",
       Choice(policy.suspend_on_battery, kOnBattery)},
      {"drain_time", "DURATION", "longest wait for functions in progress at a clean stop",
       Duration(config.drain_time, absl::ZeroDuration(), kDrainTimeMax)},
      {"calibrate", "true|false", "time the engines, so that slow machines get longer budgets",
       Boolean(config.calibrate)},
      {"metrics", "HOST:PORT", "serve metrics for Prometheus there; default: no",
       Text(config.metrics)},
      {"acknowledgement_log", "FILE", "a line for every row that was acknowledged",
       Text(config.acknowledgement_log)},
  };
}

// Returns the name of this host, made to fit.
std::string HostName() {
  char host[256] = "";
  // The last byte stays 0, because gethostname() need not end a name that it cuts.
  if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') return "worker";
  std::string name = std::string(host).substr(0, kNameBytesMax);
  std::replace_if(name.begin(), name.end(), std::not_fn(IsInNames), '-');
  return name;
}

absl::Status Check(const Config& config) {
  if (config.connect.empty()) {
    return absl::InvalidArgumentError("which coordinator? worker --connect HOST:PORT");
  }
  const std::optional<HostPort> coordinator = ParseHostPort(config.connect);
  if (!coordinator.has_value() || coordinator->port == 0) {
    return absl::InvalidArgumentError(fmt::format(
        "--connect must be HOST:PORT, such as pi:50051 or [::1]:50051, got '{}'", config.connect));
  }
  RETURN_IF_ERROR(identity::CheckInsecure(config.insecure, config.connect));
  if (!config.metrics.empty() && !ParseHostPort(config.metrics).has_value()) {
    return absl::InvalidArgumentError(fmt::format(
        "--metrics must be HOST:PORT, such as 127.0.0.1:9450, got '{}'", config.metrics));
  }
  if (!config.invite.empty()) RETURN_IF_ERROR(identity::ReadInvite(config.invite).status());
  if (config.engines.empty()) {
    return absl::InvalidArgumentError("--engines must name one of giac, fricas and sympy");
  }
  for (const std::string& engine : config.engines) {
    const auto known = EngineNames();
    if (std::find(known.begin(), known.end(), engine) == known.end()) {
      return absl::InvalidArgumentError(
          fmt::format("--engines: there is no '{}'; there are giac, fricas and sympy", engine));
    }
  }
  if (!IsName(config.name, kNameBytesMax)) {
    return absl::InvalidArgumentError(
        fmt::format("--name must be 1 .. {} of letters, digits, '-', '_' and '.', got '{}'",
                    kNameBytesMax, config.name));
  }
  if (config.integrator.empty()) return absl::InvalidArgumentError("--integrator must be a path");
  if (config.state_dir.empty()) {
    return absl::InvalidArgumentError(
        "name a state directory with --state-dir; there is no HOME for the default one");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Config>> ParseConfig(int argc, const char* const* argv) {
  Config config;
  config.name = HostName();
  config.state_dir = DefaultStateDirectory();
  config.integrator = OwnDirectory() / "integrator";
  config.policy.max_temperature = DefaultMaxTemperature();
  // The environment keeps it from `ps`, which shows flags to every user.
  if (const char* invite = std::getenv("MOTZKIN_INVITE"); invite != nullptr) config.invite = invite;
  CLI::App app("Computes functions and their integrals for a Motzkin coordinator.", "worker");
  app.set_version_flag("--version", MOTZKIN_VERSION);
  app.footer(kFooter);
  ASSIGN_OR_RETURN(const bool parsed, settings::ReadSettings(app, SettingsOf(config), argc, argv));
  if (!parsed) return std::nullopt;
  // Integrators start in the root directory, so paths must be absolute. An empty one stays empty,
  // for Check() to complain about.
  if (!config.state_dir.empty()) config.state_dir = std::filesystem::absolute(config.state_dir);
  if (!config.integrator.empty()) {
    config.integrator = std::filesystem::absolute(config.integrator);
  }
  RETURN_IF_ERROR(Check(config));
  if (config.slots == 0) {
    config.slots = DefaultSlots(CoresToUse(UsableCores(), config.connect), AvailableMemory(),
                                config.engine_memory_bytes);
  }
  return config;
}

}  // namespace motzkin::worker
