#include "common/expression/latex_lexer.h"

#include <fmt/format.h>

#include <string>

#include "common/base/status_macros.h"
#include "common/expression/function_table.h"
#include "common/expression/latex_words.h"
#include "common/expression/operation.h"

namespace motzkin::expression {
namespace {

using Kind = Piece::Kind;

bool IsOpen(const Piece& piece, char bracket) {
  return piece.kind == Kind::kOpen && piece.bracket == bracket;
}

bool IsClose(const Piece& piece, char bracket) {
  return piece.kind == Kind::kClose && piece.bracket == bracket;
}

}  // namespace

absl::StatusOr<Token> LatexLexer::Next() {
  while (ready_.empty()) RETURN_IF_ERROR(Step());
  const Token token = ready_.front();
  // The end is given as often as it is asked for.
  if (token.kind != TokenKind::kEnd) ready_.pop_front();
  return token;
}

void LatexLexer::Emit(TokenKind kind, const Piece& piece, std::string_view text, Op op) {
  ready_.push_back({kind, piece.begin + 1, text, op});
  last_op_ = op;
  started_ = true;
  if (kind != TokenKind::kClose) value_ended_ = false;
}

bool LatexLexer::Awaiting() const {
  return !frames_.empty() &&
         (frames_.back().scope == Scope::kMacro || frames_.back().scope == Scope::kPower);
}

absl::Status LatexLexer::Step() {
  ASSIGN_OR_RETURN(const Piece piece, scanner_.At(position_));
  if (!frames_.empty() && frames_.back().scope == Scope::kBare && value_ended_) {
    ASSIGN_OR_RETURN(const bool continues, Continues(piece));
    if (!continues) {
      Emit(TokenKind::kClose, piece, ")");
      frames_.pop_back();
      return EndValue(piece);
    }
  }
  if (!frames_.empty() && frames_.back().scope == Scope::kThrough && !IsClose(piece, '{'))
    return ErrorAt(piece.begin + 1, "'}' is expected behind the brackets of the argument");
  const bool factor = piece.kind == Kind::kLetter || IsOpen(piece, '(');
  if (factor && divisor_end_ > 0 && piece.begin == divisor_end_)
    return ErrorAt(piece.begin + 1,
                   "whether the slash divides by this, too, is not clear; use \\frac");
  if (differential_ && frames_.empty() && piece.kind != Kind::kEnd && piece.text != ".")
    return ErrorAt(piece.begin + 1, "text after the dx");
  position_ = piece.end;
  switch (piece.kind) {
    case Kind::kEnd:
      if (Awaiting())
        return ErrorAt(piece.begin + 1, "the text ends where an argument is expected");
      Emit(TokenKind::kEnd, piece, {});
      return absl::OkStatus();
    case Kind::kNumber:
      return ReadNumber(piece);
    case Kind::kLetter:
      return ReadLetter(piece);
    case Kind::kCommand:
      return ReadCommand(piece);
    case Kind::kName:
      return ReadName(piece);
    case Kind::kOpen:
      return Open(piece);
    case Kind::kClose:
      return Close(piece);
    case Kind::kBar:
      return Bar(piece);
    case Kind::kPower:
      return ReadPower(piece);
    case Kind::kSubscript:
      return ErrorAt(piece.begin + 1, "a subscript has no meaning here");
    case Kind::kOther:
      return ReadOther(piece);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LatexLexer::Continues(const Piece& piece) const {
  const Frame& bare = frames_.back();
  if (piece.kind == Kind::kPower) return true;
  if (variables_ != bare.variables_before) return false;
  // So far it is a constant, as in \sin 2x and \ln 2.
  if (IsOpen(piece, '(') || IsOpen(piece, '[') || IsOpen(piece, '{')) {
    return ErrorAt(bare.column, fmt::format("where the argument of '{}' ends is not clear; put it "
                                            "in brackets",
                                            bare.name));
  }
  const Op op = OpOfLatexName(Written(piece));
  const bool constant = op != Op::kUndefined && Arity(op) == 0;
  const bool factor =
      (piece.kind == Kind::kLetter && piece.text != "d") || piece.kind == Kind::kNumber ||
      (piece.kind == Kind::kCommand && (constant || FindLatexMacro(piece.text) != nullptr));
  // sin 2 pi x is one angle, but in ln 2 x two readings are as good.
  if (factor && bare.name == "ln" && piece.begin > position_) {
    return ErrorAt(bare.column,
                   "whether 'ln' takes what follows the space is not clear; put its argument in "
                   "brackets");
  }
  return factor;
}

absl::Status LatexLexer::EndValue(const Piece& piece) {
  value_ended_ = true;
  while (Awaiting()) {
    Frame& frame = frames_.back();
    if (frame.scope == Scope::kMacro && --frame.arguments_left > 0) {
      Emit(TokenKind::kComma, piece, ",");
      if (frame.function.empty()) return absl::OkStatus();
      return BeginArgument(frame.function, piece);
    }
    if (frame.scope == Scope::kMacro) Emit(TokenKind::kClose, piece, ")");
    frames_.pop_back();
    value_ended_ = true;
  }
  return absl::OkStatus();
}

absl::Status LatexLexer::ReadNumber(const Piece& piece) {
  Piece number = piece;
  if (Awaiting()) {
    // As TeX takes them, \frac12 is 1/2 and x^10 is x^{1}0. People mean x^{10} by it.
    const bool exponent = frames_.back().scope == Scope::kPower || !frames_.back().function.empty();
    if (exponent && piece.text.size() > 1) {
      return ErrorAt(piece.begin + 1,
                     fmt::format("several digits need braces here: {{{}}}", piece.text));
    }
    if (piece.text.front() == '.') {
      return ErrorAt(piece.begin + 1,
                     fmt::format("a decimal needs braces here: {{{}}}", piece.text));
    }
    number.end = piece.begin + 1;
    number.text = piece.text.substr(0, 1);
    position_ = number.end;
  }
  if (last_op_ == Op::kDiv) divisor_end_ = number.end;
  Emit(TokenKind::kNumber, number, number.text);
  return EndValue(number);
}

absl::Status LatexLexer::ReadLetter(const Piece& piece) {
  ASSIGN_OR_RETURN(const Piece next, scanner_.At(position_));
  if (piece.text == "d" && next.kind == Kind::kLetter && next.text == "x")
    return ReadDifferential(piece, next);
  if (next.kind == Kind::kSubscript && !FunctionOfSubscripted(piece.text).empty())
    return ReadFunction(piece.text, piece);
  // C\left(x\right) is a Fresnel integral, while C(x + 1) might be a product.
  const std::string_view function = FunctionOfLetter(piece.text);
  if (!function.empty() && IsOpen(next, '(') && Written(next).size() > 1)
    return ReadFunction(function, piece);
  const Op op = OpOfLatexName(piece.text);
  if (op == Op::kUndefined) {
    return ErrorAt(piece.begin + 1, fmt::format("unexpected character {}", Quoted(piece.text)));
  }
  if (op == Op::kVariable) ++variables_;
  Emit(TokenKind::kName, piece, NameOf(op, Format::kInfix));
  return EndValue(piece);
}

absl::Status LatexLexer::ReadDifferential(const Piece& d, const Piece& x) {
  if (differential_) return ErrorAt(d.begin + 1, "a second dx");
  differential_ = true;
  position_ = x.end;
  // dx is a factor of the integral; without another one the integrand is 1.
  if (value_ended_) return absl::OkStatus();
  Emit(TokenKind::kNumber, d, "1");
  return EndValue(d);
}

absl::Status LatexLexer::ReadIntegral(const Piece& piece) {
  ASSIGN_OR_RETURN(const Piece next, scanner_.At(position_));
  if (next.kind == Kind::kSubscript || next.kind == Kind::kPower) {
    return ErrorAt(piece.begin + 1, "an integral with limits is not a function of x");
  }
  integral_ = true;
  return absl::OkStatus();
}

absl::Status LatexLexer::ReadCommand(const Piece& piece) {
  if (const Op op = OperatorOfLatex(piece.text); op != Op::kUndefined)
    return ReadOperator(piece, op);
  if (const LatexMacro* macro = FindLatexMacro(piece.text)) {
    ASSIGN_OR_RETURN(const Piece next, scanner_.At(position_));
    if (macro->name != "sqrt" || !IsOpen(next, '['))
      return BeginMacro(macro->name, piece, macro->arguments);
    RETURN_IF_ERROR(BeginMacro("\\root", piece, 2));
    Push({.scope = Scope::kIndex, .column = next.begin + 1, .bracket = '['});
    position_ = next.end;
    return absl::OkStatus();
  }
  if (piece.text == "int" && !started_ && !integral_) return ReadIntegral(piece);
  const Op op = OpOfLatexName(Written(piece));
  if (op != Op::kUndefined && Arity(op) == 0) {
    Emit(TokenKind::kName, piece, NameOf(op, Format::kInfix));
    return EndValue(piece);
  }
  if (piece.text == "log") return ReadFunction("ln", piece);
  if (const Function* function = FindFunction(piece.text))
    return ReadFunction(function->name, piece);
  if (op != Op::kUndefined) return ReadFunction(NameOf(op, Format::kInfix), piece);
  return ErrorAt(piece.begin + 1, fmt::format("unknown command {}", Quoted(Written(piece))));
}

absl::Status LatexLexer::ReadName(const Piece& piece) {
  if (piece.text == "log") return ReadFunction("ln", piece);
  ASSIGN_OR_RETURN(const Piece next, scanner_.At(position_));
  const bool subscripted = next.kind == Kind::kSubscript;
  const bool constant = FindConstant(piece.text) != Op::kUndefined;
  if (subscripted || (!constant && FindFunction(piece.text) != nullptr))
    return ReadFunction(piece.text, piece);
  // A constant, or a name that the reader refuses.
  Emit(TokenKind::kName, piece, piece.text);
  return EndValue(piece);
}

absl::Status LatexLexer::BeginMacro(std::string_view name, const Piece& piece, int arguments,
                                    std::string_view function) {
  Emit(TokenKind::kName, piece, name);
  Emit(TokenKind::kOpen, piece, "(");
  Push({.scope = Scope::kMacro,
        .column = piece.begin + 1,
        .arguments_left = arguments,
        .function = function});
  return absl::OkStatus();
}

absl::Status LatexLexer::ReadFunction(std::string_view name, const Piece& piece) {
  ASSIGN_OR_RETURN(const Piece next, scanner_.At(position_));
  if (next.kind == Kind::kSubscript) {
    const std::string_view function = FunctionOfSubscripted(name);
    if (function.empty())
      return ErrorAt(next.begin + 1, fmt::format("a subscript of '{}' has no meaning here", name));
    position_ = next.end;
    return BeginMacro(function, piece, 2, "\\id");
  }
  if (next.kind != Kind::kPower) return BeginArgument(name, piece);
  position_ = next.end;
  // sin^{-1} is the inverse; any other exponent is that of the value.
  if (const std::string_view inverse = InverseOfLatex(name); !inverse.empty()) {
    size_t at = next.end;
    std::string exponent;
    for (const char wanted : {'{', '-', '1', '}'}) {
      while (IsSpace(Byte(at))) ++at;
      if (Byte(at) == wanted) exponent += Byte(at++);
    }
    if (exponent == "{-1}" || (exponent == "-1" && !IsDigit(Byte(at)))) {
      position_ = at;
      return BeginArgument(inverse, piece);
    }
  }
  return BeginMacro("\\power", piece, 2, name);
}

absl::Status LatexLexer::BeginArgument(std::string_view name, const Piece& piece) {
  ASSIGN_OR_RETURN(const Piece next, scanner_.At(position_));
  // The base of a logarithm was written before; what follows is an argument of the same call.
  const bool named = name != "\\id";
  if (named) Emit(TokenKind::kName, piece, name);
  Emit(TokenKind::kOpen, piece, "(");
  const Function* function = FindFunction(name);
  const bool lists = function != nullptr && function->takes_lists;
  const Frame brackets = {.scope = Scope::kBracket,
                          .column = next.begin + 1,
                          .bracket = next.bracket,
                          .close = ")",
                          .lists = lists};
  if (IsOpen(next, '(') || IsOpen(next, '[')) {
    position_ = next.end;
    Push(brackets);
    return absl::OkStatus();
  }
  if (IsOpen(next, '{')) {
    position_ = next.end;
    ASSIGN_OR_RETURN(const Piece inner, scanner_.At(position_));
    const bool several = function != nullptr && function->arguments_max > 1;
    if (several && IsOpen(inner, '(')) {
      Push({.scope = Scope::kThrough, .column = next.begin + 1, .bracket = '{'});
      Frame inside = brackets;
      inside.bracket = '(';
      Push(inside);
      position_ = inner.end;
      return absl::OkStatus();
    }
    Push({.scope = Scope::kCall, .column = next.begin + 1, .bracket = '{', .close = ")"});
    return absl::OkStatus();
  }
  Push({.scope = Scope::kBare,
        .column = piece.begin + 1,
        .name = named ? name : "log",
        .variables_before = variables_});
  return absl::OkStatus();
}

absl::Status LatexLexer::Open(const Piece& piece) {
  Frame frame = {.scope = Scope::kBracket, .column = piece.begin + 1, .bracket = piece.bracket};
  switch (piece.bracket) {
    case '{':
      if (Awaiting() && frames_.back().scope == Scope::kMacro) {
        frame.scope = Scope::kArgument;
        Push(frame);
        value_ended_ = false;
        return absl::OkStatus();
      }
      frame.scope = Scope::kGroup;
      frame.close = "}";
      Emit(TokenKind::kOpen, piece, "{");
      break;
    case '[': {
      const bool list = !frames_.empty() && frames_.back().lists;
      frame.close = list ? "]" : ")";
      Emit(TokenKind::kOpen, piece, list ? "[" : "(");
      break;
    }
    case '(':
      frame.close = ")";
      Emit(TokenKind::kOpen, piece, "(");
      break;
    default:
      frame.close = ")";
      Emit(TokenKind::kName, piece, piece.bracket == 'f' ? "floor" : "abs");
      Emit(TokenKind::kOpen, piece, "(");
  }
  Push(frame);
  return absl::OkStatus();
}

absl::Status LatexLexer::Close(const Piece& piece) {
  const std::string_view text = Written(piece);
  if (frames_.empty())
    return ErrorAt(piece.begin + 1, fmt::format("{} closes nothing", Quoted(text)));
  const Frame frame = frames_.back();
  if (Awaiting() || frame.scope == Scope::kBare) {
    return ErrorAt(piece.begin + 1, fmt::format("an argument is expected before {}", Quoted(text)));
  }
  if (frame.bracket != piece.bracket) {
    return ErrorAt(piece.begin + 1, fmt::format("{} does not close the '{}' of column {}",
                                                Quoted(text), frame.bracket, frame.column));
  }
  frames_.pop_back();
  if (!frame.close.empty()) Emit(TokenKind::kClose, piece, frame.close);
  return EndValue(piece);
}

absl::Status LatexLexer::Bar(Piece piece) {
  // A bar ends what the innermost open bar began, if a value is before it.
  const bool closes = value_ended_ && !frames_.empty() && frames_.back().scope == Scope::kBracket &&
                      frames_.back().bracket == '|';
  piece.kind = closes ? Kind::kClose : Kind::kOpen;
  return closes ? Close(piece) : Open(piece);
}

absl::Status LatexLexer::ReadPower(const Piece& piece) {
  Emit(TokenKind::kOperator, piece, "^", Op::kPow);
  Push({.scope = Scope::kPower, .column = piece.begin + 1});
  return absl::OkStatus();
}

absl::Status LatexLexer::ReadOperator(const Piece& piece, Op op) {
  // x^-1 is written, though TeX wants braces there.
  const bool sign = op == Op::kSub && Awaiting() && frames_.back().scope == Scope::kPower;
  const bool expects = Awaiting() || (!frames_.empty() && frames_.back().scope == Scope::kBare);
  if (expects && !value_ended_ && !sign) {
    return ErrorAt(piece.begin + 1,
                   fmt::format("an argument is expected before {}", Quoted(Written(piece))));
  }
  Emit(TokenKind::kOperator, piece, Written(piece), op);
  return absl::OkStatus();
}

absl::Status LatexLexer::ReadOther(const Piece& piece) {
  if (const Op op = OperatorOfLatex(piece.text); op != Op::kUndefined)
    return ReadOperator(piece, op);
  if (piece.text == "," && !Awaiting()) {
    Emit(TokenKind::kComma, piece, ",");
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Piece next, scanner_.At(position_));
  // A formula in a sentence may end it.
  if (piece.text == "." && next.kind == Kind::kEnd && value_ended_) return absl::OkStatus();
  return ErrorAt(piece.begin + 1, fmt::format("unexpected character {}", Quoted(piece.text)));
}

}  // namespace motzkin::expression
