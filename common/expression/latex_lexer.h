// Turns LaTeX, as parser.h describes it, into the tokens of infix: \frac{a}{b} becomes the call
// \frac(a, b), x^{2} becomes x^{2}, and \sin^2 x becomes \power(2, sin(x)). Braces and brackets are
// kept on a stack, so nothing recurses. The stack holds at most three frames for each bracket that the
// reader of the tokens has open, and the reader bounds those.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "common/expression/latex_scanner.h"
#include "common/expression/token.h"

namespace motzkin::expression {

// Thread-compatible.
class LatexLexer final : public Lexer {
 public:
  // `text` must outlive the lexer and its tokens.
  explicit LatexLexer(std::string_view text) : text_(text), scanner_(text) {}

  absl::StatusOr<Token> Next() override;

 private:
  enum class Scope {
    kGroup,     // braces around a value
    kArgument,  // braces around an argument of a macro; their end is the macro's comma or bracket
    kCall,      // braces around the argument of a function; they are its brackets
    kThrough,   // braces around the brackets of a function; they mean nothing
    kBracket,   // ( [ | or \lfloor
    kIndex,     // the [n] of \sqrt
    kMacro,     // a macro whose argument comes next
    kPower,     // a ^ whose exponent comes next
    kBare,      // the argument of a function without brackets
  };
  struct Frame {
    Scope scope;
    size_t column;
    char bracket = '\0';          // the one that opened it
    std::string_view close = {};  // the token to close it with; empty: none
    bool lists = false;           // square brackets directly in it are lists
    int arguments_left = 0;       // of a macro, the one that comes next included
    // The last argument of a macro is the argument of this function; empty: it stands for itself.
    std::string_view function = {};
    std::string_view name = {};   // of the function of kBare
    size_t variables_before = 0;  // of kBare: variables_ when it was opened
  };

  // Takes one piece, or ends one argument without brackets.
  absl::Status Step();
  absl::Status ReadNumber(const Piece& piece);
  absl::Status ReadLetter(const Piece& piece);
  absl::Status ReadCommand(const Piece& piece);
  absl::Status ReadName(const Piece& piece);
  absl::Status Open(const Piece& piece);
  absl::Status Close(const Piece& piece);
  absl::Status Bar(Piece piece);
  absl::Status ReadPower(const Piece& piece);
  absl::Status ReadOther(const Piece& piece);
  absl::Status ReadOperator(const Piece& piece, Op op);
  absl::Status ReadIntegral(const Piece& piece);
  // `d` is the letter, and the x follows.
  absl::Status ReadDifferential(const Piece& d, const Piece& x);

  // A function's name was taken: looks at its exponent, its subscript and its argument.
  absl::Status ReadFunction(std::string_view name, const Piece& piece);
  absl::Status BeginArgument(std::string_view name, const Piece& piece);
  absl::Status BeginMacro(std::string_view name, const Piece& piece, int arguments,
                          std::string_view function = {});
  // Whether `piece` belongs to the argument without brackets on top of the stack.
  absl::StatusOr<bool> Continues(const Piece& piece) const;
  bool Awaiting() const;
  absl::Status EndValue(const Piece& piece);
  void Emit(TokenKind kind, const Piece& piece, std::string_view text, Op op = Op::kUndefined);
  void Push(Frame frame) { frames_.push_back(frame); }

  // The bytes of a piece.
  std::string_view Written(const Piece& piece) const {
    return text_.substr(piece.begin, piece.end - piece.begin);
  }
  char Byte(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

  const std::string_view text_;
  const LatexScanner scanner_;
  size_t position_ = 0;  // behind the last piece that was taken
  std::deque<Token> ready_;
  std::vector<Frame> frames_;
  bool value_ended_ = false;  // The last token ended a value.
  bool started_ = false;
  bool integral_ = false;
  bool differential_ = false;
  size_t variables_ = 0;         // how many were seen
  Op last_op_ = Op::kUndefined;  // of the last token
  size_t divisor_end_ = 0;       // behind the last number that followed a slash
};

}  // namespace motzkin::expression
