// Turns Postgres' errors into absl::Status; connection.h has the table. Private to common/postgres.
#pragma once

#include <absl/status/status.h>

#include <string_view>

namespace motzkin::postgres {

// Returns the status of an error with this SQLSTATE, which has five characters, or none if the
// connection failed.
absl::Status StatusOf(std::string_view sql_state, std::string_view message);

// Returns the status of a failed attempt to connect. libpq gives no SQLSTATE then, so its words
// decide. A server that speaks another language gives UNAVAILABLE, which callers repeat and show.
absl::Status StatusOfConnecting(std::string_view message);

}  // namespace motzkin::postgres
