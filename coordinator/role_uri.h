// The same database for another role.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::coordinator {

// `uri` (postgresql://[user[:password]@]host...) with this user and password instead of its own,
// which must not need escaping. Empty when `uri` is a key=value conninfo: those have too many ways
// to quote.
std::string RoleUri(std::string_view uri, std::string_view role, std::string_view password);

}  // namespace motzkin::coordinator
