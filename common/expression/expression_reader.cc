#include "common/expression/expression_reader.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/expression/exact_numbers.h"

namespace motzkin::expression {
namespace {

bool Matches(char open, std::string_view close) {
  return (open == '(' && close == ")") || (open == '[' && close == "]") ||
         (open == '{' && close == "}");
}

bool BindsAnUnknown(std::string_view function) {
  return function == "rootOf" || function == "zeroOf" || function == "RootOf";
}

int Precedence(Op op) {
  switch (op) {
    case Op::kAdd:
    case Op::kSub:
      return 1;
    case Op::kMul:
    case Op::kDiv:
      return 2;
    // -x^2 is -(x^2), but -x*y is (-x)*y.
    case Op::kNeg:
      return 3;
    default:
      MOTZKIN_CHECK(op == Op::kPow);
      return 4;
  }
}

}  // namespace

absl::Status ExpressionReader::Advance() {
  ASSIGN_OR_RETURN(token_, lexer_.Next());
  return absl::OkStatus();
}

absl::StatusOr<Expr> ExpressionReader::Read() {
  RETURN_IF_ERROR(Advance());
  while (!done_) RETURN_IF_ERROR(value_expected_ ? ReadValue() : ReadAfterValue());
  if (values_.back().expr == nullptr) return ErrorAt(1, "a list is not an expression");
  return values_.back().expr;
}

absl::Status ExpressionReader::ReadValue() {
  switch (token_.kind) {
    case TokenKind::kNumber:
      return ReadNumber();
    case TokenKind::kName:
      return ReadName();
    case TokenKind::kOpen: {
      const Token open = token_;
      return OpenFrame(open, {}, open.column);
    }
    case TokenKind::kOperator:
      if (token_.op == Op::kSub) {
        // A prefix operator is pushed without reducing, so the power in 2^-x waits for its operand.
        operators_.push_back({Op::kNeg, token_.column});
        return Advance();
      }
      if (token_.op == Op::kAdd) return Advance();
      break;
    case TokenKind::kClose: {
      // A bracket may close without a value before it if it holds nothing, as in `pi()` and `[]`,
      // or if it is a tuple that ends with a comma, as Python writes `(a,)`.
      const bool after_operator = operators_.size() > operators_begin();
      if (frames_.empty() || after_operator ||
          (frames_.back().has_comma && !frames_.back().name.empty()))
        break;
      return CloseFrame();
    }
    case TokenKind::kEnd:
      return ErrorAt(token_.column, "the text ends where a value is expected");
    case TokenKind::kComma:
      break;
  }
  return ErrorAt(token_.column, fmt::format("a value is expected before {}", Quoted(token_.text)));
}

absl::Status ExpressionReader::ReadAfterValue() {
  switch (token_.kind) {
    case TokenKind::kOperator:
      return PushBinary(token_.op);
    case TokenKind::kComma:
      return Comma();
    case TokenKind::kClose:
      return CloseFrame();
    case TokenKind::kEnd:
      if (!frames_.empty()) {
        return ErrorAt(frames_.back().column,
                       fmt::format("'{}' is never closed", frames_.back().open));
      }
      done_ = true;
      return ReduceTo(0);
    case TokenKind::kNumber:
    case TokenKind::kName:
    case TokenKind::kOpen:
      break;
  }
  if (notation_ == Notation::kInfix) {
    return ErrorAt(token_.column,
                   fmt::format("an operator is expected before {}; a product is written with *",
                               Quoted(token_.text)));
  }
  // This is a product without a sign. The token belongs to its right operand, so it is not
  // consumed.
  RETURN_IF_ERROR(ReduceFor(Op::kMul));
  operators_.push_back({Op::kMul, token_.column});
  value_expected_ = true;
  return absl::OkStatus();
}

absl::Status ExpressionReader::ReadNumber() {
  const absl::StatusOr<mpq_class> value = ParseDecimal(token_.text, limits_.digits);
  if (!value.ok()) return BoundAt(token_.column, std::string(value.status().message()));
  RETURN_IF_ERROR(PushValue(pool_.Number(*value), /*literal=*/true, token_.column));
  return Advance();
}

absl::Status ExpressionReader::ReadName() {
  const Token name = token_;
  RETURN_IF_ERROR(Advance());
  const Op constant = FindConstant(name.text, dialect_);
  const bool function = constant == Op::kUndefined && FindFunction(name.text, dialect_) != nullptr;
  if (OpensCall(token_)) {
    // FriCAS writes the constant pi as a call without arguments.
    const bool pi_call = constant == Op::kPi && notation_ == Notation::kInfix;
    if (function || pi_call) return OpenFrame(token_, name.text, name.column);
    if (notation_ == Notation::kInfix)
      return ErrorAt(name.column, ExplainUnknownFunction(name.text, dialect_));
  }
  if (constant != Op::kUndefined)
    return PushValue(pool_.Leaf(constant), /*literal=*/false, name.column);
  return ReadUnknown(name);
}

bool ExpressionReader::OpensCall(const Token& open) const {
  if (open.kind != TokenKind::kOpen) return false;
  // Only Mathematica puts square brackets around arguments. In LaTeX, they are those of a list.
  const bool square = notation_ == Notation::kInfix &&
                      (dialect_ == Dialect::kAny || dialect_ == Dialect::kMathematica);
  return open.text != "[" || square;
}

// Within a rootOf, one name may stand for the unknown. The last argument of the rootOf names it,
// but comes later, so the first unknown name is taken for it.
absl::Status ExpressionReader::ReadUnknown(const Token& name) {
  Frame* root = InnermostRootOf();
  if (root == nullptr || FindFunction(name.text, dialect_) != nullptr)
    return ErrorAt(name.column, ExplainUnknownName(name.text, dialect_));
  if (root->unknown.empty()) root->unknown = name.text;
  if (root->unknown != name.text) {
    return ErrorAt(name.column,
                   fmt::format("a second unknown {} within a rootOf", Quoted(name.text)));
  }
  return PushValue(pool_.Leaf(Op::kBound), /*literal=*/false, name.column);
}

ExpressionReader::Frame* ExpressionReader::InnermostRootOf() {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (BindsAnUnknown(frame->name)) return &*frame;
  }
  return nullptr;
}

