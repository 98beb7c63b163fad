#include "tests/support/mini_postgres.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "common/base/check.h"

namespace motzkin::test {
namespace {

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
  MOTZKIN_CHECK(value.ok());
  return *std::move(value);
}

void MustBeOk(const absl::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  MOTZKIN_CHECK(status.ok());
}

// Replaces the value of `key` in "key=value key=value ...".
std::string With(const std::string& conninfo, const std::string& key, const std::string& value) {
  const size_t begin = conninfo.find(key + "=") + key.size() + 1;
  const size_t end = std::min(conninfo.find(' ', begin), conninfo.size());
  return conninfo.substr(0, begin) + value + conninfo.substr(end);
}

}  // namespace

MiniPostgres::MiniPostgres(coordinator::EmbeddedPostgresOptions options)
    : options_(std::move(options)) {
  char name[] = "/tmp/motzkin-test-XXXXXX";
  options_.directory = mkdtemp(name);
  chmod(name, 0711);  // The server may run as another user, who must reach its data.
  // No test cuts the power, and fsync would make most of their time.
  options_.fsync = false;
  server_ = Must(coordinator::EmbeddedPostgres::Start(options_));
}

MiniPostgres::~MiniPostgres() {
  server_->Stop();
  std::filesystem::remove_all(options_.directory);
}

MiniPostgres& MiniPostgres::Shared() {
  static MiniPostgres postgres;
  return postgres;
}

std::string MiniPostgres::NewDatabase(const std::string& options) {
  static std::atomic<int> count{0};
  // Every test has its own database, so that tests can share one server.
  const std::string name = fmt::format("test_{}", ++count);
  const std::string owner = server_->OwnerConninfo();
  MustBeOk(
      MustConnect(Superuser(owner))
          ->ExecuteAlone(fmt::format("CREATE DATABASE {} OWNER motzkin_owner {}", name, options))
          .status());
  return With(owner, "dbname", name);
}

std::string MiniPostgres::As(const std::string& owner_conninfo, const std::string& role,
                             const std::string& password, int port) const {
  const size_t begin = owner_conninfo.find("dbname=") + 7;
  const std::string database =
      owner_conninfo.substr(begin, owner_conninfo.find(' ', begin) - begin);
  // In plain text, as a proxy may read along.
  return fmt::format("host=127.0.0.1 port={} user={} password={} dbname={} sslmode=disable",
                     port == 0 ? server_->port() : port, role, password, database);
}

std::string MiniPostgres::Superuser(const std::string& owner_conninfo) const {
  return With(owner_conninfo, "user", "postgres");
}

void MiniPostgres::Restart() {
  server_->Stop();
  server_ = Must(coordinator::EmbeddedPostgres::Start(options_));
}

std::unique_ptr<postgres::Connection> MustConnect(const std::string& conninfo) {
  return Must(postgres::Connection::Open(conninfo));
}

}  // namespace motzkin::test
