#include "common/postgres/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/cord.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <algorithm>
#include <array>
#include <string>

#include "common/base/one_line.h"
#include "common/base/string_view.h"
#include "common/postgres/connection.h"

namespace motzkin::postgres {
namespace {

// The key under which a status carries its SQLSTATE.
constexpr char kPayload[] = "motzkin.postgres/sqlstate";

absl::StatusCode CodeOf(std::string_view sql_state) {
  if (sql_state.empty() || sql_state == "55P03") return absl::StatusCode::kUnavailable;
  if (sql_state == "42501") return absl::StatusCode::kPermissionDenied;
  if (sql_state == "25006") return absl::StatusCode::kFailedPrecondition;
  const std::string_view klass = sql_state.substr(0, 2);
  if (klass == "08" || klass == "40" || klass == "53" || klass == "57" || klass == "58") {
    return absl::StatusCode::kUnavailable;
  }
  if (klass == "22" || klass == "23" || klass == "54") return absl::StatusCode::kInvalidArgument;
  if (klass == "28") return absl::StatusCode::kPermissionDenied;
  if (klass == "3D") return absl::StatusCode::kNotFound;
  if (klass == "MZ") return absl::StatusCode::kFailedPrecondition;
  return absl::StatusCode::kInternal;
}

bool Holds(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

// Returns the message on one line, without the severity before it and the context after it, which
// quotes our own functions.
std::string Shortened(std::string_view message) {
  message = message.substr(0, message.find("\nCONTEXT:"));
  for (const std::string_view severity : {"ERROR:", "FATAL:", "PANIC:"}) {
    if (message.starts_with(severity)) message.remove_prefix(severity.size());
  }
  // Postgres quotes values as they are, so a message may hold any bytes.
  return OneLine(absl::StrReplaceAll(absl::StripAsciiWhitespace(ToAbsl(message)),
                                     {{"\n", "; "}, {"\t", " "}}));
}

}  // namespace

absl::Status StatusOf(std::string_view sql_state, std::string_view message) {
  // Postgres names the file that it could not make longer, which tells an owner little.
  const std::string_view cause = sql_state == "53100" ? "the disk of the database is full: " : "";
  absl::Status status(CodeOf(sql_state), absl::StrCat(ToAbsl(cause), Shortened(message)));
  if (!sql_state.empty()) status.SetPayload(kPayload, absl::Cord(ToAbsl(sql_state)));
  return status;
}

absl::Status StatusOfConnecting(std::string_view message) {
  // libpqxx tells no SQLSTATE of a connection that failed, so the words decide. They are those of a
  // server that speaks English; any other refusal looks as if the server were away.
  constexpr std::array<std::string_view, 6> kRefusals = {
      "authentication failed",      "no pg_hba.conf entry", "pg_hba.conf rejects connection",
      "is not permitted to log in", "no password supplied", "permission denied for database"};
  const bool refused = std::any_of(kRefusals.begin(), kRefusals.end(),
                                   [&](std::string_view words) { return Holds(message, words); });
  // libpq joins the messages of all addresses that it tried, so the words may be anywhere.
  const bool missing = Holds(message, "does not exist");
  if (refused || (missing && Holds(message, "role \""))) return StatusOf("28000", message);
  if (missing && Holds(message, "database \"")) return StatusOf("3D000", message);
  return StatusOf("", message);
}

std::string SqlState(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace motzkin::postgres
