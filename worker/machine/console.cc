#include "worker/machine/console.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <unistd.h>

#include <cstdio>

#include "common/base/one_line.h"
#include "common/base/terminal.h"

namespace motzkin::worker {
namespace {

constexpr char kEraseLine[] = "\r\033[K";

void Put(const std::string& text) {
  // One write for each line, so that lines of several processes in one log do not mix. A failure is
  // ignored, as there is nowhere to report it.
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Console::Console() : is_terminal_(CanRedraw(STDERR_FILENO)) {}

void Console::Line(const std::string& words) {
  const std::string text = OneLine(words);
  const absl::MutexLock lock(&mutex_);
  if (is_terminal_) {
    // The new line takes the place of the live line, which is drawn again below it.
    Put(absl::StrCat(kEraseLine, text, "\n", live_));
    return;
  }
  const std::string now = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone());
  Put(absl::StrCat(now, " ", text, "\n"));
}

void Console::Live(const std::string& text) {
  if (!is_terminal_) return;
  const absl::MutexLock lock(&mutex_);
  live_ = text;
  Put(absl::StrCat(kEraseLine, live_));
}

}  // namespace motzkin::worker
