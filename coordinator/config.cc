#include "coordinator/config.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "common/postgres/client_environment.h"
#include "common/settings/settings.h"

namespace motzkin::coordinator {
namespace {

const std::vector<std::pair<std::string_view, std::string>> kLogLevels = {
    {"debug", "debug"}, {"info", "info"}, {"warning", "warning"}, {"error", "error"}};

constexpr absl::Duration kBufferMin = absl::Seconds(10);
constexpr absl::Duration kBufferMax = absl::Hours(24);
// Workers store a row every few seconds at best, and the store is looked at as seldom.
constexpr absl::Duration kStallMin = absl::Seconds(10);
constexpr absl::Duration kStallMax = absl::Hours(24);
constexpr absl::Duration kWebIdleMin = absl::Seconds(1);
constexpr absl::Duration kWebIdleMax = absl::Hours(24 * 30);
constexpr int64_t kBytesMax = 1ll << 50;
constexpr int kAuditMax = 1'000'000;

std::string DefaultDataDirectory() {
  if (::geteuid() == 0) return "/var/lib/motzkin";
  if (const char* xdg = std::getenv("XDG_DATA_HOME"); xdg != nullptr && xdg[0] == '/') {
    return absl::StrCat(xdg, "/motzkin");
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return "";
  return absl::StrCat(home, "/.local/share/motzkin");
}

std::vector<settings::Setting> SettingsOf(Config& config) {
  using namespace settings;
  return {
      {"listen", "HOST:PORT", "for workers and motzkin", Text(config.listen)},
      {"web", "HOST:PORT|off", "where the page for browsers is served", Text(config.web)},
      {"web_certificate", "FILE", "certificate of the page; else the coordinator makes one",
       Text(config.web_certificate)},
      {"web_key", "FILE", "its key", Text(config.web_key)},
      {"web_names", "NAMES", "further names by which browsers reach the page",
       Text(config.web_names)},
      {"web_idle", "DURATION", "who does nothing on the page for so long has to sign in again",
       Duration(config.web_idle, kWebIdleMin, kWebIdleMax)},
      {"data_directory", "DIR", "where the database is kept", Text(config.data_directory),
       "--data-dir"},
      {"postgres", "URI", "a Postgres to use instead of a private one", Text(config.postgres)},
      {"advertise_postgres", "URI", "at which workers on other hosts reach the database",
       Text(config.advertise_postgres)},
      {"postgres_listen", "ADDRESSES", "of the private Postgres", Text(config.postgres_listen)},
      {"postgres_port", "PORT", "its port; 0: any free one",
       Integer(config.postgres_port, 0, 65'535)},
      {"insecure", "no|yes|yes-really",
       "plain text, and every caller may do everything; yes: on loopback alone",
       Choice(config.insecure, identity::kInsecureWords)},
      {"invite_file", "FILE", "gets an invite for workers at each start, for its group to read",
       Text(config.invite_file)},
      {"log_level", "LEVEL", "debug, info, warning or error", Choice(config.log_level, kLogLevels)},
      {"disk_free_percent_min", "PERCENT", "grant nothing below this much free disk",
       Number(config.disk_free_percent_min, 0, 90)},
      {"disk_free_min", "BYTES", "nor below this many bytes",
       Bytes(config.disk_free_bytes_min, 0, kBytesMax)},
      {"database_max", "BYTES", "with --postgres: grant nothing once it is larger; 0: no bound",
       Bytes(config.database_bytes_max, 0, kBytesMax)},
      {"audit_negatives", "N", "compute one sealed negative in N again; 0: none",
       Integer(config.audit_negatives, 0, kAuditMax)},
      {"audit_integrals", "N", "verify one sealed integral in N again; 0: none",
       Integer(config.audit_integrals, 0, kAuditMax)},
      {"buffer", "DURATION", "work that a worker holds",
       Duration(config.buffer, kBufferMin, kBufferMax)},
      {"stall", "DURATION",
       "take a batch back of which nothing is stored for this long and 40 times a job's budgets",
       Duration(config.stall, kStallMin, kStallMax)},
  };
}

// Adds the flags that no file can set. Each makes the coordinator do one thing and end.
void AddErrands(CLI::App& app, Config& config) {
  auto* const only = app.add_flag("--database-only", config.database_only,
                                  "only run the database: print a reader's URI and wait");
  auto* const backup =
      app.add_option("--backup", config.backup_to, "only write a backup to this new directory");
  app.add_option("--backup-of", config.backup_of,
                 "fail unless the cluster with this UUID runs on the data directory")
      ->needs(backup);
  app.add_option("--restore", config.restore_from,
                 "only fill a new data directory, or an empty --postgres, from this backup")
      ->excludes(only)
      ->excludes(backup);
  backup->excludes(only);
}

absl::Status Named(const char* flag, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", status.message()));
}

// Whether Postgres can take the text for listen_addresses, which it gets on its command line.
bool IsAddressList(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view(".:-_*, ").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

absl::Status CheckWeb(const Config& config) {
  if (config.web_certificate.empty() != config.web_key.empty()) {
    return absl::InvalidArgumentError("--web-certificate and --web-key go together");
  }
  for (const std::string& name : WebNames(config)) {
    if (ParseHostPort(name + ":1").has_value()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "web_names must be names with commas between them, such as pi.fritz.box, got '",
        config.web_names, "'"));
  }
  if (config.web == kWebOff) return absl::OkStatus();
  if (!ParseHostPort(config.web).has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "web must be HOST:PORT, such as 127.0.0.1:8080, or off, got '", config.web, "'"));
  }
  if (!IsPageOpen(config) || config.insecure == identity::Insecure::kNo ||
      !config.web_certificate.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--web ", config.web,
                   " needs TLS, and with --insecure the coordinator has no key for it: name a "
                   "certificate with --web-certificate and --web-key, or stay on loopback"));
}

absl::Status Check(Config& config) {
  if (!ParseHostPort(config.listen).has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("listen must be HOST:PORT, such as 0.0.0.0:50051 or [::]:50051, got '",
                     config.listen, "'"));
  }
  RETURN_IF_ERROR(CheckWeb(config));
  RETURN_IF_ERROR(identity::CheckInsecure(config.insecure, config.listen));
  if (config.insecure != identity::Insecure::kNo && !config.invite_file.empty()) {
    return absl::InvalidArgumentError(
        "--invite-file has no use with --insecure: no caller needs an invite then");
  }
  if (!IsAddressList(config.postgres_listen)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "postgres_listen must be addresses with commas between them, such as 127.0.0.1, got '",
        config.postgres_listen, "'"));
  }
  if (config.data_directory.empty()) {
    return absl::InvalidArgumentError(
        "name a data directory with --data-dir; there is no HOME for the default one");
  }
  std::error_code error;
  // The programs of Postgres start in the root directory, where a relative path would lead
  // elsewhere.
  config.data_directory = std::filesystem::absolute(config.data_directory, error).string();
  if (error) return absl::ErrnoToStatus(error.value(), "the working directory");
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

