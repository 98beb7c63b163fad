// motzkin status prints the state of the cluster at this moment.
#include <fmt/core.h>

#include <limits>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/screen.h"
#include "cli/verbs/verb.h"

namespace motzkin::cli {
namespace {

int RunStatus(const Globals& globals, bool all) {
  OperatorClient client(globals.coordinator);
  const absl::StatusOr<v1::GetStatusResponse> status = client.Status();
  if (!status.ok()) return Report(status.status());
  if (globals.json) {
    PrintJson(ToJson(*status));
    return kExitOk;
  }
  // Divided, so that sums with it do not overflow.
  constexpr size_t kUnlimited = std::numeric_limits<size_t>::max() / 8;
  const ScreenOptions options{
      .columns = kUnlimited, .rows = kUnlimited, .all_outcomes = all, .latest = false, .job = ""};
  for (const std::string& line : Screen(*status, options)) fmt::print("{}\n", line);
  fmt::print("coordinator {} at {}, data in {}\n", status->build(), globals.coordinator,
             status->data_directory());
  if (!status->psql().empty()) fmt::print("SQL: {}\n", status->psql());
  return kExitOk;
}

}  // namespace

void AddStatus(const VerbContext& context) {
  auto all = std::make_shared<bool>(false);
  CLI::App* const verb = context.app.add_subcommand("status", "show jobs, workers and the disk");
  verb->add_flag("--all", *all, "show every outcome by its name");
  verb->callback([context, all] {
    context.action = [&globals = context.globals, all] { return RunStatus(globals, *all); };
  });
}

}  // namespace motzkin::cli
