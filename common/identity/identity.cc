#include "common/identity/identity.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

#include "common/base/name.h"

namespace motzkin::identity {
namespace {

constexpr size_t kNameBytesMax = 40;  // A certificate's common name holds 64.
// In the order of Role.
constexpr std::string_view kRoles[] = {"worker", "operator", "reader"};

}  // namespace

std::string ToText(const Identity& identity) {
  return absl::StrCat(std::string(kRoles[static_cast<size_t>(identity.role)]), " ", identity.name);
}

std::optional<Identity> FromText(std::string_view text) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto* const role = std::find(std::begin(kRoles), std::end(kRoles), text.substr(0, space));
  const std::string_view name = text.substr(space + 1);
  if (role == std::end(kRoles) || !IsName(name)) return std::nullopt;
  return Identity{.role = static_cast<Role>(role - std::begin(kRoles)), .name = std::string(name)};
}

// A space would end the role early in FromText(), and an escape sequence in a name would reach the
// terminals of operators.
bool IsName(std::string_view name) { return motzkin::IsName(name, kNameBytesMax); }

}  // namespace motzkin::identity
