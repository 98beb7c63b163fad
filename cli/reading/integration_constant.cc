#include "cli/reading/integration_constant.h"

#include <absl/strings/ascii.h>

#include <algorithm>

#include "common/base/string_view.h"

namespace motzkin::cli {
namespace {

constexpr std::string_view kSpaces = " \t\r\n~";
// Spaces of LaTeX, and what begins and ends a formula. No sign is lost with them.
constexpr std::string_view kBlankCommands[] = {"\\,", "\\;", "\\:", "\\!", "\\ ",     "\\(",
                                               "\\)", "\\[", "\\]", "$",   "\\qquad", "\\quad"};
constexpr std::string_view kUpright[] = {"\\text{",         "\\textrm{", "\\mathrm{",
                                         "\\operatorname{", "\\mathit{", "\\mathcal{"};
// The longest first, as one begins another.
constexpr std::string_view kNames[] = {"constant", "Constant", "const", "Const",
                                       "C",        "c",        "K",     "k"};

bool IsWordByte(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Reads forward through an answer.
class Cursor {
 public:
  explicit Cursor(std::string_view text, size_t at = 0) : text_(text), at_(at) {}

  size_t at() const { return at_; }
  bool done() const { return at_ >= text_.size(); }
  char Byte(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool Take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void Skip() { ++at_; }
  void SkipDigits() {
    while (absl::ascii_isdigit(static_cast<unsigned char>(Byte()))) ++at_;
  }
  void SkipBlanks() {
    for (size_t before = text_.size() + 1; before != at_;) {
      before = at_;
      while (!done() && kSpaces.find(text_[at_]) != std::string_view::npos) ++at_;
      for (const std::string_view blank : kBlankCommands) Take(blank);
    }
  }

 private:
  std::string_view text_;
  size_t at_;
};

// Takes 1, _1, _{1} or [1] behind the letter of a constant.
void TakeNumber(Cursor& cursor) {
  Cursor ahead = cursor;
  const bool square = ahead.Take("[");
  const bool braces = !square && ahead.Take("_{");
  if (!square && !braces) ahead.Take("_");
  const size_t digits = ahead.at();
  ahead.SkipDigits();
  const bool closed = square ? ahead.Take("]") : !braces || ahead.Take("}");
  if (ahead.at() > digits && closed) cursor = ahead;
}

// Takes the name of a constant. Returns false, with the cursor anywhere, if there is another name.
bool TakeName(Cursor& cursor) {
  const bool upright = std::any_of(std::begin(kUpright), std::end(kUpright),
                                   [&](std::string_view word) { return cursor.Take(word); });
  if (upright) cursor.SkipBlanks();
  cursor.Take("_");  // Maple's _C1
  const bool named = std::any_of(std::begin(kNames), std::end(kNames),
                                 [&](std::string_view name) { return cursor.Take(name); });
  if (!named) return false;
  TakeNumber(cursor);
  if (IsWordByte(cursor.Byte())) return false;
  // The full stop of an abbreviation.
  if (cursor.Byte() == '.' && !absl::ascii_isdigit(static_cast<unsigned char>(cursor.Byte(1))))
    cursor.Skip();
  if (!upright) return true;
  cursor.SkipBlanks();
  if (!cursor.Take("}")) return false;
  TakeNumber(cursor);
  return true;
}

// Returns the end of what the bracket at the begin of `text` encloses; npos if that is not all of it.
// Brackets that only begin or end a formula, as in \(x\), do not count.
size_t EndOfWhole(std::string_view text) {
  constexpr std::string_view kOpen = "([{", kClose = ")]}";
  int depth = 0;
  for (Cursor cursor(text); !cursor.done(); cursor.Skip()) {
    cursor.SkipBlanks();
    if (kOpen.find(cursor.Byte()) != std::string_view::npos) ++depth;
    if (kClose.find(cursor.Byte()) == std::string_view::npos || --depth > 0) continue;
    const size_t end = cursor.at();
    cursor.Skip();
    cursor.SkipBlanks();
    return cursor.done() ? end : std::string_view::npos;
  }
  return std::string_view::npos;
}

// A part of the text: its terms, without brackets around all of them.
struct Part {
  size_t begin = 0;
  size_t end = 0;
};

Part Inside(std::string_view text) {
  Part part = {0, text.size()};
  constexpr int kBracketsMax = 8;  // of an honest answer; each costs a pass
  for (int i = 0; i < kBracketsMax; ++i) {
    size_t last = part.end;  // without the full stop of a sentence
    while (last > part.begin && text[last - 1] == '.') --last;
    Cursor cursor(text.substr(0, last), part.begin);
    cursor.SkipBlanks();
    cursor.Take("\\left");
    cursor.Take("\\boxed");
    const char open = cursor.Byte();
    if (open != '(' && open != '[' && open != '{') break;
    const size_t end = EndOfWhole(text.substr(cursor.at(), last - cursor.at()));
    if (end == std::string_view::npos) break;
    part.end = cursor.at() + end;
    part.begin = cursor.at() + 1;
    constexpr std::string_view kRight = "\\right";
    if (text.substr(part.begin, part.end - part.begin).ends_with(kRight)) part.end -= kRight.size();
  }
  return part;
}

// Blanks the constants among the terms of `part`, in a copy of the text.
class Scan {
 public:
  Scan(std::string_view answer, Part part)
      : result_(answer),
        answer_(answer.substr(0, part.end)),
        begin_(part.begin),
        cursor_(answer_, part.begin) {}

  std::string Run() {
    TryTerm(begin_);  // The first term needs no sign.
    while (!cursor_.done()) Step();
    Cursor rest(std::string_view(result_).substr(0, answer_.size()), begin_);
    rest.SkipBlanks();
    return removed_ && rest.done() ? "0" : result_;
  }

 private:
  // Removes the term that the cursor is at, from `begin`, where its sign is.
  bool TryTerm(size_t begin) {
    Cursor term = cursor_;
    term.SkipBlanks();
    if (!TakeName(term)) return false;
    Cursor next = term;
    next.SkipBlanks();
    // A formula may end a sentence.
    if (next.Take(".")) next.SkipBlanks();
    if (!next.done() && next.Byte() != '+' && next.Byte() != '-') return false;
    std::fill(result_.begin() + static_cast<std::ptrdiff_t>(begin),
              result_.begin() + static_cast<std::ptrdiff_t>(term.at()), ' ');
    cursor_ = term;
    return removed_ = true;
  }

  void Step() {
    const size_t before = cursor_.at();
    cursor_.SkipBlanks();
    if (cursor_.at() > before) return;
    if (cursor_.Take("\\lvert") || cursor_.Take("\\lfloor")) ++depth_;
    if (cursor_.Take("\\rvert") || cursor_.Take("\\rfloor")) --depth_;
    if (cursor_.at() > before) return;
    const char c = cursor_.Byte();
    if (c == '(' || c == '[' || c == '{') ++depth_;
    if (c == ')' || c == ']' || c == '}') --depth_;
    if (c == '|') in_bars_ = !in_bars_;
    constexpr std::string_view kNoTermFollows = "*/^_+-";
    const bool sign = depth_ == 0 && !in_bars_ && (c == '+' || c == '-') &&
                      kNoTermFollows.find(last_) == std::string_view::npos;
    cursor_.Skip();
    if (sign && TryTerm(before)) return;
    last_ = c;
  }

  std::string result_;
  std::string_view answer_;
  size_t begin_;
  Cursor cursor_;
  int depth_ = 0;
  bool in_bars_ = false;
  char last_ = ' ';
  bool removed_ = false;
};

}  // namespace

std::string WithoutConstants(std::string_view answer) { return Scan(answer, Inside(answer)).Run(); }

std::string WithoutPrefixConstant(std::string_view answer) {
  const size_t last = answer.rfind(' ');
  const size_t first = answer.find(' ');
  const std::string_view op = answer.substr(0, first);
  if (first == std::string_view::npos || last == first || (op != "add" && op != "sub"))
    return std::string(answer);
  Cursor name(answer, last + 1);
  if (!TakeName(name) || !name.done()) return std::string(answer);
  return std::string(answer.substr(first + 1, last - first - 1));
}

}  // namespace motzkin::cli
