// Tokens: the lexers of infix and LaTeX make them, and ExpressionReader reads them. Inside this
// module only.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "common/expression/expression.h"

namespace motzkin::expression {

enum class TokenKind {
  kEnd,
  kNumber,  // digits, with an optional fraction and decimal exponent
  kName,    // of a constant or function; LaTeX names arrive in their infix spelling
  kOpen,    // ( or [
  kClose,   // ) or ]
  kComma,
  kOperator,  // Token::op says which; a minus is kSub
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t column = 0;      // the number of its first byte, from 1
  std::string_view text;  // points into the input or a table
  Op op = Op::kUndefined;
};

// Splits text into tokens. Thread-compatible.
class Lexer {
 public:
  virtual ~Lexer() = default;
  // Returns the next token. After the last one it returns kEnd, however often it is called.
  virtual absl::StatusOr<Token> Next() = 0;
};

// Returns INVALID_ARGUMENT with the message "column 17: message".
absl::Status ErrorAt(size_t column, std::string_view message);
// Returns RESOURCE_EXHAUSTED with such a message.
absl::Status BoundAt(size_t column, std::string_view message);
// Returns a byte or word of the input as it may appear in a message: printable and short.
std::string Quoted(std::string_view text);

// Removes the first word of `text` and the space after it, and returns the word.
std::string_view TakeWord(std::string_view& text);

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
inline bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace motzkin::expression
