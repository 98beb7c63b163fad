#include "common/postgres/client_environment.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

// These say who a user is and how he proves it.
constexpr std::array<std::string_view, 6> kOfTheUser = {"user",    "password", "passfile",
                                                        "sslcert", "sslkey",   "sslpassword"};

}  // namespace

std::string PercentEncoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '-' || c == '_' || c == '.' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

std::string UriOf(const std::string& conninfo) {
  if (conninfo.starts_with("postgresql://") || conninfo.starts_with("postgres://")) return conninfo;
  const Options options = Parse(conninfo);
  if (options == nullptr) return "";
  std::string database, rest;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "dbname") database = option->val;
    // libpq's default is the name of the user, who is another one wherever this URI goes.
    if (keyword == "user" && database.empty()) database = option->val;
    if (keyword == "dbname" || std::ranges::find(kOfTheUser, keyword) != kOfTheUser.end()) continue;
    absl::StrAppend(&rest, rest.empty() ? "?" : "&", option->keyword, "=",
                    PercentEncoded(option->val));
  }
  return absl::StrCat("postgresql:///", PercentEncoded(database), rest);
}

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
