// The tree of a function as a classifier sees it: without the values of constants, and with the
// kind of each argument.
//
// A part without x is one symbol, "c", however large it is; several such terms of a sum are one.
// Constant factors are left out: that of a summand never changes whether there is an integral, and
// one inside seldom does. So 3*sin(2*x) is sin(x) here. A power with a constant exponent is an
// operation of one argument, its base, and is named after the exponent:
//
//   ^2 ^3    the whole exponents 2 and 3
//   ^n       a larger whole exponent
//   ^-1      a reciprocal
//   ^-n      another negative whole exponent
//   ^1/2     a square root
//   ^-1/2    the reciprocal of one
//   ^q, ^-q  another positive, another negative rational exponent
//   ^c       another constant exponent
//
// A power whose exponent holds x is `pow` with base and exponent. Other operations have the names
// of prefix form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/expression/expression.h"

namespace motzkin::classifier {

// From the simplest to the most general. A function has the first kind that fits.
enum class Kind : uint8_t {
  kConstant,
  kVariable,  // x, or x with a constant factor
  kLinear,
  kPolynomial,
  kRational,
  kAlgebraic,  // with roots, abs or sign
  kTranscendental,
};
// Returns "c", "x", "linear", "polynomial", "rational", "algebraic" or "transcendental".
std::string_view KindName(Kind kind);

struct ViewNode {
  std::string name = {};
  Kind kind = Kind::kConstant;
  // The numbers of the arguments in TreeView::nodes(). They are smaller than that of the node.
  // Arguments of sums and products are in the order of the canonical form.
  std::vector<uint32_t> arguments = {};
  // The number of nodes of the subtree; saturating.
  uint64_t size = 1;
  // How often the subtree occurs in the whole tree; saturating.
  uint64_t count = 0;
  // The name with the kinds of the arguments: "sin(linear)". Those of sums and products are sorted,
  // and each is named once: "mul(x,transcendental)". Leaves have their name alone.
  std::string label = {};
  // The subtree written out, "sin(add(c,x))", if it has at most kTextNodesMax nodes; else empty.
  std::string text = {};
};

// Immutable. Time and memory are linear in the distinct nodes of the expression, so that a hostile
// one with exponentially many nodes costs no more than others.
class TreeView {
 public:
  static constexpr uint64_t kTextNodesMax = 12;

  // `canonical` must come from expression::Canonical() and be defined.
  explicit TreeView(expression::Expr canonical);

  const std::vector<ViewNode>& nodes() const { return nodes_; }
  const ViewNode& root() const { return nodes_[root_]; }

 private:
  uint32_t Add(ViewNode node);
  uint32_t AddNary(expression::Expr node);
  uint32_t AddPower(expression::Expr node);
  uint32_t AddFunction(expression::Expr node);
  uint32_t NumberOf(expression::Expr node) const;
  void CountOccurrences();

  std::vector<ViewNode> nodes_;      // The first is the constant.
  std::vector<uint32_t> number_of_;  // by the ids of the expression's nodes
  uint32_t root_ = 0;
};

}  // namespace motzkin::classifier
