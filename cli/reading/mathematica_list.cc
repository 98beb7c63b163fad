#include "cli/reading/mathematica_list.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include "common/base/string_view.h"

namespace motzkin::cli {
namespace {

// Takes a comment whose opening bracket was taken already. Comments nest.
void SkipComment(ByteSource& source) {
  source.Take();  // the asterisk, which cannot close what it opened
  int depth = 1;
  int last = 0;
  while (depth > 0) {
    const int byte = source.Take();
    if (byte < 0) return;
    const bool opens = last == '(' && byte == '*';
    const bool closes = last == '*' && byte == ')';
    if (opens) ++depth;
    if (closes) --depth;
    last = opens || closes ? 0 : byte;
  }
}

// Splits `text` at its commas that are in no bracket, into stripped parts.
std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size()) {
      if (std::string_view("([{").find(text[i]) != std::string_view::npos) ++depth;
      if (std::string_view(")]}").find(text[i]) != std::string_view::npos) --depth;
      if (text[i] != ',' || depth != 0) continue;
    }
    parts.push_back(ToStd(absl::StripAsciiWhitespace(ToAbsl(text.substr(begin, i - begin)))));
    begin = i + 1;
  }
  return parts;
}

}  // namespace

int SkipToList(ByteSource& source) {
  while (true) {
    const int byte = source.Peek();
    if (byte == '(') {
      source.Take();
      if (source.Peek() != '*') return source.Peek();
      SkipComment(source);
    } else if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == ',') {
      source.Take();
    } else {
      return byte;
    }
  }
}

absl::StatusOr<std::string> TakeList(ByteSource& source, size_t bytes_max) {
  std::string text;
  int depth = 0;
  do {
    const int byte = source.Take();
    if (byte < 0) return absl::InvalidArgumentError("a brace is never closed");
    if (byte == '(' && source.Peek() == '*') {
      SkipComment(source);
      continue;
    }
    if (text.size() >= bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("a list of more than ", bytes_max >> 20, " MiB"));
    }
    text += static_cast<char>(byte);
    if (byte == '{') ++depth;
    if (byte == '}') --depth;
  } while (depth > 0);
  return text;
}

absl::StatusOr<MathematicaList> SplitList(std::string_view text) {
  const std::vector<std::string_view> parts = SplitAtCommas(text.substr(1, text.size() - 2));
  if (parts.size() < 2)
    return absl::InvalidArgumentError("expected {integrand, x, steps, antiderivative}");
  if (parts[1] != "x") {
    return absl::InvalidArgumentError(
        absl::StrCat("the variable is ", ToAbsl(parts[1].substr(0, 32)), " and not x"));
  }
  MathematicaList list;
  list.integrand = parts[0];
  for (size_t i = 3; i < parts.size(); ++i) list.antiderivatives.push_back(parts[i]);
  return list;
}

}  // namespace motzkin::cli
