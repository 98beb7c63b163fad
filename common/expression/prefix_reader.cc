#include "common/expression/prefix_reader.h"

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "common/expression/exact_numbers.h"
#include "common/expression/function_table.h"
#include "common/expression/operation.h"
#include "common/expression/token.h"

namespace motzkin::expression {
namespace {

// The tokens of the published generator that its files lose only when SymPy has rewritten them.
struct ShorthandToken {
  std::string_view token;
  size_t operands;
  std::string_view rule;
};
constexpr ShorthandToken kShorthands[] = {
    {"inv", 1, "div 1 a"},  {"pow2", 1, "pow a 2"}, {"pow3", 1, "pow a 3"},
    {"pow4", 1, "pow a 4"}, {"pow5", 1, "pow a 5"}, {"rac", 2, "pow a div 1 b"},
};

}  // namespace

absl::StatusOr<Expr> PrefixReader::Read() {
  size_t end = text_.size();
  while (end > 0) {
    const size_t space = text_.rfind(' ', end - 1);
    const size_t begin = space == std::string_view::npos ? 0 : space + 1;
    RETURN_IF_ERROR(Token(text_.substr(begin, end - begin), begin + 1));
    // The text starts with a space.
    if (begin == 1) return ErrorAt(1, "tokens are separated by single spaces");
    end = begin == 0 ? 0 : begin - 1;
  }
  if (!reversed_digits_.empty()) return ErrorAt(1, "a digit without INT+ or INT- before it");
  if (operands_.empty()) return ErrorAt(1, "the text ends where a value is expected");
  if (operands_.size() > 1) {
    // The first operand of the text is on top, so the one below it begins the surplus.
    return ErrorAt(operands_[operands_.size() - 2].column, "text after the end of the expression");
  }
  if (operands_.back().has_unknown) return ErrorAt(1, "'bound' outside of a rootof");
  return operands_.back().expr;
}

absl::Status PrefixReader::Token(std::string_view token, size_t column) {
  if (token.empty()) return ErrorAt(column, "tokens are separated by single spaces");
  if (token.size() == 1 && IsDigit(token.front())) {
    reversed_digits_ += token.front();
    if (reversed_digits_.size() > static_cast<size_t>(limits_.digits)) {
      return BoundAt(column, fmt::format("a number of more than {} digits", limits_.digits));
    }
    return absl::OkStatus();
  }
  if (token == "INT+" || token == "INT-") return Integer(token == "INT-", column);
  if (!reversed_digits_.empty()) {
    return ErrorAt(column,
                   fmt::format("a digit after {}; numbers start with INT+ or INT-", Quoted(token)));
  }
  const Op op = OpOfPrefixToken(token);
  if (op == Op::kUndefined && vocabulary_ == Vocabulary::kLampleCharton) {
    for (const auto& [name, operands, rule] : kShorthands) {
      if (name == token) return Shorthand(rule, operands, token, column);
    }
  }
  if (op == Op::kUndefined) return ErrorAt(column, fmt::format("unknown token {}", Quoted(token)));
  return Operation(op, token, column);
}

absl::Status PrefixReader::Integer(bool negative, size_t column) {
  if (reversed_digits_.empty()) return ErrorAt(column, "INT+ and INT- need digits");
  // The tokens were read from the last to the first, and so were the digits.
  mpz_class value(std::string(reversed_digits_.rbegin(), reversed_digits_.rend()), 10);
  reversed_digits_.clear();
  const Expr number = pool_.Number(mpq_class(negative ? mpz_class(-value) : value));
  if (number->op() == Op::kUndefined)
    return BoundAt(column, "a number or the whole passes the bounds of its pool");
  operands_.push_back({number, column});
  return absl::OkStatus();
}

absl::StatusOr<size_t> PrefixReader::OperandCount(Op op, size_t column) const {
  // The printer writes a sum of n terms as n - 1 additions of two.
  if (op == Op::kAdd || op == Op::kMul) return size_t{2};
  if (op != Op::kHypergeometric) return static_cast<size_t>(Arity(op));
  // The operands are p q a1..ap b1..bq z, where q is not a child of the node.
  constexpr long kParametersMax = 100;
  const size_t known = operands_.size();
  const mpz_class* p = known < 2 ? nullptr : IntegerValue(operands_[known - 1].expr);
  const mpz_class* q = known < 2 ? nullptr : IntegerValue(operands_[known - 2].expr);
  if (p == nullptr || q == nullptr || *p < 0 || *q < 0 || *p > kParametersMax ||
      *q > kParametersMax) {
    return ErrorAt(
        column, fmt::format("hyper needs the numbers of its parameters, 0 to {}", kParametersMax));
  }
  return p->get_ui() + q->get_ui() + 3;
}

absl::Status PrefixReader::Operation(Op op, std::string_view token, size_t column) {
  ASSIGN_OR_RETURN(const size_t count, OperandCount(op, column));
  RETURN_IF_ERROR(CheckOperands(count, token, column));
  std::vector<Expr> children;
  bool has_unknown = op == Op::kBound;
  // The first operand is on top of the stack.
  for (size_t i = 0; i < count; ++i) {
    has_unknown = has_unknown || operands_.back().has_unknown;
    const bool is_q = op == Op::kHypergeometric && i == 1;
    if (!is_q) children.push_back(operands_.back().expr);
    operands_.pop_back();
  }
  const Expr result =
      op == Op::kDiv ? Quotient(pool_, children[0], children[1]) : pool_.Make(op, children);
  return Push(result, has_unknown && op != Op::kRootOf, column);
}

absl::Status PrefixReader::Shorthand(std::string_view rule, size_t count, std::string_view token,
                                     size_t column) {
  RETURN_IF_ERROR(CheckOperands(count, token, column));
  std::vector<Expr> operands;
  bool has_unknown = false;
  for (size_t i = 0; i < count; ++i) {
    has_unknown = has_unknown || operands_.back().has_unknown;
    operands.push_back(operands_.back().expr);
    operands_.pop_back();
  }
  return Push(BuildRule(rule, operands, pool_), has_unknown, column);
}

absl::Status PrefixReader::CheckOperands(size_t count, std::string_view token,
                                         size_t column) const {
  if (operands_.size() >= count) return absl::OkStatus();
  return ErrorAt(column,
                 fmt::format("'{}' needs {} operands, {} follow", token, count, operands_.size()));
}

absl::Status PrefixReader::Push(Expr result, bool has_unknown, size_t column) {
  if (result->op() == Op::kUndefined) {
    const PoolLimits& limits = pool_.limits();
    return BoundAt(column, fmt::format("more than {} distinct nodes or {} levels", limits.nodes,
                                       limits.depth));
  }
  operands_.push_back({result, column, has_unknown});
  return absl::OkStatus();
}

}  // namespace motzkin::expression
