#include "classifier/tree_view.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <limits>

#include "common/expression/distinct_nodes.h"
#include "common/expression/operation.h"

namespace motzkin::classifier {
namespace {

using expression::Expr;
using expression::Op;

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();

uint64_t SaturatingSum(uint64_t a, uint64_t b) { return a > kMost - b ? kMost : a + b; }

// Names a constant exponent, as the header lists them.
std::string PowerName(Expr exponent) {
  if (exponent->op() != Op::kNumber) return "^c";
  const mpq_class& value = exponent->number();
  if (value == 2) return "^2";
  if (value == 3) return "^3";
  if (value == -1) return "^-1";
  if (value == mpq_class(1, 2)) return "^1/2";
  if (value == mpq_class(-1, 2)) return "^-1/2";
  const bool whole = value.get_den() == 1;
  return absl::StrCat(sgn(value) < 0 ? "^-" : "^", whole ? "n" : "q");
}

Kind PowerKind(Kind base, Expr exponent) {
  const bool rational = exponent->op() == Op::kNumber;
  if (!rational || base == Kind::kTranscendental) return Kind::kTranscendental;
  if (exponent->number().get_den() != 1) return Kind::kAlgebraic;
  const Kind least = sgn(exponent->number()) < 0 ? Kind::kRational : Kind::kPolynomial;
  return std::max(base, least);
}

// Whether a function of an algebraic argument is algebraic, too.
bool IsAlgebraic(Op op) {
  return op == Op::kAbs || op == Op::kSign || op == Op::kSqrt || op == Op::kRootOf;
}

Kind SumKind(const std::vector<ViewNode>& nodes, const std::vector<uint32_t>& terms) {
  Kind kind = Kind::kLinear;
  for (const uint32_t term : terms) kind = std::max(kind, nodes[term].kind);
  return kind;
}

Kind ProductKind(const std::vector<ViewNode>& nodes, const std::vector<uint32_t>& factors) {
  Kind kind = Kind::kPolynomial;
  for (const uint32_t factor : factors) kind = std::max(kind, nodes[factor].kind);
  return kind;
}

bool IsNary(const std::string& name) { return name == "add" || name == "mul"; }

std::string LabelOf(const ViewNode& node, const std::vector<ViewNode>& nodes) {
  if (node.arguments.empty()) return node.name;
  std::vector<Kind> kinds;
  kinds.reserve(node.arguments.size());
  for (const uint32_t argument : node.arguments) kinds.push_back(nodes[argument].kind);
  if (IsNary(node.name)) {
    std::sort(kinds.begin(), kinds.end());
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  }
  std::vector<std::string_view> words;
  words.reserve(kinds.size());
  for (const Kind kind : kinds) words.push_back(KindName(kind));
  return absl::StrCat(
      node.name, "(",
      absl::StrJoin(words, ",", [](std::string* out, std::string_view word) { out->append(word); }),
      ")");
}

std::string TextOf(const ViewNode& node, const std::vector<ViewNode>& nodes) {
  if (node.size > TreeView::kTextNodesMax) return "";
  if (node.arguments.empty()) return node.name;
  std::vector<std::string> texts;
  texts.reserve(node.arguments.size());
  for (const uint32_t argument : node.arguments) texts.push_back(nodes[argument].text);
  // The order of the canonical form looks at constants, which are not seen here.
  if (IsNary(node.name)) std::sort(texts.begin(), texts.end());
  return absl::StrCat(node.name, "(", absl::StrJoin(texts, ","), ")");
}

}  // namespace

std::string_view KindName(Kind kind) {
  constexpr std::string_view kNames[] = {"c",        "x",         "linear",        "polynomial",
                                         "rational", "algebraic", "transcendental"};
  return kNames[static_cast<size_t>(kind)];
}

TreeView::TreeView(Expr canonical) {
  nodes_.reserve(64);
  Add({.name = "c", .kind = Kind::kConstant});
  number_of_.assign(size_t{canonical->id()} + 1, 0);
  for (const Expr node : expression::DistinctNodes(canonical)) {
    if (!node->has_variable()) continue;  // It is the constant, number 0.
    uint32_t number = 0;
    if (node->op() == Op::kVariable) {
      number = Add({.name = "x", .kind = Kind::kVariable});
    } else if (node->op() == Op::kAdd || node->op() == Op::kMul) {
      number = AddNary(node);
    } else if (node->op() == Op::kPow) {
      number = AddPower(node);
    } else {
      number = AddFunction(node);
    }
    number_of_[node->id()] = number;
  }
  root_ = NumberOf(canonical);
  CountOccurrences();
}

uint32_t TreeView::NumberOf(Expr node) const { return number_of_[node->id()]; }

uint32_t TreeView::Add(ViewNode node) {
  for (const uint32_t argument : node.arguments) {
    node.size = SaturatingSum(node.size, nodes_[argument].size);
  }
  node.label = LabelOf(node, nodes_);
  node.text = TextOf(node, nodes_);
  nodes_.push_back(std::move(node));
  return static_cast<uint32_t>(nodes_.size() - 1);
}

uint32_t TreeView::AddNary(Expr node) {
  const bool sum = node->op() == Op::kAdd;
  ViewNode made{.name = sum ? "add" : "mul"};
  bool constant = false;
  for (const Expr child : node->children()) {
    if (child->has_variable()) {
      made.arguments.push_back(NumberOf(child));
    } else {
      constant = true;
    }
  }
  // A product with one factor that holds x is that factor.
  if (!sum && made.arguments.size() == 1) return made.arguments.front();
  if (sum && constant) made.arguments.push_back(0);
  made.kind = sum ? SumKind(nodes_, made.arguments) : ProductKind(nodes_, made.arguments);
  return Add(std::move(made));
}

uint32_t TreeView::AddPower(Expr node) {
  const Expr exponent = node->child(1);
  if (exponent->has_variable()) {
    return Add({.name = "pow",
                .kind = Kind::kTranscendental,
                .arguments = {NumberOf(node->child(0)), NumberOf(exponent)}});
  }
  const uint32_t base = NumberOf(node->child(0));
  return Add({.name = PowerName(exponent),
              .kind = PowerKind(nodes_[base].kind, exponent),
              .arguments = {base}});
}

uint32_t TreeView::AddFunction(Expr node) {
  ViewNode made{.name = std::string(expression::OperationOf(node->op()).prefix)};
  Kind widest = Kind::kConstant;
  for (const Expr child : node->children()) {
    made.arguments.push_back(NumberOf(child));
    widest = std::max(widest, nodes_[made.arguments.back()].kind);
  }
  made.kind = IsAlgebraic(node->op()) ? std::max(widest, Kind::kAlgebraic) : Kind::kTranscendental;
  return Add(std::move(made));
}

// A node has a larger number than its arguments, so all its occurrences are known when its turn
// comes.
void TreeView::CountOccurrences() {
  nodes_[root_].count = 1;
  for (size_t number = nodes_.size(); number-- > 0;) {
    const uint64_t count = nodes_[number].count;
    for (const uint32_t argument : nodes_[number].arguments) {
      nodes_[argument].count = SaturatingSum(nodes_[argument].count, count);
    }
  }
}

}  // namespace motzkin::classifier