absl::Status ExpressionReader::OpenFrame(const Token& open, std::string_view name, size_t column) {
  if (frames_.size() >= static_cast<size_t>(limits_.nesting)) {
    return BoundAt(open.column, fmt::format("more than {} nested brackets", limits_.nesting));
  }
  frames_.push_back({.open = open.text.front(),
                     .column = column,
                     .name = name,
                     .values_begin = values_.size(),
                     .operators_begin = operators_.size(),
                     .unknown = {}});
  value_expected_ = true;
  return Advance();
}

absl::Status ExpressionReader::Comma() {
  if (frames_.empty()) return ErrorAt(token_.column, "a comma outside of brackets");
  // The value before the comma is complete.
  RETURN_IF_ERROR(ReduceTo(frames_.back().operators_begin));
  frames_.back().has_comma = true;
  value_expected_ = true;
  return Advance();
}

absl::Status ExpressionReader::CloseFrame() {
  if (frames_.empty())
    return ErrorAt(token_.column, fmt::format("{} closes nothing", Quoted(token_.text)));
  // A copy, because the frame leaves the stack before its call is built.
  const Frame frame = frames_.back();
  if (!Matches(frame.open, token_.text)) {
    return ErrorAt(token_.column, fmt::format("{} does not close the '{}' of column {}",
                                              Quoted(token_.text), frame.open, frame.column));
  }
  RETURN_IF_ERROR(ReduceTo(frame.operators_begin));
  // All values above the opening bracket are its items.
  const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(frame.values_begin);
  std::vector<ParsedValue> items(std::make_move_iterator(begin),
                                 std::make_move_iterator(values_.end()));
  values_.erase(begin, values_.end());
  frames_.pop_back();
  value_expected_ = false;
  if (!frame.name.empty()) {
    RETURN_IF_ERROR(FinishCall(frame, items));
  } else if (frame.open != '[' && !frame.has_comma && items.size() == 1) {
    // -(3) is a negation of 3, while -3 is one number.
    items.front().literal = false;
    values_.push_back(std::move(items.front()));
  } else if (frame.open == '{') {
    return ErrorAt(frame.column, "braces hold one expression");
  } else {
    values_.push_back({.expr = nullptr, .items = std::move(items)});
  }
  return Advance();
}

