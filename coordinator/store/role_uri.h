// Makes the URI of a database for another role.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::coordinator {

// Returns `uri` (postgresql://[user[:password]@]host...) with `role` and `password` instead of its
// own user; neither may need escaping. Returns an empty text if `uri` is a key=value conninfo, as
// those have too many ways to quote.
std::string RoleUri(std::string_view uri, std::string_view role, std::string_view password);

}  // namespace motzkin::coordinator
