#include "common/expression/latex_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "common/expression/token.h"

namespace motzkin::expression {
namespace {

using Kind = Piece::Kind;

template <size_t N>
bool IsOneOf(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Commands that only place or delimit what is beside them. \, and the like have one character.
constexpr std::string_view kSpaces[] = {
    ",",         ";",      ":",        "!",         " ",     "(",
    ")",         "[",      "]",        "quad",      "qquad", "displaystyle",
    "textstyle", "limits", "nolimits", "thinspace", "boxed",
};

// Commands that set the size of the bracket behind them, which has no side of its own if it is a bar.
constexpr std::string_view kSizes[] = {"big", "Big", "bigg", "Bigg"};
constexpr std::string_view kLeftSizes[] = {"left", "bigl", "Bigl", "biggl", "Biggl"};
constexpr std::string_view kRightSizes[] = {"right", "bigr", "Bigr", "biggr", "Biggr"};

struct Bracket {
  std::string_view command;
  Kind kind;
  char bracket;
};
constexpr Bracket kBracketCommands[] = {
    {"lvert", Kind::kOpen, '|'},  {"rvert", Kind::kClose, '|'},  {"vert", Kind::kBar, '|'},
    {"lfloor", Kind::kOpen, 'f'}, {"rfloor", Kind::kClose, 'f'},
};
constexpr std::pair<char, Kind> kBrackets[] = {
    {'(', Kind::kOpen}, {')', Kind::kClose}, {'[', Kind::kOpen}, {']', Kind::kClose},
    {'{', Kind::kOpen}, {'}', Kind::kClose}, {'|', Kind::kBar},
};

// Returns the opening bracket of its kind.
char Opening(char bracket) {
  switch (bracket) {
    case ')':
      return '(';
    case ']':
      return '[';
    case '}':
      return '{';
    default:
      return bracket;
  }
}

std::optional<Piece> BracketCharacter(std::string_view text, size_t position) {
  for (const auto& [character, kind] : kBrackets) {
    if (position < text.size() && text[position] == character) {
      return Piece{kind, position, position + 1, text.substr(position, 1), Opening(character)};
    }
  }
  return std::nullopt;
}

}  // namespace

LatexScanner::Command LatexScanner::CommandAt(size_t position) const {
  size_t end = position + 1;
  while (IsLetter(Byte(end)) && Byte(end) != '_') ++end;
  // A command is a word or one other character.
  if (end == position + 1 && end < text_.size()) ++end;
  return {text_.substr(position + 1, end - position - 1), end};
}

absl::StatusOr<Piece> LatexScanner::At(size_t position) const {
  while (position < text_.size()) {
    const char c = text_[position];
    if (IsSpace(c) || c == '~' || c == '$') {
      ++position;
    } else if (c == '\\' && IsOneOf(CommandAt(position).name, kSpaces)) {
      position = CommandAt(position).end;
    } else {
      break;
    }
  }
  if (position >= text_.size()) return Piece{Kind::kEnd, text_.size(), text_.size()};
  const char c = text_[position];
  if (c == '\\') return CommandPiece(position);
  if (const std::optional<Piece> bracket = BracketCharacter(text_, position)) return *bracket;
  if (IsDigit(c) || (c == '.' && IsDigit(Byte(position + 1)))) {
    size_t end = position;
    while (IsDigit(Byte(end))) ++end;
    if (Byte(end) == '.' && IsDigit(Byte(end + 1))) ++end;
    while (IsDigit(Byte(end))) ++end;
    return Piece{Kind::kNumber, position, end, text_.substr(position, end - position)};
  }
  Kind kind = Kind::kOther;
  if (c == '^') kind = Kind::kPower;
  if (c == '_') kind = Kind::kSubscript;
  if (IsLetter(c) && c != '_') kind = Kind::kLetter;
  return Piece{kind, position, position + 1, text_.substr(position, 1)};
}

absl::StatusOr<Piece> LatexScanner::CommandPiece(size_t begin) const {
  const Command command = CommandAt(begin);
  if (IsOneOf(command.name, kSizes) || IsOneOf(command.name, kLeftSizes) ||
      IsOneOf(command.name, kRightSizes)) {
    return SizedBracket(begin, command);
  }
  // The bar in F\left(x\middle| m\right) separates arguments.
  if (command.name == "middle" && Byte(command.end) == '|')
    return Piece{Kind::kOther, begin, command.end + 1, ","};
  for (const Bracket& bracket : kBracketCommands) {
    if (bracket.command == command.name)
      return Piece{bracket.kind, begin, command.end, command.name, bracket.bracket};
  }
  if (command.name == "operatorname" || command.name == "mathrm" || command.name == "text")
    return Upright(begin, command);
  return Piece{Kind::kCommand, begin, command.end, command.name};
}

Piece LatexScanner::SizedBracket(size_t begin, Command size) const {
  size_t position = size.end;
  while (IsSpace(Byte(position))) ++position;
  std::optional<Piece> bracket = BracketCharacter(text_, position);
  // A brace without a backslash is never a bracket that is seen.
  if (bracket && bracket->bracket == '{') bracket.reset();
  if (Byte(position) == '\\') {
    const Command command = CommandAt(position);
    for (const Bracket& known : kBracketCommands) {
      if (known.command == command.name)
        bracket = Piece{known.kind, position, command.end, command.name, known.bracket};
    }
  }
  // The size alone is a command that no one knows.
  if (!bracket) return {Kind::kCommand, begin, size.end, size.name};
  bracket->begin = begin;
  if (bracket->kind == Kind::kBar && IsOneOf(size.name, kLeftSizes)) bracket->kind = Kind::kOpen;
  if (bracket->kind == Kind::kBar && IsOneOf(size.name, kRightSizes)) bracket->kind = Kind::kClose;
  return *bracket;
}

absl::StatusOr<Piece> LatexScanner::Upright(size_t begin, Command command) const {
  size_t position = command.end;
  if (Byte(position) == '*') ++position;
  while (IsSpace(Byte(position))) ++position;
  const bool braces = Byte(position) == '{';
  if (braces) ++position;
  size_t end = position;
  while (IsLetter(Byte(end)) || IsDigit(Byte(end))) {
    ++end;
    if (!braces) break;
  }
  if (end == position || (braces && Byte(end) != '}'))
    return ErrorAt(begin + 1, fmt::format("\\{} needs a name in braces", command.name));
  const std::string_view name = text_.substr(position, end - position);
  if (braces) ++end;
  const Kind kind =
      name.size() == 1 && command.name != "operatorname" ? Kind::kLetter : Kind::kName;
  return Piece{kind, begin, end, name};
}

}  // namespace motzkin::expression
