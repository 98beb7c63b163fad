#include "common/expression/token.h"

#include <fmt/format.h>

#include <algorithm>

namespace motzkin::expression {
absl::Status ErrorAt(size_t column, std::string_view message) {
  return absl::InvalidArgumentError(fmt::format("column {}: {}", column, message));
}

absl::Status BoundAt(size_t column, std::string_view message) {
  return absl::ResourceExhaustedError(fmt::format("column {}: {}", column, message));
}

std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 32;  // longer than any name we know
  std::string quoted = "'";
  for (const char c : text.substr(0, kShown)) {
    // Other bytes could break a line of a log or do harm in a terminal.
    if (c >= ' ' && c <= '~') {
      quoted += c;
    } else {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  quoted += text.size() > kShown ? "...'" : "'";
  return quoted;
}

}  // namespace motzkin::expression
