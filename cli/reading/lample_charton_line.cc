#include "cli/reading/lample_charton_line.h"

#include <absl/strings/ascii.h>

#include <algorithm>

#include "common/base/string_view.h"

namespace motzkin::cli {
namespace {

constexpr std::string_view kDerivativeOfY = "sub Y' ";

std::string_view Stripped(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// Removes "12|", if the text begins so. Returns whether it did.
bool ConsumeCount(std::string_view& text) {
  size_t digits = 0;
  while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits])))
    ++digits;
  if (digits == 0 || digits == text.size() || text[digits] != '|') return false;
  text.remove_prefix(digits + 1);
  return true;
}

// Whether a token of `text` is the unknown function of an equation or one of its derivatives.
bool HoldsTheUnknown(std::string_view text) {
  while (!text.empty()) {
    const std::string_view token = text.substr(0, text.find(' '));
    if (token == "y" || token == "Y" || token == "Y'" || token == "Y''") return true;
    text.remove_prefix(std::min(text.size(), token.size() + 1));
  }
  return false;
}

}  // namespace

bool IsLampleChartonLine(std::string_view line) {
  const bool counted = ConsumeCount(line);
  if (line.substr(0, kDerivativeOfY.size()) == kDerivativeOfY) return true;
  const size_t tab = line.find('\t');
  return tab != std::string_view::npos && (counted || HoldsTheUnknown(line.substr(0, tab)));
}

absl::StatusOr<LampleChartonLine> ReadLampleChartonLine(std::string_view line) {
  line = Stripped(line);
  ConsumeCount(line);
  const size_t tab = std::min(line.find('\t'), line.size());
  std::string_view equation = Stripped(line.substr(0, tab));
  const bool integral = equation.substr(0, kDerivativeOfY.size()) == kDerivativeOfY;
  if (integral) equation.remove_prefix(kDerivativeOfY.size());
  if (HoldsTheUnknown(equation)) {
    return absl::InvalidArgumentError(
        "a differential equation; only integrals are read, which begin with sub Y'");
  }
  if (!integral)
    return absl::InvalidArgumentError("expected sub Y' and a function, in prefix tokens");
  const std::string_view answer = tab < line.size() ? line.substr(tab + 1) : std::string_view();
  return LampleChartonLine{equation, Stripped(answer)};
}

}  // namespace motzkin::cli
