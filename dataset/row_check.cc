#include "dataset/row_check.h"

#include <absl/strings/str_join.h>
#include <fmt/format.h>

#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"

namespace motzkin::dataset {

absl::Status RowCheck::Mark(std::vector<Row>& rows) {
  if (check_ == nullptr || rows.empty()) return absl::OkStatus();
  // An export reads each piece more than once, in the order of the index. Only the first pass pays
  // for the verification; later ones find the answers in failed_indices_.
  if (rows.front().index >= checked_below_) RETURN_IF_ERROR(Check(rows));
  for (Row& row : rows) {
    row.sound = !failed_indices_.contains(row.index);
    if (row.sound) MendDuplicate(row);
  }
  return absl::OkStatus();
}

absl::Status RowCheck::Check(const std::vector<Row>& rows) {
  ASSIGN_OR_RETURN(const std::vector<bool> sound, check_(rows));
  MOTZKIN_CHECK(sound.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!sound[i]) Blame(rows[i]);
  }
  checked_ += static_cast<int64_t>(rows.size());
  checked_below_ = rows.back().index + 1;
  return absl::OkStatus();
}

void RowCheck::Blame(const Row& row) {
  failed_indices_.insert(row.index);
  // The name may be missing in an archive of an old release; the rows are still counted.
  const auto name = workers_.find(row.worker_id);
  FailedRows& failed = failed_[name == workers_.end() ? "?" : name->second];
  ++failed.rows;
  if (failed.first.size() < FailedRows::kNamedMax) failed.first.push_back(row.index);
}

// `duplicate_of` names the first row with this function. If that row is wrong, the first sound one
// takes its place, or a whole class would vanish from the export. Rows come in the order of the
// index, so the first that arrives here is the first sound one.
void RowCheck::MendDuplicate(Row& row) {
  if (!row.duplicate_of.has_value() || !failed_indices_.contains(*row.duplicate_of)) return;
  // firsts_ remembers it for all passes: a later pass meets the same row first and gets the same
  // answer.
  const int64_t first = firsts_.try_emplace(row.canonical_hash, row.index).first->second;
  row.duplicate_of.reset();
  if (first != row.index) row.duplicate_of = first;
}

absl::StatusOr<FailedByWorker> CheckJob(Reader& reader, const JobDescription& job,
                                        const CheckRows& check, const Progress& progress) {
  ASSIGN_OR_RETURN(WorkerNames workers, reader.Workers());
  RowCheck rows(check, std::move(workers));
  RETURN_IF_ERROR(reader.ForEachPiece(
      job, {0, job.sealed}, [&](std::vector<Row>& piece) { return rows.Mark(piece); }, progress));
  return rows.failed();
}

std::vector<std::string> FailureLines(const FailedByWorker& failed) {
  std::vector<std::string> lines;
  for (const auto& [worker, failures] : failed) {
    const bool all_named = failures.rows == static_cast<int64_t>(failures.first.size());
    lines.push_back(fmt::format("{} {} of worker {} (indices {}{})", Grouped(failures.rows),
                                failures.rows == 1 ? "row" : "rows", worker,
                                absl::StrJoin(failures.first, ", "), all_named ? "" : ", ..."));
  }
  return lines;
}

}  // namespace motzkin::dataset
