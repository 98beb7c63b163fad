// The check of stored rows on this machine, for the verbs that read them.
#pragma once

#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/access/function_pool.h"
#include "cli/verbs/verb.h"
#include "dataset/row_check.h"

namespace motzkin::cli {

// Thread-compatible.
class Recheck {
 public:
  // `integrator` is the value of --integrator, and `or_else` what the user can do without one. The
  // errors are those of LocalJob.
  static absl::StatusOr<std::shared_ptr<Recheck>> Create(const v1::JobSpec& spec,
                                                         const std::string& integrator,
                                                         const std::string& or_else);

  // Judges rows as dataset::CheckRows does. UNAVAILABLE: no integrator runs here.
  absl::StatusOr<std::vector<bool>> Check(const std::vector<dataset::Row>& rows);

  // Ends the check, and says on stderr how many rows a core-second it took.
  void Finish();

 private:
  explicit Recheck(LocalJob job) : pool_(std::move(job)) {}

  FunctionPool pool_;
  int64_t rows_ = 0;
};

// Names the rows that failed on stderr and, if `tell` is set, in the coordinator's events. Without
// the right or the way to a coordinator, stderr alone has them.
void TellFailures(const Globals& globals, const std::string& job,
                  const dataset::FailedByWorker& failed, bool tell);

// Checks all sealed rows of a job. FAILED_PRECONDITION: some failed, which TellFailures() told.
absl::Status RecheckJob(const Globals& globals, dataset::Reader& reader, const std::string& job,
                        const std::string& integrator, bool tell,
                        const dataset::Progress& progress);

}  // namespace motzkin::cli
