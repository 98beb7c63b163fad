// Answers lines of JSON, each an item with candidates, with what the verifier says of them.
#pragma once

#include <absl/time/time.h>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cli/access/local_integrator.h"
#include "cli/reading/function_item.h"
#include "cli/reading/line_pump.h"
#include "cli/text/json.h"

namespace motzkin::cli {

struct JudgeLimits {
  absl::Duration line_cpu = absl::Seconds(1);  // for reading and judging one line
  // The verifier is killed if it gives no answer for so long.
  absl::Duration wall = absl::Seconds(30);
};

// The judge of one thread, with an integrator of its own. Use it from one thread.
class LineJudge {
 public:
  // The references must outlive this. Once `stopped` is true, nothing is judged any more.
  LineJudge(const LocalLadder& ladder, const ReadingOptions& reading, const JudgeLimits& limits,
            std::function<bool()> stopped)
      : integrator_(ladder), reading_(reading), limits_(limits), stopped_(std::move(stopped)) {}

  // Starts the integrator, so that an installation that cannot judge is noticed before there is work.
  absl::Status Start() { return integrator_.Describe().status(); }

  // Returns an answer to each line: JSON without line feeds. Never fails: a line that cannot be read is
  // answered with its "error", and a candidate that cannot be judged is unverified with its reason.
  std::vector<std::string> Answer(const std::vector<InputLine>& lines);

 private:
  // A line on its way.
  struct Item {
    FunctionItem function;
    absl::Status readable;
    absl::Duration cpu_left;
    Json verdicts = Json::array();
  };
  // A candidate on its way.
  struct Question {
    Item* item;
    const Candidate* candidate;
    absl::StatusOr<pipe::Judgement> judgement = absl::UnknownError("not judged");
  };

  Item Read(const InputLine& line) const;
  std::vector<Question> QuestionsOf(std::vector<Item>& items) const;
  void Judge(std::vector<Question>& questions);
  // Returns how many of the questions go into the next frame.
  size_t FrameSize(std::span<Question* const> questions) const;
  // Returns false if they were too much together.
  bool JudgeTogether(std::span<Question* const> questions);
  void JudgeAlone(Question& question);
  static Json AnswerTo(const Item& item);

  LocalIntegrator integrator_;
  const ReadingOptions& reading_;
  const JudgeLimits& limits_;
  const std::function<bool()> stopped_;
  // How many questions go into a frame. It shrinks where answers are too much for it.
  size_t together_ = 1;
};

}  // namespace motzkin::cli
