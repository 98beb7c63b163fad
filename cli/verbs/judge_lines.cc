#include "cli/verbs/judge_lines.h"

#include <absl/strings/str_cat.h>
#include <time.h>

#include <algorithm>

#include "cli/text/words.h"
#include "cli/verbs/evaluate_summary.h"
#include "cli/verbs/judging.h"
#include "common/base/status_macros.h"
#include "common/base/string_view.h"

namespace motzkin::cli {
namespace {

// The answer to each takes some kB until the line is written.
constexpr size_t kCandidatesMax = 1000;
// A hop between processes costs as much as a few checks, so that more questions in a frame save little.
constexpr size_t kTogetherMax = 64;
constexpr size_t kFrameBytesMax = 1u << 20;
// The CPU time of a frame. Short answers take a hundredth of it; and a frame that takes longer is judged
// again, answer by answer.
constexpr absl::Duration kTogetherCpu = absl::Milliseconds(100);

// A line that has less left has used its time up.
constexpr absl::Duration kCpuMin = absl::Microseconds(500);

absl::Duration ThreadCpu() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return absl::DurationFromTimespec(now);
}

absl::Status UsedUp() { return absl::DeadlineExceededError("the CPU time of the line is used up"); }

absl::Status ReadLine(const InputLine& line, ReadingOptions options, FunctionItem& function) {
  if (line.too_long) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a line of more than ", LinePump::kLineBytesMax >> 20, " MiB"));
  }
  options.candidates_max = kCandidatesMax;
  options.latex = HoldsLatex(line.text, /*json=*/true);
  RETURN_IF_ERROR(ReadJsonItem(line.text, options, function));
  if (function.has_candidates) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "there is nothing to judge; expected \"candidate\" or \"", options.candidates_key, "\""));
}

}  // namespace

std::vector<std::string> LineJudge::Answer(const std::vector<InputLine>& lines) {
  std::vector<Item> items;
  items.reserve(lines.size());
  for (const InputLine& line : lines) items.push_back(Read(line));
  std::vector<Question> questions = QuestionsOf(items);
  Judge(questions);
  for (const Question& question : questions) {
    question.item->verdicts.push_back(JudgedJson(*question.candidate, question.judgement));
  }
  std::vector<std::string> answers;
  answers.reserve(items.size());
  for (const Item& item : items) {
    answers.push_back(
        AnswerTo(item).dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace));
  }
  return answers;
}

LineJudge::Item LineJudge::Read(const InputLine& line) const {
  const absl::Duration before = ThreadCpu();
  Item item;
  item.function.line = line.number;
  item.readable = ReadLine(line, reading_, item.function);
  item.cpu_left = limits_.line_cpu - (ThreadCpu() - before);
  return item;
}

std::vector<LineJudge::Question> LineJudge::QuestionsOf(std::vector<Item>& items) const {
  std::vector<Question> questions;
  for (Item& item : items) {
    if (!item.readable.ok()) continue;
    for (const Candidate& candidate : item.function.candidates) {
      Question& question = questions.emplace_back(Question{&item, &candidate});
      if (!candidate.prefix.ok()) question.judgement = candidate.prefix.status();
    }
  }
  return questions;
}

void LineJudge::Judge(std::vector<Question>& questions) {
  std::vector<Question*> askable;  // The others cannot be read, and have their answer already.
  for (Question& question : questions) {
    if (question.candidate->prefix.ok()) askable.push_back(&question);
  }
  std::span<Question* const> open(askable);
  while (!open.empty() && !stopped_()) {
    if (open.front()->item->cpu_left < kCpuMin) {
      open.front()->judgement = UsedUp();
      open = open.subspan(1);
      continue;
    }
    const std::span<Question* const> frame = open.first(FrameSize(open));
    if (frame.size() == 1 || !JudgeTogether(frame)) {
      for (Question* question : frame) JudgeAlone(*question);
    }
    open = open.subspan(frame.size());
    together_ = std::min(kTogetherMax, 2 * together_);
  }
}

size_t LineJudge::FrameSize(std::span<Question* const> questions) const {
  size_t size = 0;
  size_t bytes = 0;
  for (const Question* question : questions.first(std::min(together_, questions.size()))) {
    // The value of a definite integral takes more than a frame may.
    const FunctionItem& function = question->item->function;
    if (function.definite) return std::max<size_t>(1, size);
    bytes += function.integrand->size() + question->candidate->prefix->size();
    if (size > 0 && (bytes > kFrameBytesMax || question->item->cpu_left < kCpuMin)) break;
    ++size;
  }
  return size;
}

bool LineJudge::JudgeTogether(std::span<Question* const> questions) {
  pipe::VerifyBatch batch;
  // No line can use more than it has left, however much the others of the frame need.
  absl::Duration cpu = kTogetherCpu;
  for (const Question* question : questions) {
    *batch.add_items() = *QuestionAbout(question->item->function, *question->candidate);
    cpu = std::min(cpu, question->item->cpu_left);
  }
  const absl::StatusOr<pipe::JudgementBatch> judged =
      integrator_.VerifyBatch(std::move(batch), cpu, limits_.wall);
  if (!judged.ok() || judged->judgements().empty()) {
    // One answer that takes long is often followed by others.
    together_ = std::max<size_t>(1, together_ / 8);
    return false;
  }
  for (size_t i = 0; i < questions.size(); ++i) {
    questions[i]->judgement = judged->judgements(static_cast<int>(i));
    questions[i]->item->cpu_left -= absl::Microseconds(questions[i]->judgement->cpu_us());
  }
  return true;
}

void LineJudge::JudgeAlone(Question& question) {
  absl::Duration& left = question.item->cpu_left;
  if (left < kCpuMin) {
    question.judgement = UsedUp();
    return;
  }
  if (stopped_()) return;
  pipe::Verify text = *QuestionAbout(question.item->function, *question.candidate);
  const absl::Duration cpu = std::min(left, CheckCpuMax(text));
  question.judgement = integrator_.Verify(std::move(text), cpu, limits_.wall);
  if (absl::IsDeadlineExceeded(question.judgement.status())) {
    question.judgement = absl::DeadlineExceededError(
        absl::StrCat("the verifier gave no answer within ", absl::FormatDuration(limits_.wall),
                     " and was killed"));
  }
  // An integrator that died tells no CPU time, so it is charged with all that it may have used.
  left -= question.judgement.ok() ? absl::Microseconds(question.judgement->cpu_us()) : cpu;
}

Json LineJudge::AnswerTo(const Item& item) {
  const FunctionItem& function = item.function;
  Json json{{"line", function.line}};
  if (!function.id.is_null()) json["id"] = function.id;
  if (!item.readable.ok()) {
    json["error"] = item.readable.message();
    return json;
  }
  json["integrand"] = function.text;
  json["integrand_infix"] = PrefixToInfix(*function.integrand);
  std::vector<std::string> words;
  for (const Json& verdict : item.verdicts) {
    words.push_back(verdict["verdict"].get<std::string>());
  }
  json["outcome"] = BestOutcome(words);
  json["candidates"] = item.verdicts;
  if (!function.notes.empty()) {
    json["notes"] = std::vector<std::string>(function.notes.begin(), function.notes.end());
  }
  return json;
}

}  // namespace motzkin::cli