bool IsPageOpen(const Config& config) {
  const auto address = ParseHostPort(config.web);
  return address.has_value() && !IsLoopback(address->host);
}

std::vector<std::string> WebNames(const Config& config) {
  return absl::StrSplit(absl::AsciiStrToLower(config.web_names), absl::ByAnyChar(", "),
                        absl::SkipEmpty());
}

EmbeddedPostgresOptions PostgresOptionsOf(const Config& config) {
  EmbeddedPostgresOptions options;
  options.directory = config.data_directory;
  options.listen_addresses = config.postgres_listen;
  options.port = config.postgres_port;
  // The owner may have a tunnel, and then says so in the URI.
  options.plain_text_from_afar = absl::StrContains(config.advertise_postgres, "sslmode=disable");
  return options;
}

absl::StatusOr<Config> ParseConfig(int argc, const char* const* argv) {
  CLI::App app("Schedules, leases, seals and serves: the one coordinator of a Motzkin cluster.",
               "coordinator");
  app.set_version_flag("--version", MOTZKIN_VERSION);
  Config config;
  config.data_directory = DefaultDataDirectory();
  AddErrands(app, config);
  ASSIGN_OR_RETURN(const bool parsed, settings::ReadSettings(app, SettingsOf(config), argc, argv));
  // --help or --version was answered. main() takes CANCELLED for success.
  if (!parsed) return absl::CancelledError("");
  RETURN_IF_ERROR(Check(config));
  return config;
}

}  // namespace motzkin::coordinator
