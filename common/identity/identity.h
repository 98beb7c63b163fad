// An identity says who a caller is: a worker by its UUID, or a person by a name. Certificates carry
// it as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace motzkin::identity {

enum class Role {
  kWorker,    // the name is the worker's UUID
  kOperator,  // may do everything that `motzkin` can
  kReader,    // an operator who may only look
};

struct Identity {
  Role role = Role::kReader;
  std::string name = {};
  bool operator==(const Identity&) const = default;
};

// "worker 7d444840-9dc0-41d1-b245-5ffdce74fad2", "operator anna" or "reader ben".
std::string ToText(const Identity& identity);
// Returns nothing if the text is not one that ToText() makes, or its name is refused by IsName().
std::optional<Identity> FromText(std::string_view text);

// Whether a name may stand in a certificate: 1 .. 40 of letters, digits, '-', '_' and '.'.
bool IsName(std::string_view name);

}  // namespace motzkin::identity
