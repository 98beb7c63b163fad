#include "common/postgres/connection.h"

#include <absl/strings/ascii.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <set>
#include <type_traits>
#include <utility>

#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/postgres/client_environment.h"
#include "common/postgres/status.h"
#include "common/process/unique_fd.h"

#if !defined(PQXX_VERSION_MAJOR) || PQXX_VERSION_MAJOR < 7
#define MOTZKIN_PQXX6 1
#elif PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
#define MOTZKIN_PQXX7_10 1
#endif

namespace motzkin::postgres {
namespace {

// With these, a machine that goes away is noticed within half a minute, even while a statement is
// in flight. The encoding is named because the default of a role would count otherwise.
constexpr std::pair<std::string_view, std::string_view> kTimeouts[] = {
    {"connect_timeout", "10"}, {"keepalives_idle", "10"},     {"keepalives_interval", "5"},
    {"keepalives_count", "3"}, {"tcp_user_timeout", "25000"}, {"client_encoding", "UTF8"},
};

// libpqxx 6 turns some errors into types of their own and forgets their SQLSTATE.
std::string SqlStateOf(const pqxx::sql_error& error) {
  if (!error.sqlstate().empty()) return error.sqlstate();
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error)) return "42501";
  if (dynamic_cast<const pqxx::data_exception*>(&error)) return "22000";
  if (dynamic_cast<const pqxx::unique_violation*>(&error)) return "23505";
  if (dynamic_cast<const pqxx::integrity_constraint_violation*>(&error)) return "23000";
  if (dynamic_cast<const pqxx::disk_full*>(&error)) return "53100";
  if (dynamic_cast<const pqxx::insufficient_resources*>(&error)) return "53000";
  return "XX000";
}

