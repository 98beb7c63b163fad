// motzkin void WORKER takes back the rows that a machine stored.
#include <absl/strings/str_cat.h>
#include <absl/time/time.h>
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

struct VoidFlags {
  std::string worker;
  std::string since;
};

// Times are the database's, in UTC, as `motzkin events` and the views print them.
absl::StatusOr<absl::Time> ParseSince(const std::string& text) {
  absl::Time time;
  std::string error;
  for (const char* format :
       {absl::RFC3339_full, "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, &time, &error)) return time;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--since takes a time in UTC such as '2026-01-31 22:00' or 2026-01-31, not '", text, "'"));
}

Json ToJson(const v1::VoidRowsResponse& response) {
  Json jobs = Json::array();
  for (const v1::VoidedJob& job : response.jobs()) {
    jobs.push_back({{"job", job.job()},
                    {"rows", job.rows()},
                    {"sealed_rows", job.sealed_rows()},
                    {"first_sealed", job.first_sealed()},
                    {"last_sealed", job.last_sealed()},
                    {"hidden_rows", job.hidden_rows()},
                    {"sealed_below", job.sealed_below()},
                    {"state", Word(job.state())}});
  }
  return {{"worker", response.worker()}, {"jobs", jobs}};
}

void Print(const v1::VoidRowsResponse& response) {
  if (response.jobs().empty()) fmt::print("worker {} has no such rows\n", response.worker());
  for (const v1::VoidedJob& job : response.jobs()) {
    fmt::print("job {}: {} rows of worker {} taken back; the job is {}, sealed below {}\n",
               job.job(), Grouped(job.rows()), response.worker(), Word(job.state()),
               Grouped(job.sealed_below()));
    // Exports read sealed rows alone, so rows that were not sealed are in none.
    if (job.sealed_rows() == 0) continue;
    fmt::print(
        "  {} of them were sealed, indices {} to {}: exports made before hold those that "
        "count, and lack {} rows that these made look like duplicates\n",
        Grouped(job.sealed_rows()), job.first_sealed(), job.last_sealed(),
        Grouped(job.hidden_rows()));
  }
}

absl::StatusOr<int> RunVoid(const Globals& globals, const VoidFlags& flags) {
  v1::VoidRowsRequest request;
  request.set_worker(flags.worker);
  if (!flags.since.empty()) {
    ASSIGN_OR_RETURN(const absl::Time since, ParseSince(flags.since));
    request.mutable_since()->set_seconds(absl::ToUnixSeconds(since));
    request.mutable_since()->set_nanos(static_cast<int32_t>(
        absl::ToInt64Nanoseconds(since - absl::FromUnixSeconds(absl::ToUnixSeconds(since)))));
  }
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::VoidRowsResponse response, client.Void(request));
  if (globals.json) {
    PrintJson(ToJson(response));
  } else {
    Print(response);
  }
  return kExitOk;
}

}  // namespace

void AddVoid(const VerbContext& context) {
  const auto [verb, flags] = AddVerb(
      context, "void", "drain a worker and take its rows back: they are computed again", RunVoid);
  verb.add_option("WORKER", flags.worker, "name or UUID of the worker")->required();
  verb.add_option("--since", flags.since,
                  "keep rows stored before this time in UTC, e.g. '2026-01-31 22:00'");
}

}  // namespace motzkin::cli
