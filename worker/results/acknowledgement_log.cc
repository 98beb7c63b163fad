#include "worker/results/acknowledgement_log.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include "common/base/sha256.h"
#include "common/words/words.h"

namespace motzkin::worker {

AcknowledgementLog::AcknowledgementLog(const std::string& path) {
  if (!path.empty()) file_.open(path, std::ios::app);
}

void AcknowledgementLog::Append(const v1::Submission& submission,
                                const std::vector<v1::RowStatus>& statuses) {
  // The answer to an audit is not stored in `result`, so the log would promise a row that is not
  // there.
  if (!file_.is_open() || submission.audit_budget_factor() > 0) return;
  for (int i = 0; i < submission.results_size(); ++i) {
    const v1::Result& row = submission.results(i);
    const bool stored = statuses[static_cast<size_t>(i)] == v1::ROW_STATUS_STORED;
    file_ << fmt::format("{} {} {} {} {:016x} {} {}\n", submission.job_uuid(), row.index(),
                         submission.attempt(), Word(row.outcome()), row.canonical_hash(),
                         stored ? "stored" : "already", ContentDigest(row));
  }
  // From here on the lines survive a kill of this process. They need not survive a power cut: a
  // line that is missing promises nothing.
  file_.flush();
}

std::string ContentDigest(const v1::Result& row) {
  // tests/torture/checks/acknowledged_rows_are_stored.sql computes the same, so change both.
  const std::string content = fmt::format("{}\n{}\n{}\n{}", Word(row.outcome()), row.integrand(),
                                          row.integral(), row.wall_ms());
  return absl::BytesToHexString(Sha256(content));
}

}  // namespace motzkin::worker
