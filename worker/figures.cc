#include "worker/figures.h"

#include <fmt/format.h>

#include <algorithm>

namespace motzkin::worker {

std::string ProgressLine(const WorkerFigures& figures) {
  const Totals& totals = figures.totals;
  return fmt::format(
      "{} functions   {} integrated ({:.1f} %)   {:.0f}/min   {} of {} slots   {} rows waiting",
      totals.functions, totals.integrated(),
      100.0 * static_cast<double>(totals.integrated()) /
          static_cast<double>(std::max<int64_t>(totals.functions, 1)),
      figures.functions_per_minute, figures.slots_busy, figures.slots,
      figures.rows_waiting + figures.rows_spooled);
}

}  // namespace motzkin::worker
