// Splits LaTeX into pieces: what is left when spaces, sizes of brackets and the marks of formulas are
// skipped. LatexLexer makes tokens of them. Inside this module only.
#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <string_view>

namespace motzkin::expression {

struct Piece {
  enum class Kind {
    kEnd,
    kNumber,   // digits, with an optional fraction
    kLetter,   // also the d of \mathrm{d}
    kCommand,  // `text` is its name without the backslash
    kName,     // of \operatorname{name}
    kOpen,     // `bracket` is ( [ { or, of \lfloor, f
    kClose,
    kBar,        // | of unknown side; \left| is kOpen and \right| kClose, with the bracket |
    kPower,      // ^
    kSubscript,  // _
    kOther,      // any other character
  };

  Kind kind = Kind::kEnd;
  size_t begin = 0;  // the offset of its first byte
  size_t end = 0;    // the offset behind its last byte
  std::string_view text = {};
  char bracket = '\0';
};

// Immutable.
class LatexScanner {
 public:
  // `text` must outlive the scanner and its pieces.
  explicit LatexScanner(std::string_view text) : text_(text) {}

  // Returns the first piece at or behind `position`. INVALID_ARGUMENT: a name in braces is missing.
  // Linear in what it skips.
  absl::StatusOr<Piece> At(size_t position) const;

 private:
  struct Command {
    std::string_view name;
    size_t end;
  };

  char Byte(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  // Returns the command whose backslash is at `position`.
  Command CommandAt(size_t position) const;
  absl::StatusOr<Piece> CommandPiece(size_t begin) const;
  // Returns the bracket behind \left, \right, \big and their kind.
  Piece SizedBracket(size_t begin, Command size) const;
  // Returns what \operatorname{name} and \mathrm{name} name.
  absl::StatusOr<Piece> Upright(size_t begin, Command command) const;

  std::string_view text_;
};

}  // namespace motzkin::expression
