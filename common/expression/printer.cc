#include "common/expression/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/expression/bounded_text.h"
#include "common/expression/distinct_nodes.h"
#include "common/expression/exact_numbers.h"
#include "common/expression/infix_writer.h"
#include "common/expression/operation.h"

namespace motzkin::expression {
namespace {

std::string PrefixInteger(const mpz_class& value) {
  std::string tokens = sgn(value) < 0 ? "INT-" : "INT+";
  for (const char digit : mpz_class(abs(value)).get_str()) {
    tokens.push_back(' ');
    tokens.push_back(digit);
  }
  return tokens;
}

// Recursion is as deep as the tree, which PoolLimits bounds.
void WritePrefix(Expr expr, BoundedText& text) {
  if (text.full()) return;
  if (expr->op() == Op::kNumber) return text.Append(PrefixNumber(expr->number()));
  const std::span<const Expr> children = expr->children();
  // A sum of three terms is `add add a b c`: prefix notation has a fixed number of operands for
  // each token.
  const bool n_ary = expr->op() == Op::kAdd || expr->op() == Op::kMul;
  const size_t names = n_ary ? children.size() - 1 : 1;
  for (size_t i = 0; i < names; ++i) {
    if (i > 0) text.Append(" ");
    text.Append(NameOf(expr->op(), Format::kPrefix));
  }
  for (size_t i = 0; i < children.size(); ++i) {
    text.Append(" ");
    WritePrefix(children[i], text);
    if (expr->op() != Op::kHypergeometric || i > 0) continue;
    // The parser cannot count the lower parameters, so their number is written too.
    text.Append(" ");
    text.Append(PrefixInteger(children.size() - 2 - children[0]->number().get_num()));
  }
}

uint64_t Tokens(const std::string& prefix) {
  return 1 + static_cast<uint64_t>(std::count(prefix.begin(), prefix.end(), ' '));
}

// Returns the tokens of the node itself, without those of its children.
uint64_t OwnTokens(Expr expr) {
  switch (expr->op()) {
    case Op::kNumber:
      return Tokens(PrefixNumber(expr->number()));
    case Op::kAdd:
    case Op::kMul:
      return expr->children().size() - 1;
    case Op::kHypergeometric:
      return 1 + Tokens(PrefixInteger(expr->children().size() - 2 -
                                      expr->child(0)->number().get_num()));
    default:
      return 1;
  }
}

absl::Status Unsayable(Op op, Format format) {
  const std::string_view dialect = format == Format::kSympy  ? "SymPy"
                                   : format == Format::kGiac ? "giac"
                                                             : "FriCAS";
  return absl::FailedPreconditionError(
      fmt::format("{} has no name for {}", dialect, NameOf(op, Format::kPrefix)));
}

}  // namespace

std::string PrefixNumber(const mpq_class& value) {
  if (value.get_den() == 1) return PrefixInteger(value.get_num());
  return fmt::format("div {} {}", PrefixInteger(value.get_num()), PrefixInteger(value.get_den()));
}

absl::StatusOr<std::string> Print(Expr expr, Format format, size_t bytes_max) {
  if (expr->op() == Op::kUndefined)
    return absl::FailedPreconditionError("the expression is undefined");
  BoundedText text(bytes_max);
  if (format == Format::kPrefix) {
    WritePrefix(expr, text);
  } else {
    InfixWriter writer(format, text);
    writer.Write(expr);
    if (writer.unsayable() != Op::kUndefined) return Unsayable(writer.unsayable(), format);
  }
  if (text.full())
    return absl::ResourceExhaustedError(fmt::format("the text has more than {} bytes", bytes_max));
  return text.Take();
}

uint64_t TokenCount(Expr expr) {
  std::vector<uint64_t> counts(size_t{expr->id()} + 1);
  // Each distinct node is counted once, because the printed text can be exponentially longer than
  // the tree in memory.
  for (const Expr node : DistinctNodes(expr)) {
    uint64_t count = OwnTokens(node);
    for (const Expr child : node->children()) count = SaturatingAdd(count, counts[child->id()]);
    counts[node->id()] = count;
  }
  return counts[expr->id()];
}

}  // namespace motzkin::expression
