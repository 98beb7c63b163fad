// motzkin watch shows a live screen on a terminal, and prints a line every few seconds into a pipe.
#include <absl/time/time.h>
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/screen.h"
#include "cli/text/words.h"
#include "cli/verbs/verb.h"
#include "common/base/signal_waiter.h"
#include "common/base/status_macros.h"
#include "common/base/terminal.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

struct WatchOptions {
  std::string job;
  std::string interval;
  std::string hint = "Ctrl-C leaves; the cluster works on";
  bool all = false;
};

// Takes the whole terminal and gives it back. It draws on the terminal's second screen, so that the
// first one is as it was when the watch ends.
class Terminal {
 public:
  Terminal() { fmt::print("\x1b[?1049h\x1b[?25l"); }
  ~Terminal() {
    fmt::print("\x1b[?25h\x1b[?1049l");
    std::fflush(stdout);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Clears each line behind its text, and then the rest of the screen. Clearing all of it first
  // would flicker.
  static void Draw(const std::vector<std::string>& lines) {
    fmt::print("\x1b[H");
    for (const std::string& line : lines) fmt::print("{}\x1b[K\r\n", line);
    fmt::print("\x1b[J");
    std::fflush(stdout);
  }

  static void FitTo(ScreenOptions& options) {
    winsize size = {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return;
    options.columns = size.ws_col;
    options.rows = size.ws_row > 2 ? size.ws_row - 2 : 1;  // The hint and the cursor are below.
  }
};

// Asks for the status until the jobs are over or a signal comes.
class Watch {
 public:
  Watch(const Globals& globals, const WatchOptions& options, absl::Duration interval, bool screen)
      : globals_(globals), options_(options), interval_(interval), screen_(screen) {}

  absl::StatusOr<int> Run() {
    // Before gRPC starts its threads, which inherit the mask.
    const SignalWaiter signals({SIGINT, SIGTERM, SIGHUP});
    OperatorClient client(globals_.coordinator);
    // Only the first call may fail: its address may be wrong. A coordinator that answered once is
    // waited for.
    absl::StatusOr<v1::GetStatusResponse> status = client.Status();
    RETURN_IF_ERROR(status.status());
    if (!options_.job.empty() && SelectedJobs(*status, options_.job).empty()) {
      return absl::NotFoundError("no job named " + options_.job);
    }
    // The terminal goes back to its first screen at the end of this block, because Conclude() prints
    // lines that stay.
    {
      const std::unique_ptr<Terminal> terminal = screen_ ? std::make_unique<Terminal>() : nullptr;
      for (;;) {
        if (status.ok()) last_ = *status;
        Show(status);
        if (status.ok() && AllOver(*status)) break;
        if (signals.WaitFor(interval_).has_value()) break;
        status = client.Status();
      }
    }
    return Conclude();
  }

 private:
  bool AllOver(const v1::GetStatusResponse& status) const {
    for (const v1::Job* const job : SelectedJobs(status, options_.job)) {
      if (!IsOver(job->state())) return false;
    }
    // A watch without jobs waits for the first one, which may be started meanwhile.
    return !status.jobs().empty();
  }

  void Show(const absl::StatusOr<v1::GetStatusResponse>& status) const {
    if (screen_) return Draw(status);
    if (!status.ok()) {
      fmt::print(stderr, "motzkin: {}; trying again\n", std::string(status.status().message()));
    } else if (globals_.json) {
      PrintJson(ToJson(*status), /*pretty=*/false);
    } else {
      PrintLines(*status);
    }
    std::fflush(stdout);
  }

  void PrintLines(const v1::GetStatusResponse& status) const {
    if (!status.blocked().empty()) fmt::print("blocked: {}\n", status.blocked());
    if (status.jobs().empty()) fmt::print("no jobs: motzkin start lample-charton\n");
    for (const v1::Job* const job : SelectedJobs(status, options_.job)) {
      fmt::print("{}\n", JobLine(*job, status));
    }
  }

  void Draw(const absl::StatusOr<v1::GetStatusResponse>& status) const {
    ScreenOptions screen{.all_outcomes = options_.all, .job = options_.job};
    Terminal::FitTo(screen);
    if (status.ok()) {
      std::vector<std::string> lines = Screen(*status, screen);
      lines.push_back(Shortened(options_.hint, screen.columns));
      Terminal::Draw(lines);
    } else {
      Terminal::Draw({Shortened(std::string(status.status().message()), screen.columns),
                      "trying again; Ctrl-C leaves"});
    }
  }

  // Leaves the last line of each job on the first screen. If a job was named and has failed, the
  // watch fails too.
  int Conclude() const {
    bool failed = false;
    for (const v1::Job* const job : SelectedJobs(last_, options_.job)) {
      if (screen_) fmt::print("{}\n", JobLine(*job, last_));
      failed |= !options_.job.empty() && job->state() == v1::JOB_STATE_FAILED;
    }
    return failed ? kExitFailure : kExitOk;
  }

  const Globals& globals_;
  const WatchOptions& options_;
  const absl::Duration interval_;
  const bool screen_;
  v1::GetStatusResponse last_;
};

absl::StatusOr<int> RunWatch(const Globals& globals, const WatchOptions& options) {
  const bool screen = !globals.json && CanRedraw(STDOUT_FILENO);
  absl::Duration interval = screen ? absl::Seconds(1) : absl::Seconds(5);
  if (!options.interval.empty()) {
    ASSIGN_OR_RETURN(const absl::Duration given, yaml::ParseDuration(options.interval));
    interval = std::max(given, absl::Milliseconds(100));  // More often would be a load.
  }
  return Watch(globals, options, interval, screen).Run();
}

}  // namespace

void AddWatch(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "watch", "follow the jobs until they are over or Ctrl-C", RunWatch);
  verb.add_option("JOB", options.job, "name or UUID; default: all that are not over");
  verb.add_option("--interval", options.interval, "time between looks; default 1s, 5s in a pipe");
  verb.add_option("--hint", options.hint, "the last line of the live screen");
  verb.add_flag("--all", options.all, "show every outcome by its name");
}

}  // namespace motzkin::cli
