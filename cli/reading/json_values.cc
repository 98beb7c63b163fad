#include "cli/reading/json_values.h"

#include <absl/strings/str_cat.h>

#include "common/base/string_view.h"

namespace motzkin::cli {
namespace {

// Follows a text byte by byte: whether it is inside of a string, and how deep in brackets.
class Nesting {
 public:
  void Pass(char c) {
    if (in_string_) {
      in_string_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '[' || c == '{') {
      ++depth_;
    } else if (c == ']' || c == '}') {
      --depth_;
    }
  }
  bool in_string() const { return in_string_; }
  int depth() const { return depth_; }

 private:
  bool in_string_ = false;
  bool escaped_ = false;
  int depth_ = 0;
};

absl::Status TooDeep() {
  return absl::ResourceExhaustedError(
      absl::StrCat("JSON with more than ", kJsonDepthMax, " nested brackets"));
}

// Whether `c` ends a number or a word.
bool Delimits(int c) {
  return c < 0 || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ']' ||
         c == '}' || c == '[' || c == '{' || c == '"';
}

}  // namespace

absl::StatusOr<std::string> TakeJsonText(ByteSource& source, size_t bytes_max) {
  std::string text;
  Nesting nesting;
  const bool brackets = source.Peek() == '[' || source.Peek() == '{';
  const bool quoted = source.Peek() == '"';
  while (true) {
    const int byte = source.Peek();
    if (!brackets && !quoted && !text.empty() && Delimits(byte)) return text;
    if (byte < 0) return absl::InvalidArgumentError("not JSON: it never ends");
    if (text.size() >= bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("a JSON value of more than ", bytes_max >> 20, " MiB"));
    }
    text += static_cast<char>(source.Take());
    nesting.Pass(text.back());
    if (nesting.depth() > kJsonDepthMax) return TooDeep();
    if (nesting.depth() < 0)
      return absl::InvalidArgumentError("not JSON: a bracket closes nothing");
    if (brackets && nesting.depth() == 0) return text;
    if (quoted && text.size() > 1 && !nesting.in_string()) return text;
  }
}

absl::StatusOr<Json> ParseJson(std::string_view text) {
  Nesting nesting;
  for (const char c : text) {
    nesting.Pass(c);
    if (nesting.depth() > kJsonDepthMax) return TooDeep();
  }
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InvalidArgumentError("not JSON");
  return json;
}

size_t FindMember(std::string_view text, std::string_view key) {
  const std::string wanted = Json(std::string(key)).dump();
  Nesting nesting;
  size_t string_begin = 0;
  std::string_view last_string;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool was_string = nesting.in_string();
    nesting.Pass(text[i]);
    if (!was_string && nesting.in_string()) string_begin = i;
    if (was_string && !nesting.in_string()) {
      last_string = text.substr(string_begin, i + 1 - string_begin);
    }
    if (nesting.depth() == 1 && !nesting.in_string() && text[i] == ':' && last_string == wanted)
      return text.find_first_not_of(" \t\r\n", i + 1);
  }
  return std::string_view::npos;
}

}  // namespace motzkin::cli
