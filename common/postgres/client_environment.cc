#include "common/postgres/client_environment.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace motzkin::postgres {

absl::StatusOr<std::vector<std::string>> ClientEnvironment(const std::string& conninfo) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(conninfo.c_str(), &message), &PQconninfoFree);
  if (options == nullptr) {
    const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, &PQfreemem);
    // libpq ends its messages with a new line.
    const absl::string_view why =
        absl::StripTrailingAsciiWhitespace(message == nullptr ? "unreadable" : message);
    return absl::InvalidArgumentError(absl::StrCat("not a Postgres URI or conninfo: ", why));
  }
  std::vector<std::string> environment;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || option->envvar == nullptr) continue;
    environment.push_back(absl::StrCat(option->envvar, "=", option->val));
  }
  return environment;
}

void IgnoreClientEnvironment() {
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (text.starts_with("PG")) names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) unsetenv(name.c_str());
}

}  // namespace motzkin::postgres
