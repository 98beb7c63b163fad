// motzkin web-password sets the password of the coordinator's page, or takes it away.
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/secret_line.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

struct WebPasswordOptions {
  bool remove = false;
};

absl::StatusOr<std::string> NewPassword() {
  ASSIGN_OR_RETURN(std::string password, ReadSecretLine("Password of the page: "));
  if (!IsTyped()) return password;
  ASSIGN_OR_RETURN(const std::string again, ReadSecretLine("Once more: "));
  if (again != password) return absl::InvalidArgumentError("the two passwords differ");
  return password;
}

absl::StatusOr<int> RunWebPassword(const Globals& globals, const WebPasswordOptions& options) {
  v1::SetPagePasswordRequest request;
  request.set_remove(options.remove);
  if (!options.remove) {
    ASSIGN_OR_RETURN(*request.mutable_password(), NewPassword());
  }
  OperatorClient client(globals.coordinator);
  RETURN_IF_ERROR(client.SetPagePassword(request));
  if (globals.json) {
    PrintJson({{"password", !options.remove}});
  } else if (options.remove) {
    fmt::print("the page has no password, so it is for looking only\n");
  } else {
    fmt::print("the page has a new password; all who were signed in have to sign in again\n");
  }
  return kExitOk;
}

}  // namespace

void AddWebPassword(const VerbContext& context) {
  const auto [verb, options] = AddVerb(
      context, "web-password",
      "set the password with which you sign in on the page; asks for it, or reads a line of "
      "standard input",
      RunWebPassword);
  verb.add_flag("--remove", options.remove, "take it away: the page is for looking only then");
}

}  // namespace motzkin::cli
