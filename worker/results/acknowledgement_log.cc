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
  if (!file_.is_open() || submission.audit_budget_factor() > 0) return;  // An audit is no row.
  for (int i = 0; i < submission.results_size(); ++i) {
    const v1::Result& row = submission.results(i);
    const bool stored = statuses[static_cast<size_t>(i)] == v1::ROW_STATUS_STORED;
    file_ << fmt::format("{} {} {} {} {:016x} {} {}\n", submission.job_uuid(), row.index(),
                         submission.attempt(), Word(row.outcome()), row.canonical_hash(),
                         stored ? "stored" : "already", ContentDigest(row));
  }
  file_.flush();
}

std::string ContentDigest(const v1::Result& row) {
  const std::string content = fmt::format("{}\n{}\n{}\n{}", Word(row.outcome()), row.integrand(),
                                          row.integral(), row.wall_ms());
  return absl::BytesToHexString(Sha256(content));
}

}  // namespace motzkin::worker
