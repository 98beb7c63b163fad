#include "common/postgres/client_environment.h"

#include <absl/strings/str_cat.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace motzkin::postgres {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

// Null if libpq cannot read it. We do not ask for libpq's own message, because it quotes the piece
// that libpq cannot read, and that may be a part of the password.
Options Parse(const std::string& conninfo) {
  return {PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree};
}

}  // namespace

std::set<std::string, std::less<>> KeywordsIn(const std::string& conninfo) {
  std::set<std::string, std::less<>> keywords;
  const Options options = Parse(conninfo);
  if (options == nullptr) return keywords;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords.insert(option->keyword);
  }
  return keywords;
}

absl::StatusOr<std::vector<std::string>> ClientEnvironment(const std::string& conninfo) {
  const Options options = Parse(conninfo);
  if (options == nullptr) {
    return absl::InvalidArgumentError(
        "not a Postgres URI, such as postgresql://USER:PASSWORD@HOST:5432/DATABASE (in a user or "
        "password write %2F for /, %3F for ?, %40 for @, %3A for : and %25 for %), or conninfo, "
        "such as host=HOST dbname=DATABASE");
  }
  std::vector<std::string> environment;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    // Options without a value keep their default, and some have no variable.
    if (option->val == nullptr || option->envvar == nullptr) continue;
    environment.push_back(absl::StrCat(option->envvar, "=", option->val));
  }
  return environment;
}

void IgnoreClientEnvironment() {
  // The names are collected first, because unsetenv() changes the list.
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (text.starts_with("PG")) names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) unsetenv(name.c_str());
}

}  // namespace motzkin::postgres
