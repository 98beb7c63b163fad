// From what Postgres says to absl::Status; connection.h has the table. Private to common/postgres.
#pragma once

#include <absl/status/status.h>

#include <string_view>

namespace motzkin::postgres {

// The status of an error with this SQLSTATE (five characters; empty: the connection failed).
absl::Status StatusOf(std::string_view sql_state, std::string_view message);

// The status of a failed attempt to connect. libpq hands no SQLSTATE out then, so its words decide;
// a server that speaks another language gives UNAVAILABLE, which callers repeat and show.
absl::Status StatusOfConnecting(std::string_view message);

}  // namespace motzkin::postgres
