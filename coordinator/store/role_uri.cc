#include "coordinator/store/role_uri.h"

#include <absl/strings/str_cat.h>

namespace motzkin::coordinator {

std::string RoleUri(std::string_view uri, std::string_view role, std::string_view password) {
  const size_t scheme = uri.find("://");
  if (scheme == std::string_view::npos) return "";
  std::string_view rest = uri.substr(scheme + 3);
  // The user ends at the last '@' of the authority; a password may contain one, and so may what
  // follows the authority.
  const size_t authority_end = rest.find_first_of("/?");
  const size_t at = rest.substr(0, authority_end).rfind('@');
  if (at != std::string_view::npos) rest.remove_prefix(at + 1);
  return absl::StrCat("postgresql://", std::string(role), ":", std::string(password), "@",
                      std::string(rest));
}

}  // namespace motzkin::coordinator
