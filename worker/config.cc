#include "worker/config.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <functional>
#include <limits>
#include <string_view>
#include <thread>
#include <utility>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/job_spec/job_spec.h"
#include "common/yaml/scalar.h"
#include "common/yaml/strict_yaml.h"
#include "worker/machine/state_dir.h"

namespace motzkin::worker {
namespace {

constexpr int kSlotsMax = 1024;
constexpr size_t kNameBytesMax = 64;
constexpr int64_t kEngineMemoryMin = 64ll << 20;
constexpr int64_t kEngineMemoryMax = 64ll << 30;
constexpr int64_t kResultMemoryMin = 64ll << 10;  // One row at its largest.
constexpr int64_t kResultMemoryMax = 1ll << 30;
constexpr int64_t kSpoolMin = 1ll << 20;
constexpr int64_t kSpoolMax = 1ll << 40;
constexpr absl::Duration kSpoolTimeMax = absl::Hours(48);
constexpr absl::Duration kDrainTimeMax = absl::Hours(1);
constexpr double kTemperatureMax = 150;

const std::vector<std::pair<std::string_view, sandbox::Level>> kLevels = {
    {"none", sandbox::Level::kNone},
    {"basic", sandbox::Level::kBasic},
    {"full", sandbox::Level::kFull}};
const std::vector<std::pair<std::string_view, ResultsWay>> kWays = {{"auto", ResultsWay::kAuto},
                                                                    {"relay", ResultsWay::kRelay}};
const std::vector<std::pair<std::string_view, bool>> kOnBattery = {{"work", false},
                                                                   {"suspend", true}};

constexpr char kFooter[] =
    "Exit codes: 0 stopped as asked, 1 failure, 2 bad usage, 3 state directory in use,\n"
    "4 superseded by a newer instance, 5 protocol not served, 6 sandbox too weak, 7 no "
    "integrator.\n"
    "SIGTERM or SIGINT finishes the functions in progress; a second one stops at once.";

// Every setting as a mapping with this worker's keys. Flags are put into the same form as a file,
// so that both have the same checks and messages.
absl::Status Read(yaml::StrictMap settings, Config& config) {
  settings.String("connect", config.connect);
  settings.String("name", config.name);
  settings.Integer("slots", config.slots, 0, kSlotsMax);
  std::string state_dir = config.state_dir.string();
  settings.String("state_dir", state_dir);
  config.state_dir = state_dir;
  std::string integrator = config.integrator.string();
  settings.String("integrator", integrator);
  config.integrator = integrator;
  std::string engines = absl::StrJoin(config.engines, ",");
  settings.String("engines", engines);
  config.engines = absl::StrSplit(engines, absl::ByAnyChar(", "), absl::SkipEmpty());
  settings.Choice("require_sandbox", config.require_sandbox, kLevels);
  settings.Bytes("engine_memory", config.engine_memory_bytes, kEngineMemoryMin, kEngineMemoryMax);
  settings.Boolean("idle_priority", config.idle_priority);
  settings.Choice("results", config.results, kWays);
  settings.Bytes("result_memory", config.result_memory_bytes, kResultMemoryMin, kResultMemoryMax);
  settings.Duration("spool_time", config.spool_time, absl::ZeroDuration(), kSpoolTimeMax);
  settings.Bytes("spool_max", config.spool_bytes_max, kSpoolMin, kSpoolMax);
  settings.Number("max_temp", config.policy.max_temperature, 0, kTemperatureMax);
  settings.Choice("on_battery", config.policy.suspend_on_battery, kOnBattery);
  settings.Duration("drain_time", config.drain_time, absl::ZeroDuration(), kDrainTimeMax);
  settings.Boolean("calibrate", config.calibrate);
  settings.String("acknowledgement_log", config.acknowledgement_log);
  return settings.Finish();
}

// "name: 'a''b'": YAML's single quotes know no other escape.
std::string YamlLine(const std::string& key, const std::string& value) {
  std::string quoted;
  for (const char c : value) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return fmt::format("{}: '{}'\n", key, quoted);
}

struct Flag {
  const char* key;  // In YAML; the flag is --key with dashes.
  const char* value;
  const char* help;
};

constexpr Flag kFlags[] = {
    {"connect", "HOST:PORT", "the coordinator (required)"},
    {"slots", "N", "functions at a time; 0: one a core, fewer where memory is short"},
    {"name", "NAME", "what people see; default: the host's name"},
    {"state_dir", "DIR", "identity and spool; one worker per directory"},
    {"integrator", "FILE", "the integrator binary; default: beside this one"},
    {"engines", "LIST", "engines to start, e.g. giac,fricas,sympy; default: giac,fricas"},
    {"require_sandbox", "none|basic|full", "refuse to work below this level"},
    {"engine_memory", "BYTES", "memory that a slot may need, for the default number of slots"},
    {"idle_priority", "true|false", "leave the cores to others (SCHED_IDLE)"},
    {"results", "auto|relay", "straight to Postgres where possible, or through the coordinator"},
    {"result_memory", "BYTES", "rows that may wait in memory to be sent"},
    {"spool_time", "DURATION", "output kept on disk while Postgres is away"},
    {"spool_max", "BYTES", "and never more than that"},
    {"max_temp", "CELSIUS", "half of the slots pause above; 0: no limit"},
    {"on_battery", "work|suspend", "what to do without mains"},
    {"drain_time", "DURATION", "longest wait for functions in progress at a clean stop"},
    {"calibrate", "true|false",
     "time the engines at start, so that slow machines get longer budgets"},
    {"acknowledgement_log", "FILE", "a line for every row that was acknowledged"},
};

std::string FlagName(std::string_view key) {
  std::string name = "--" + std::string(key);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

struct CommandLine {
  std::string config_file;
  std::string settings;  // As YAML.
};

// Empty: help or version was printed.
absl::StatusOr<std::optional<CommandLine>> ParseFlags(int argc, const char* const* argv) {
  CLI::App app("Computes functions and their integrals for a Motzkin coordinator.", "worker");
  app.set_version_flag("--version", MOTZKIN_VERSION);
  app.footer(kFooter);
  CommandLine line;
  app.add_option("--config", line.config_file, "settings, see worker.example.yaml; flags win")
      ->type_name("FILE");
  std::vector<std::pair<const Flag*, std::string>> values;
  for (const Flag& flag : kFlags) {
    app.add_option_function<std::string>(
           FlagName(flag.key),
           [&values, &flag](const std::string& value) { values.emplace_back(&flag, value); },
           flag.help)
        ->type_name(flag.value);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(fmt::format("{}; try worker --help", error.what()));
  }
  for (const CLI::Option* const option : app.get_options()) {
    const std::vector<std::string> given = option->results();
    if (std::find(given.begin(), given.end(), "") == given.end()) continue;
    return absl::InvalidArgumentError(fmt::format("{} has an empty value", option->get_name()));
  }
  for (const auto& [flag, value] : values) line.settings += YamlLine(flag->key, value);
  return line;
}

bool InName(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

// What a coordinator takes.
bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), InName);
}

// Of this host, made to fit.
std::string HostName() {
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') return "worker";
  std::string name = std::string(host).substr(0, kNameBytesMax);
  std::replace_if(name.begin(), name.end(), std::not_fn(InName), '-');
  return name;
}

std::filesystem::path OwnDirectory() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path("/usr/bin") : self.parent_path();
}

