// motzkin jobs prints one line for each job.
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/words.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

void PrintJob(const v1::Job& job) {
  const OutcomeGroups groups = GroupsOf(job);
  const std::string target = job.spec().target() == 0
                                 ? "endless"
                                 : fmt::format("of {}{}", Grouped(job.spec().target()),
                                               job.spec().target_integrated() ? " integrated" : "");
  const std::string archived = ArchivedWords(job);
  fmt::print("{:24} {:10} {:>13} {:20} {:>8} integrated  {:>8}/min  {}{}{}\n", job.spec().name(),
             Word(job.state()), Grouped(job.stored()), target,
             Percent(groups.integrated, groups.total()),
             Grouped(static_cast<int64_t>(job.functions_per_minute())),
             archived.empty() ? Bytes(job.bytes()) : archived, job.reason().empty() ? "" : "  ",
             job.reason());
}

absl::StatusOr<int> RunJobs(const Globals& globals, const NoOptions&) {
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ListJobsResponse response, client.Jobs());
  if (globals.json) {
    Json list = Json::array();
    for (const v1::Job& job : response.jobs()) list.push_back(ToJson(job));
    PrintJson(list);
    return kExitOk;
  }
  for (const v1::Job& job : response.jobs()) PrintJob(job);
  if (response.jobs().empty()) {
    fmt::print(stderr, "no jobs yet. Start one with: motzkin start lample-charton\n");
  }
  return kExitOk;
}

}  // namespace

void AddJobs(const VerbContext& context) { AddVerb(context, "jobs", "list the jobs", RunJobs); }

}  // namespace motzkin::cli
