#include "cli/text/screen.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "cli/text/words.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

int64_t BusySlots(const v1::GetStatusResponse& status) {
  int64_t slots = 0;
  for (const v1::Worker& worker : status.workers()) slots += worker.slots_busy();
  return slots;
}

// Returns the number of functions that count towards the target.
int64_t Done(const v1::Job& job) {
  return job.spec().target_integrated() ? GroupsOf(job).integrated : job.stored();
}

std::string Bar(double share, size_t width) {
  const double clamped = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<size_t>(clamped * static_cast<double>(width));
  return fmt::format("[{:#<{}}{:.<{}}]", "", full, "", width - full);
}

std::string TargetLine(const v1::Job& job, size_t columns) {
  const std::string rate = fmt::format("{:.1f}/s", job.functions_per_minute() / 60);
  // Target 0 means endless, so there is no share to show.
  if (job.spec().target() == 0) return fmt::format("  endless, {}", rate);
  const double share = static_cast<double>(Done(job)) / static_cast<double>(job.spec().target());
  const size_t width = std::clamp<size_t>(columns / 3, 10, 50);
  return fmt::format("  {} {:.1f} % of {}{}   {}   {} to go", Bar(share, width), 100 * share,
                     Grouped(job.spec().target()),
                     job.spec().target_integrated() ? " integrated" : "", rate,
                     Span(job.eta_seconds()));
}

void AddOutcomes(const v1::Job& job, bool all, std::vector<std::string>& lines) {
  const OutcomeGroups groups = GroupsOf(job);
  lines.push_back(fmt::format("  {} integrated ({})   {} no answer ({})   {} broken ({})",
                              Grouped(groups.integrated),
                              Percent(groups.integrated, groups.total()), Grouped(groups.no_answer),
                              Percent(groups.no_answer, groups.total()), Grouped(groups.broken),
                              Percent(groups.broken, groups.total())));
  if (!all) return;
  // Sorted, or the lines would change places at every look.
  for (const auto& [outcome, count] :
       std::map<std::string, int64_t>(job.outcomes().begin(), job.outcomes().end())) {
    lines.push_back(fmt::format("    {:16} {:>13}  {:>7}", outcome, Grouped(count),
                                Percent(count, groups.total())));
  }
}

// Tells how far the negative labels of the job can be trusted.
std::string AuditLine(const v1::LabelFlips& flips) {
  return fmt::format("  label flips {} of {} audited ({:.1f} %, 95 % interval {:.1f} to {:.1f} %)",
                     Grouped(flips.flips()), Grouped(flips.audited()), 100 * flips.share(),
                     100 * flips.lower(), 100 * flips.upper());
}

void AddJob(const v1::Job& job, const ScreenOptions& options, std::vector<std::string>& lines) {
  const std::string archived = ArchivedWords(job);
  lines.push_back(fmt::format("job {}  {}   {} functions   sealed below {}   {}", job.spec().name(),
                              Word(job.state()), Grouped(job.stored()), Grouped(job.sealed_below()),
                              archived.empty() ? Bytes(job.bytes()) : archived));
  if (!job.reason().empty()) lines.push_back("  " + job.reason());
  lines.push_back(TargetLine(job, options.columns));
  AddOutcomes(job, options.all_outcomes, lines);
  if (job.label_flips().audited() > 0) lines.push_back(AuditLine(job.label_flips()));
  lines.emplace_back();
}

void AddWorkers(const v1::GetStatusResponse& status, std::vector<std::string>& lines) {
  for (const v1::Worker& worker : status.workers()) {
    lines.push_back(fmt::format(
        "worker {:16} {:10} {}/{} slots  {:>7.1f}/s  {:>7.1f} integrated/s{}{}", worker.name(),
        worker.state(), worker.slots_busy(), worker.slots(), worker.functions_per_minute() / 60,
        worker.integrated_per_minute() / 60, worker.reason().empty() ? "" : "  ", worker.reason()));
  }
  if (status.workers().empty()) lines.emplace_back("no workers: run worker --connect HOST:PORT");
  lines.emplace_back();
}

void AddLatest(const v1::GetStatusResponse& status, std::vector<std::string>& lines) {
  for (const v1::Result& result : status.latest()) {
    lines.push_back(fmt::format("int {} dx = {}", PrefixToInfix(result.integrand()),
                                PrefixToInfix(result.integral())));
  }
}

}  // namespace

bool IsOver(v1::JobState state) {
  return state == v1::JOB_STATE_COMPLETED || state == v1::JOB_STATE_CANCELLED ||
         state == v1::JOB_STATE_FAILED;
}

std::vector<const v1::Job*> SelectedJobs(const v1::GetStatusResponse& status,
                                         const std::string& job) {
  // Jobs that are over are shown only if there is no other, so that old ones do not fill the
  // screen. A job that is named is shown in any state.
  std::vector<const v1::Job*> open;
  std::vector<const v1::Job*> all;
  for (const v1::Job& it : status.jobs()) {
    if (!job.empty() && it.spec().name() != job && it.uuid() != job) continue;
    all.push_back(&it);
    if (!IsOver(it.state())) open.push_back(&it);
  }
  return open.empty() ? all : open;
}

std::string JobLine(const v1::Job& job, const v1::GetStatusResponse& status) {
  const OutcomeGroups groups = GroupsOf(job);
  const int64_t slots = BusySlots(status);
  return fmt::format("job {}  {}   {} functions   {} integrated ({})   {:.0f}/s   {} slot{}{}{}",
                     job.spec().name(), Word(job.state()), Grouped(job.stored()),
                     Grouped(groups.integrated), Percent(groups.integrated, groups.total()),
                     job.functions_per_minute() / 60, slots, slots == 1 ? "" : "s",
                     job.reason().empty() ? "" : "   ", job.reason());
}

std::vector<std::string> Screen(const v1::GetStatusResponse& status, const ScreenOptions& options) {
  std::vector<std::string> lines;
  if (!status.blocked().empty()) lines.push_back("blocked: " + status.blocked());
  for (const v1::Job* const job : SelectedJobs(status, options.job)) AddJob(*job, options, lines);
  if (status.jobs().empty()) lines.emplace_back("no jobs: motzkin start lample-charton");
  AddWorkers(status, lines);
  lines.push_back(status.disk_total_bytes() == 0
                      ? "disk not watched: the coordinator has --postgres without --database-max"
                      : fmt::format("disk {} free of {}", Bytes(status.disk_free_bytes()),
                                    Bytes(status.disk_total_bytes())));
  if (options.latest && !status.latest().empty()) {
    lines.emplace_back();
    AddLatest(status, lines);
  }
  // A line too many, or one that wraps, would scroll the terminal and spoil the redrawing.
  if (lines.size() > options.rows) lines.resize(options.rows);
  for (std::string& line : lines) line = Shortened(line, options.columns);
  return lines;
}

}  // namespace motzkin::cli
