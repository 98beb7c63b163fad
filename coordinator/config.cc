#include "coordinator/config.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/postgres/client_environment.h"
#include "common/yaml/scalar.h"
#include "common/yaml/strict_yaml.h"

namespace motzkin::coordinator {
namespace {

const std::vector<std::string>& LogLevels() {
  static const auto& levels = *new std::vector<std::string>{"debug", "info", "warning", "error"};
  return levels;
}

constexpr absl::Duration kBufferMin = absl::Seconds(10);
constexpr absl::Duration kBufferMax = absl::Hours(24);
constexpr int64_t kBytesMax = 1ll << 50;

std::string DefaultDataDirectory() {
  if (::geteuid() == 0) return "/var/lib/motzkin";
  if (const char* xdg = std::getenv("XDG_DATA_HOME"); xdg != nullptr && xdg[0] == '/') {
    return absl::StrCat(xdg, "/motzkin");
  }
  const char* home = std::getenv("HOME");
  return absl::StrCat(home == nullptr ? "." : home, "/.local/share/motzkin");
}

absl::Status ReadFile(const std::string& path, Config& config) {
  ASSIGN_OR_RETURN(yaml::StrictMap file, yaml::StrictMap::ParseFile(path));
  file.String("listen", config.listen);
  file.String("data_directory", config.data_directory);
  file.String("postgres", config.postgres);
  file.String("advertise_postgres", config.advertise_postgres);
  file.String("postgres_listen", config.postgres_listen);
  file.Integer("postgres_port", config.postgres_port, 0, 65'535);
  std::vector<std::pair<std::string_view, std::string>> levels;
  for (const std::string& level : LogLevels()) levels.emplace_back(level, level);
  file.Choice("log_level", config.log_level, levels);
  file.Number("disk_free_percent_min", config.disk_free_percent_min, 0, 90);
  file.Bytes("disk_free_min", config.disk_free_bytes_min, 0, kBytesMax);
  file.Bytes("database_max", config.database_bytes_max, 0, kBytesMax);
  file.Duration("buffer", config.buffer, kBufferMin, kBufferMax);
  return file.Finish();
}

// What was given on the command line: applied after the file, which one of the flags names.
struct Flags {
  std::string config_file;
  std::optional<std::string> listen, data_directory, postgres, advertise_postgres, postgres_listen;
  std::optional<int> postgres_port;
  std::optional<std::string> log_level, disk_free_min, database_max, buffer;
  std::optional<double> disk_free_percent_min;
  bool database_only = false;
  std::string backup_to, restore_from;
};

void Declare(CLI::App& app, Flags& flags) {
  app.add_option("--config", flags.config_file, "settings in YAML; flags override its keys");
  app.add_option("--listen", flags.listen, "HOST:PORT for workers and motzkin (127.0.0.1:50051)");
  app.add_option("--data-dir", flags.data_directory,
                 "where the database is kept (/var/lib/motzkin for root, else "
                 "~/.local/share/motzkin)");
  app.add_option("--postgres", flags.postgres, "URI of a Postgres to use instead of a private one");
  app.add_option("--advertise-postgres", flags.advertise_postgres,
                 "URI at which workers on other hosts reach the database");
  app.add_option("--postgres-listen", flags.postgres_listen,
                 "addresses of the private Postgres (127.0.0.1)");
  app.add_option("--postgres-port", flags.postgres_port, "its port (any free one)")
      ->check(CLI::Range(0, 65'535));
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember(LogLevels()));
  app.add_option("--disk-free-percent-min", flags.disk_free_percent_min,
                 "grant nothing below this much free disk (10)")
      ->check(CLI::Range(0.0, 90.0))
      ->check([](const std::string& text) {  // A range lets nan through.
        return text.find_first_of("nN") == std::string::npos ? "" : "not a number";
      });
  app.add_option("--disk-free-min", flags.disk_free_min, "nor below this many bytes, e.g. 2GB");
  app.add_option("--database-max", flags.database_max,
                 "with --postgres: grant nothing once it is larger, e.g. 50GB (no bound)");
  app.add_option("--buffer", flags.buffer, "work that a worker holds, e.g. 10m");
  auto* const only = app.add_flag("--database-only", flags.database_only,
                                  "only run the database: print a reader's URI and wait");
  auto* const backup =
      app.add_option("--backup", flags.backup_to, "only write a backup to this new directory");
  app.add_option("--restore", flags.restore_from,
                 "only fill a new data directory, or an empty --postgres, from this backup")
      ->excludes(only)
      ->excludes(backup);
  backup->excludes(only);
}

// An empty value is a slip of whoever wrote `--restore "$BACKUP"`: what would happen without the
// flag is not what was meant.
absl::Status RefuseEmpty(const CLI::App& app) {
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& value : option->results()) {
      if (!value.empty()) continue;
      return absl::InvalidArgumentError(absl::StrCat(option->get_name(), " has an empty value"));
    }
  }
  return absl::OkStatus();
}

template <typename T>
void Override(const std::optional<T>& flag, T& value) {
  if (flag.has_value()) value = *flag;
}

absl::Status Named(const char* flag, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", status.message()));
}

absl::Status Apply(const Flags& flags, Config& config) {
  Override(flags.listen, config.listen);
  Override(flags.data_directory, config.data_directory);
  Override(flags.postgres, config.postgres);
  Override(flags.advertise_postgres, config.advertise_postgres);
  Override(flags.postgres_listen, config.postgres_listen);
  Override(flags.postgres_port, config.postgres_port);
  Override(flags.log_level, config.log_level);
  Override(flags.disk_free_percent_min, config.disk_free_percent_min);
  config.database_only = flags.database_only;
  config.backup_to = flags.backup_to;
  config.restore_from = flags.restore_from;
  if (flags.disk_free_min.has_value()) {
    const absl::StatusOr<int64_t> bytes = yaml::ParseBytes(*flags.disk_free_min);
    if (!bytes.ok()) return Named("--disk-free-min", bytes.status());
    config.disk_free_bytes_min = *bytes;
  }
  if (flags.database_max.has_value()) {
    const absl::StatusOr<int64_t> bytes = yaml::ParseBytes(*flags.database_max);
    if (!bytes.ok()) return Named("--database-max", bytes.status());
    config.database_bytes_max = *bytes;
  }
  if (flags.buffer.has_value()) {
    const absl::StatusOr<absl::Duration> buffer = yaml::ParseDuration(*flags.buffer);
    if (!buffer.ok()) return Named("--buffer", buffer.status());
    if (*buffer < kBufferMin || *buffer > kBufferMax) {
      return absl::InvalidArgumentError("--buffer must be 10s .. 24h");
    }
    config.buffer = *buffer;
  }
  return absl::OkStatus();
}

// It becomes a line of postgresql.conf.
bool IsAddressList(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(".:-_*, ").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

absl::Status Check(Config& config) {
  if (!ParseHostPort(config.listen).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen must be HOST:PORT, such as 0.0.0.0:50051 or [::]:50051, got '",
                     config.listen, "'"));
  }
  if (!IsAddressList(config.postgres_listen)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "postgres_listen must be addresses with commas between them, such as 127.0.0.1, got '",
        config.postgres_listen, "'"));
  }
  if (config.data_directory.empty()) config.data_directory = DefaultDataDirectory();
  if (!absl::StartsWith(config.data_directory, "/")) {
    char* here = ::getcwd(nullptr, 0);
    if (here == nullptr) return absl::ErrnoToStatus(errno, "the working directory");
    config.data_directory = absl::StrCat(here, "/", config.data_directory);
    std::free(here);
  }
  const std::string& advertised = config.advertise_postgres;
  if (!advertised.empty() && !absl::StartsWith(advertised, "postgresql://") &&
      !absl::StartsWith(advertised, "postgres://")) {
    return absl::InvalidArgumentError(
        "advertise_postgres must be a URI: postgresql://HOST:PORT/DATABASE");
  }
  if (!config.postgres.empty()) {
    const absl::Status readable = postgres::ClientEnvironment(config.postgres).status();
    if (!readable.ok()) return Named("--postgres", readable);
  } else if (config.database_bytes_max > 0) {
    return absl::InvalidArgumentError(
        "--database-max is for --postgres: a private database is bounded by its disk");
  }
  if (config.database_only && !config.postgres.empty()) {
    return absl::InvalidArgumentError(
        "--database-only is for a private Postgres, not for --postgres");
  }
  return absl::OkStatus();
}

}  // namespace

EmbeddedPostgresOptions PostgresOptionsOf(const Config& config) {
  EmbeddedPostgresOptions options;
  options.directory = config.data_directory;
  options.listen_addresses = config.postgres_listen;
  options.port = config.postgres_port;
  return options;
}

absl::StatusOr<Config> ParseConfig(int argc, const char* const* argv) {
  CLI::App app("Schedules, leases, seals and serves: the one coordinator of a Motzkin cluster.",
               "coordinator");
  app.set_version_flag("--version", MOTZKIN_VERSION);
  Flags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    app.exit(success);
    return absl::CancelledError("");
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StrCat(error.what(), "; see coordinator --help"));
  }
  RETURN_IF_ERROR(RefuseEmpty(app));
  Config config;
  if (!flags.config_file.empty()) {
    const absl::Status read = ReadFile(flags.config_file, config);
    // A file that is not there is bad usage as well: a restart would not help.
    if (!read.ok()) return absl::InvalidArgumentError(read.message());
  }
  RETURN_IF_ERROR(Apply(flags, config));
  RETURN_IF_ERROR(Check(config));
  return config;
}

}  // namespace motzkin::coordinator
