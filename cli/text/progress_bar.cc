#include "cli/text/progress_bar.h"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/text/words.h"
#include "common/base/terminal.h"
#include "common/words/words.h"

namespace motzkin::cli {
namespace {

constexpr absl::Duration kOnTerminal = absl::Milliseconds(200);
constexpr absl::Duration kInLog = absl::Seconds(10);
constexpr int kBarColumns = 24;

// A signal handler may do no more than set this. The next Show() ends the walk.
volatile sig_atomic_t interrupted = 0;

void Interrupt(int) { interrupted = 1; }

}  // namespace

std::string ProgressLine(const std::string& verb, int64_t done, int64_t total,
                         absl::Duration elapsed, bool with_bar) {
  const double share = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1.0;
  std::string line = verb;
  if (with_bar) {
    const int filled = static_cast<int>(share * kBarColumns);
    line +=
        fmt::format("  [{}{}{}]", std::string(static_cast<size_t>(filled), '='),
                    filled < kBarColumns ? ">" : "",
                    std::string(static_cast<size_t>(std::max(0, kBarColumns - filled - 1)), ' '));
  }
  line += fmt::format("  {:.0f} %  {} of {} rows", 100 * share, Grouped(done), Grouped(total));
  const double seconds = absl::ToDoubleSeconds(elapsed);
  // The speed of the first second says little, and a time left that jumps is worse than none.
  if (done == 0 || seconds < 1) return line;
  const double speed = static_cast<double>(done) / seconds;
  line += fmt::format("  {}/s", Grouped(static_cast<int64_t>(speed)));
  if (done < total) line += "  " + Span(static_cast<double>(total - done) / speed) + " left";
  return line;
}

ProgressBar::ProgressBar(std::string verb)
    : verb_(std::move(verb)),
      terminal_(CanRedraw(STDERR_FILENO)),
      start_(clock_.Now()),
      shown_(start_) {
  // These handlers restart system calls. So a statement under way is not broken off, and the walk
  // ends between two pieces.
  interrupted = 0;
  ::signal(SIGINT, Interrupt);
  ::signal(SIGTERM, Interrupt);
}

ProgressBar::~ProgressBar() {
  if (line_open_) fmt::print(stderr, "\n");
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
}

absl::Status ProgressBar::Show(int64_t done, int64_t total) {
  if (interrupted != 0) return absl::CancelledError("interrupted; nothing is left behind");
  const BootTime now = clock_.Now();
  // A walk that ends before the first line is due prints nothing. One that has a bar shows its end.
  const bool last = done == total;
  if (now - shown_ < (terminal_ ? kOnTerminal : kInLog) && !(last && line_open_)) {
    return absl::OkStatus();
  }
  shown_ = now;
  const std::string line = ProgressLine(verb_, done, total, now - start_, terminal_);
  if (terminal_) {
    fmt::print(stderr, "\r{}\x1b[K", line);
    line_open_ = true;
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  return absl::OkStatus();
}

}  // namespace motzkin::cli
