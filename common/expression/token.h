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

// Splits text into tokens; both lexers build on it. Thread-compatible.
class Lexer {
 public:
  // `text` must outlive the lexer and its tokens.
  explicit Lexer(std::string_view text) : text_(text) {}
  virtual ~Lexer() = default;
  // Returns the next token. After the last one it returns kEnd, however often it is called.
  absl::StatusOr<Token> Next();

 protected:
  // Returns the token that begins at the current position, which is neither a space nor the end.
  virtual absl::StatusOr<Token> Take() = 0;

  char At(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  std::string_view Ahead(size_t length) const { return text_.substr(position_, length); }
  // Takes `length` bytes as a token whose text is `text` or, without it, those bytes.
  Token Take(TokenKind kind, size_t length);
  Token Take(TokenKind kind, size_t length, std::string_view text);
  // Takes an operator, bracket or comma of one character, if it is one of `accepted`. Any other
  // character is an error.
  absl::StatusOr<Token> TakeSymbol(std::string_view accepted);

  std::string_view text_;
  size_t position_ = 0;
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
