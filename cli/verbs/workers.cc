// motzkin workers prints one line for each machine.
#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/words.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

void PrintWorker(const v1::Worker& worker) {
  std::string engines;
  // Sorted, because protobuf's maps have a random order.
  for (const auto& [engine, version] :
       std::map<std::string, std::string>(worker.engines().begin(), worker.engines().end())) {
    absl::StrAppend(&engines, " ", engine, " ", version);
  }
  fmt::print(
      "{:20} {:16} {:>3}/{} slots {:>8}/min {:>8} integrated/min  seen {} ago  sandbox {} {}\n",
      worker.name(), worker.state(), worker.slots_busy(), worker.slots(),
      Grouped(static_cast<int64_t>(worker.functions_per_minute())),
      Grouped(static_cast<int64_t>(worker.integrated_per_minute())),
      Span(worker.seconds_since_seen()), worker.sandbox_level(), engines);
  if (!worker.reason().empty()) fmt::print("{:20} {}\n", "", worker.reason());
}

absl::StatusOr<int> RunWorkers(const Globals& globals, const NoOptions&) {
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ListWorkersResponse response, client.Workers());
  if (globals.json) {
    Json list = Json::array();
    for (const v1::Worker& worker : response.workers()) list.push_back(ToJson(worker));
    PrintJson(list);
    return kExitOk;
  }
  for (const v1::Worker& worker : response.workers()) PrintWorker(worker);
  if (response.workers().empty()) {
    fmt::print(stderr, "no workers yet. On each machine run: worker --connect {}\n",
               globals.coordinator.address);
  }
  return kExitOk;
}

}  // namespace

void AddWorkers(const VerbContext& context) {
  AddVerb(context, "workers", "list the workers", RunWorkers);
}

}  // namespace motzkin::cli