// "flags:3: slots must be ..." names a line that nobody wrote: "--slots must be ...".
absl::Status AsFlagError(const absl::Status& status) {
  if (status.ok()) return status;
  std::string message(status.message());
  if (const size_t at = message.find(": "); at != std::string::npos) message.erase(0, at + 2);
  const size_t end = message.find(' ');
  return absl::InvalidArgumentError(
      fmt::format("{}{}", FlagName(message.substr(0, end)),
                  end == std::string::npos ? "" : message.substr(end)));
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
  if (!IsName(config.name)) {
    return absl::InvalidArgumentError(
        fmt::format("--name must be 1 .. {} of letters, digits, '-', '_' and '.', got '{}'",
                    kNameBytesMax, config.name));
  }
  if (config.integrator.empty()) return absl::InvalidArgumentError("--integrator must be a path");
  if (!config.state_dir.is_absolute()) {
    return absl::InvalidArgumentError("--state-dir must be a path");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Config>> ParseConfig(int argc, const char* const* argv) {
  ASSIGN_OR_RETURN(const std::optional<CommandLine> line, ParseFlags(argc, argv));
  if (!line) return std::nullopt;
  Config config;
  config.name = HostName();
  config.state_dir = DefaultStateDirectory();
  config.integrator = OwnDirectory() / "integrator";
  if (!line->config_file.empty()) {
    ASSIGN_OR_RETURN(yaml::StrictMap file, yaml::StrictMap::ParseFile(line->config_file));
    RETURN_IF_ERROR(Read(std::move(file), config));
  }
  ASSIGN_OR_RETURN(yaml::StrictMap flags, yaml::StrictMap::Parse(line->settings, "flags"));
  RETURN_IF_ERROR(AsFlagError(Read(std::move(flags), config)));
  if (!config.state_dir.empty()) config.state_dir = std::filesystem::absolute(config.state_dir);
  if (!config.integrator.empty()) {
    config.integrator = std::filesystem::absolute(config.integrator);
  }
  RETURN_IF_ERROR(Check(config));
  if (config.slots == 0) {
    config.slots = DefaultSlots(UsableCores(), AvailableMemory(), config.engine_memory_bytes);
  }
  return config;
}

int DefaultSlots(int cores, int64_t memory_available, int64_t engine_memory) {
  int64_t fitting = std::numeric_limits<int>::max();
  if (memory_available >= 0) fitting = memory_available / engine_memory;
  return static_cast<int>(std::clamp<int64_t>(fitting, 1, std::clamp(cores, 1, kSlotsMax)));
}

int64_t AvailableMemory() {
  std::ifstream file("/proc/meminfo");
  std::string key, unit;
  int64_t kilobytes = 0;
  while (file >> key >> kilobytes) {
    std::getline(file, unit);
    if (key == "MemAvailable:") return kilobytes * 1024;
  }
  return -1;
}

int UsableCores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace motzkin::worker