// Returns the status or the rows of `body`, and turns the exceptions of libpqxx into a status.
template <typename Body>
std::invoke_result_t<const Body&> Guard(const Body& body) {
  // The order matters: in libpqxx 7, transaction_rollback is an sql_error.
  try {
    return body();
  } catch (const pqxx::in_doubt_error& error) {
    return StatusOf("08007", fmt::format("commit in doubt: {}", error.what()));
  } catch (const pqxx::broken_connection& error) {
    return StatusOf("", error.what());
  } catch (const pqxx::transaction_rollback& error) {
    // In libpqxx 6 these are not sql_errors and have no SQLSTATE.
    return StatusOf(dynamic_cast<const pqxx::deadlock_detected*>(&error) ? "40P01" : "40001",
                    error.what());
  } catch (const pqxx::sql_error& error) {
    return StatusOf(SqlStateOf(error), error.what());
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

Rows RowsOf(const pqxx::result& result) {
  std::vector<std::optional<std::string>> cells;
  cells.reserve(static_cast<size_t>(result.size()) * result.columns());
  for (const auto& row : result) {
    for (const auto& field : row) {
      if (field.is_null()) {
        cells.emplace_back(std::nullopt);
      } else {
        cells.emplace_back(std::in_place, field.c_str(), field.size());
      }
    }
  }
  std::vector<std::string> columns;
  columns.reserve(result.columns());
  for (int column = 0; column < static_cast<int>(result.columns()); ++column)
    columns.emplace_back(result.column_name(column));
  return Rows(std::move(columns), std::move(cells), static_cast<int64_t>(result.affected_rows()));
}

// libpq takes C strings: a NUL would silently cut a value short.
absl::Status CheckNoNul(const Params& params) {
  for (const auto& value : params.values()) {
    if (value.has_value() && value->find('\0') != std::string::npos) {
      return StatusOf("22021", "a text with a NUL byte cannot be stored");
    }
  }
  return absl::OkStatus();
}

pqxx::result Run(pqxx::transaction_base& transaction, std::string_view sql, const Params& params) {
  if (params.values().empty()) return transaction.exec(std::string(sql));
#ifdef MOTZKIN_PQXX6
  // To libpqxx 6 a null pointer is SQL's NULL.
  std::vector<const char*> pointers;
  for (const auto& value : params.values())
    pointers.push_back(value.has_value() ? value->c_str() : nullptr);
  return transaction.exec_params(std::string(sql), pqxx::prepare::make_dynamic_params(pointers));
#else
  pqxx::params list;
  for (const auto& value : params.values()) {
    if (value.has_value()) {
      list.append(*value);
    } else {
      list.append();
    }
  }
#ifdef MOTZKIN_PQXX7_10
  return transaction.exec(std::string(sql), list);
#else
  return transaction.exec_params(std::string(sql), list);
#endif
#endif
}

absl::StatusOr<Rows> ExecuteIn(pqxx::transaction_base& transaction, std::string_view sql,
                               const Params& params) {
  RETURN_IF_ERROR(CheckNoNul(params));
  return Guard([&]() -> absl::StatusOr<Rows> { return RowsOf(Run(transaction, sql, params)); });
}

class PqxxTransaction final : public Transaction {
 public:
  explicit PqxxTransaction(pqxx::transaction_base& transaction) : transaction_(transaction) {}

  absl::StatusOr<Rows> Execute(std::string_view sql, const Params& params) override {
    return ExecuteIn(transaction_, sql, params);
  }

  absl::Status ExecuteScript(std::string_view sql) override {
    return Guard([&] {
      transaction_.exec(std::string(sql));
      return absl::OkStatus();
    });
  }

 private:
  pqxx::transaction_base& transaction_;
};

bool IsPlain(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// Returns the value as libpq reads it back from a URI, or from a list of key=value.
std::string Escaped(std::string_view value, bool uri) {
  if (uri) return PercentEncoded(value);
  if (std::all_of(value.begin(), value.end(), IsPlain)) return std::string(value);
  std::string text;
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return fmt::format("'{}'", text);
}

void Append(std::string_view key, std::string_view value, std::string& conninfo) {
  const bool uri = conninfo.starts_with("postgres://") || conninfo.starts_with("postgresql://");
  std::string_view separator = conninfo.empty() ? "" : " ";
  if (uri) separator = conninfo.find('?') == std::string::npos ? "?" : "&";
  conninfo += fmt::format("{}{}={}", separator, key, Escaped(value, uri));
}

}  // namespace

std::string WithTimeouts(std::string_view conninfo) {
  std::string result(conninfo);
  const std::set<std::string, std::less<>> set = KeywordsIn(result);
  for (const auto& [key, value] : kTimeouts) {
    // A setting of the user wins. With libpq, the later one would.
    if (!set.contains(key)) Append(key, value, result);
  }
  return result;
}

std::string WithServerCertificate(std::string_view conninfo, const std::filesystem::path& file) {
  std::string result(conninfo);
  // verify-full would compare names, and the certificate has none: the key alone tells whose it is.
  Append("sslmode", "verify-ca", result);
  Append("sslrootcert", file.string(), result);
  return result;
}

struct Connection::Impl {
  // Drops notices, which would go to stderr.
#ifdef MOTZKIN_PQXX7_10
  explicit Impl(const std::string& conninfo) : session(conninfo) {
    session.set_notice_handler([](pqxx::zview) noexcept {});
#else
  explicit Impl(const std::string& conninfo) : session(conninfo), quiet(session) {
#endif
#ifdef MOTZKIN_PQXX6
    // If libpqxx reconnected by itself, the session's locks would be lost without a sign.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    session.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
  }

  // Notes whether the session is gone, and returns the status, made UNAVAILABLE in that case.
  absl::Status Noted(absl::Status status) {
    if (!status.ok() && !session.is_open()) {
      broken = true;
      // The last error of a server that shuts down (57P01, ...) is UNAVAILABLE already. Other
      // errors of a lost session would not be repeated, although they should be.
      if (!absl::IsUnavailable(status)) status = StatusOf("", ToStd(status.message()));
    }
    // After a commit in doubt, only a new session can find out what happened.
    if (SqlState(status) == "08007") broken = true;
    return status;
  }

  pqxx::connection session;
  // A duplicate of the session's socket, for HangUp(). libpq may close its own at any time, and
  // another thread may then get that number.
  const UniqueFd line{::dup(session.sock())};
#ifndef MOTZKIN_PQXX7_10
  pqxx::quiet_errorhandler quiet;
#endif
  bool broken = false;
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& conninfo) {
  const std::string complete = WithTimeouts(conninfo);
  // This check refuses a conninfo that libpq cannot read. The message of libpq itself may quote a
  // part of the password.
  const absl::Status readable = ClientEnvironment(complete).status();
  if (!readable.ok()) return StatusOf("", ToStd(readable.message()));
  try {
    return std::unique_ptr<Connection>(new Connection(std::make_unique<Impl>(complete)));
  } catch (const std::exception& error) {
    return StatusOfConnecting(error.what());
  }
}

absl::StatusOr<Rows> Connection::Execute(std::string_view sql, const Params& params) {
  Rows rows;
  RETURN_IF_ERROR(Transact([&](Transaction& transaction) -> absl::Status {
    ASSIGN_OR_RETURN(rows, transaction.Execute(sql, params));
    return absl::OkStatus();
  }));
  return rows;
}

absl::Status Connection::Transact(const std::function<absl::Status(Transaction&)>& body) {
  if (impl_->broken) return StatusOf("", "the connection to Postgres is closed");
  return impl_->Noted(Guard([&] {
    pqxx::work work(impl_->session);
    PqxxTransaction transaction(work);
    absl::Status status = body(transaction);
    if (status.ok()) {
      work.commit();
    } else {
      work.abort();
    }
    return status;
  }));
}

absl::StatusOr<Rows> Connection::ExecuteAlone(std::string_view sql, const Params& params) {
  if (impl_->broken) return StatusOf("", "the connection to Postgres is closed");
  Rows rows;
  RETURN_IF_ERROR(impl_->Noted(Guard([&]() -> absl::Status {
    // Without a transaction around it, Postgres commits the statement as it ends.
    pqxx::nontransaction alone(impl_->session);
    ASSIGN_OR_RETURN(rows, ExecuteIn(alone, sql, params));
    return absl::OkStatus();
  })));
  return rows;
}

// shutdown() ends the connection itself, so a thread that waits at libpq's descriptor wakes up.
// close() would only drop our duplicate.
void Connection::HangUp() { ::shutdown(impl_->line.get(), SHUT_RDWR); }

int Connection::backend_pid() const { return impl_->session.backendpid(); }
bool Connection::broken() const { return impl_->broken; }

}  // namespace motzkin::postgres
