// The SQL statements of queries/, compiled in.
#pragma once

#include <string_view>

namespace motzkin::coordinator {

// The text of queries/NAME.sql. A name that does not exist is a bug (CHECK).
std::string_view Query(std::string_view name);

}  // namespace motzkin::coordinator