absl::Status ExpressionReader::FinishCall(const Frame& frame,
                                          std::span<const ParsedValue> arguments) {
  const Function* function = FindFunction(frame.name, dialect_);
  // OpenFrame() was called for a name that is not a function: it is FriCAS's pi().
  if (function == nullptr) {
    if (!arguments.empty())
      return ErrorAt(frame.column, ExplainUnknownFunction(frame.name, dialect_));
    return PushValue(pool_.Leaf(Op::kPi), /*literal=*/false, frame.column);
  }
  if (frame.name == "RootOf" && frame.unknown.empty())
    return ErrorAt(frame.column, "'RootOf' needs its unknown: RootOf(_Z^2 + 1)");
  const absl::StatusOr<Expr> call = BuildCall(*function, arguments, pool_);
  if (!call.ok()) return ErrorAt(frame.column, std::string(call.status().message()));
  return PushValue(*call, /*literal=*/false, frame.column);
}

absl::Status ExpressionReader::PushBinary(Op op) {
  RETURN_IF_ERROR(ReduceFor(op));
  operators_.push_back({op, token_.column});
  value_expected_ = true;
  return Advance();
}

absl::Status ExpressionReader::ReduceFor(Op op) {
  const int incoming = Precedence(op);
  while (operators_.size() > operators_begin()) {
    const int top = Precedence(operators_.back().op);
    // The power is right associative, so an equal one stays on the stack.
    if (top < incoming || (top == incoming && op == Op::kPow)) break;
    RETURN_IF_ERROR(ApplyTop());
  }
  return absl::OkStatus();
}

absl::Status ExpressionReader::ReduceTo(size_t begin) {
  while (operators_.size() > begin) RETURN_IF_ERROR(ApplyTop());
  return absl::OkStatus();
}

absl::Status ExpressionReader::ApplyTop() {
  // The stacks cannot run dry: a binary operator is pushed only after a value, and operators are
  // applied only once a value follows them.
  const auto [op, column] = operators_.back();
  operators_.pop_back();
  const ParsedValue right = std::move(values_.back());
  values_.pop_back();
  if (right.expr == nullptr) return ErrorAt(column, "a list where an expression is expected");
  if (op == Op::kNeg) {
    // A minus before a literal makes a negative number. -3^x is not affected: the power was applied
    // first.
    const bool folds = right.literal && right.expr->op() == Op::kNumber;
    return PushValue(folds ? pool_.Number(-right.expr->number()) : pool_.Neg(right.expr), folds,
                     column);
  }
  const ParsedValue left = std::move(values_.back());
  values_.pop_back();
  if (left.expr == nullptr) return ErrorAt(column, "a list where an expression is expected");
  const Expr result = op == Op::kDiv ? Quotient(pool_, left.expr, right.expr)
                                     : pool_.Binary(op, left.expr, right.expr);
  return PushValue(result, /*literal=*/false, column);
}

absl::Status ExpressionReader::PushValue(Expr expr, bool literal, size_t column) {
  if (expr->op() == Op::kUndefined) {
    // The reader never simplifies, so the only reason for Undefined is a bound of the pool.
    const PoolLimits& limits = pool_.limits();
    return BoundAt(column,
                   fmt::format("more than {} distinct nodes, {} levels or {} bits in a number",
                               limits.nodes, limits.depth, limits.number_bits));
  }
  values_.push_back({.expr = expr, .items = {}, .literal = literal});
  value_expected_ = false;
  return absl::OkStatus();
}

}  // namespace motzkin::expression
