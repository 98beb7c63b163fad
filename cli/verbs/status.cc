// motzkin status prints the state of the cluster at this moment.
#include <fmt/core.h>

#include <limits>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/screen.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

absl::StatusOr<int> RunStatus(const Globals& globals, const bool& all) {
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status, client.Status());
  if (globals.json) {
    PrintJson(ToJson(status));
    return kExitOk;
  }
  // Divided, so that sums with it do not overflow.
  constexpr size_t kUnlimited = std::numeric_limits<size_t>::max() / 8;
  const ScreenOptions options{
      .columns = kUnlimited, .rows = kUnlimited, .all_outcomes = all, .latest = false, .job = ""};
  for (const std::string& line : Screen(status, options)) fmt::print("{}\n", line);
  fmt::print("coordinator {} at {}, data in {}\n", status.build(), globals.coordinator.address,
             status.data_directory());
  if (!status.page().empty()) fmt::print("page: {}, on that machine\n", status.page());
  if (!status.psql().empty()) fmt::print("SQL: {}\n", status.psql());
  return kExitOk;
}

}  // namespace

void AddStatus(const VerbContext& context) {
  const auto [verb, all] = AddVerb(context, "status", "show jobs, workers and the disk", RunStatus);
  verb.add_flag("--all", all, "show every outcome by its name");
}

}  // namespace motzkin::cli
