// The expression tree: immutable nodes, hash-consed in a Pool.
//
// Within one Pool, two expressions are structurally equal exactly if their pointers are equal. A
// node's children have smaller ids than the node, so a loop over ids is a topological order:
// evaluation and differentiation need no recursion and visit a shared subtree once.
//
// A Pool is bounded (PoolLimits). Beyond a bound, and for any child that is already undefined,
// every builder returns the pool's Undefined node. Errors therefore propagate like NaN and are
// checked once, at the end.
//
// A node's hash depends on the numeric values of Op. New operations therefore go to the end of
// their group, and only together with a new canonical version.
//
// Builders make exactly the node that they are asked for and never simplify; canonical.h does.
#pragma once

#include <gmpxx.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace motzkin::expression {

// clang-format off
enum class Op : uint8_t {
  kUndefined,
  // Leaves.
  kNumber,      // an exact rational; integers have denominator 1
  kVariable,    // x
  kPi, kE, kI, kEulerGamma, kCatalan,
  kBound,       // the unknown of the RootOf around it
  // Arithmetic. kAdd and kMul have 2 or more children, the other binary ones exactly 2.
  kNeg, kAdd, kSub, kMul, kDiv, kPow,
  // Elementary functions of one argument. log is the principal natural logarithm.
  kSqrt, kExp, kLog, kAbs, kSign,
  kSin, kCos, kTan, kCot, kSec, kCsc,
  kAsin, kAcos, kAtan, kAcot, kAsec, kAcsc,
  kSinh, kCosh, kTanh, kCoth, kSech, kCsch,
  kAsinh, kAcosh, kAtanh, kAcoth, kAsech, kAcsch,
  kRe, kIm, kConj, kFloor,
  // Special functions of one argument.
  kEi, kLi,     // Ei(x); li(x) = Ei(log x)
  kSi, kCi, kShi, kChi,
  kErf, kErfc, kErfi, kFresnelS, kFresnelC,   // Fresnel: of pi/2 t^2
  kGamma, kLogGamma, kDigamma, kLambertW, kDilog,  // Dilog(z) = Li_2(1 - z), as in FriCAS
  kEllipticK,   // of the parameter m
  // Special functions of two or more arguments.
  kPolylog,     // (s, z)
  kUpperGamma, kLowerGamma,  // (s, x)
  kExpIntegralE,             // (n, x)
  kEllipticF, kEllipticE,    // (phi, m)
  kEllipticPi,               // (n, phi, m)
  kBesselJ, kBesselY, kBesselI, kBesselK,  // (order, x)
  kHypergeometric,           // (p, a1..ap, b1..bq, z), p a number
  kWeierstrassP, kWeierstrassPPrime, kWeierstrassPInverse, kWeierstrassZeta,  // (g2, g3, z)
  // RootOf(polynomial in kBound): one fixed root of it.
  kRootOf,
};
// clang-format on

class Pool;

// One node. Its Pool owns it, and it lives as long as the Pool. Immutable.
class Node {
 public:
  Op op() const { return op_; }
  // Ids are dense within the pool and greater than those of all children.
  uint32_t id() const { return id_; }
  std::span<const Node* const> children() const { return {children_, child_count_}; }
  const Node* child(size_t i) const { return children_[i]; }
  // For kNumber only. Canonicalized: lowest terms, positive denominator.
  const mpq_class& number() const { return *number_; }
  // Whether this is the kNumber with this value.
  bool IsInteger(long value) const { return op_ == Op::kNumber && *number_ == value; }
  // The height of the tree; 1 for a leaf.
  uint32_t depth() const { return depth_; }
  // The number of nodes of the tree, with shared subtrees counted each time; saturating.
  uint64_t tree_size() const { return tree_size_; }
  bool has_variable() const { return has_variable_; }
  // A structural hash, the same in every pool and on every platform.
  uint64_t hash() const { return hash_; }

 private:
  friend class Pool;
  Op op_ = Op::kUndefined;
  bool has_variable_ = false;
  uint32_t id_ = 0;
  uint32_t depth_ = 1;
  uint32_t child_count_ = 0;
  uint64_t tree_size_ = 1;
  uint64_t hash_ = 0;
  const Node* const* children_ = nullptr;
  const mpq_class* number_ = nullptr;
};

using Expr = const Node*;

struct PoolLimits {
  uint32_t nodes = 1u << 18;      // 262,144: 20 times the largest answer seen
  uint32_t depth = 2'000;         // recursion over a tree of this depth fits a 1 MiB stack
  uint32_t number_bits = 32'768;  // of numerator or denominator: about 9,900 digits
};

// Owns the nodes of some expressions. Neither copied nor moved. Thread-compatible.
class Pool {
 public:
  explicit Pool(const PoolLimits& limits = {});
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Forgets every expression and keeps the memory, for one pool that serves many functions in turn.
  // Costs about nothing. Old pointers and ids must not be used any more.
  void Clear();

  Expr Undefined() const;
  // `value` must be canonicalized, as all results of GMP's arithmetic are.
  Expr Number(const mpq_class& value);
  Expr Integer(long value);
  Expr Variable();
  // Returns any leaf without a value: kVariable, kPi, kE, kI, ...
  Expr Leaf(Op op);
  // The caller must give the right number of children for `op`, which is CHECKed.
  Expr Make(Op op, std::span<const Expr> children);
  Expr Unary(Op op, Expr a);
  Expr Binary(Op op, Expr a, Expr b);

  Expr Add(Expr a, Expr b) { return Binary(Op::kAdd, a, b); }
  Expr Sub(Expr a, Expr b) { return Binary(Op::kSub, a, b); }
  Expr Mul(Expr a, Expr b) { return Binary(Op::kMul, a, b); }
  Expr Div(Expr a, Expr b) { return Binary(Op::kDiv, a, b); }
  Expr Pow(Expr a, Expr b) { return Binary(Op::kPow, a, b); }
  Expr Neg(Expr a) { return Unary(Op::kNeg, a); }

  // Copies an expression of another pool. Linear in its distinct nodes.
  Expr Import(Expr foreign);

  // The number of nodes so far; all ids are below it.
  uint32_t size() const;
  // The node with this id.
  Expr node(uint32_t id) const;
  // Whether a bound was hit, so that some expression of this pool is Undefined.
  bool exhausted() const;
  const PoolLimits& limits() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether `op` is a function of exactly one argument: kSqrt .. kEllipticK. kNeg is not one, and
// neither is kRootOf, which binds an unknown rather than maps a value.
bool IsFunction(Op op);
// Returns the number of children: 0 for leaves, -1 for kAdd, kMul and kHypergeometric.
int Arity(Op op);
// Whether `op` is not elementary: kEi .. kWeierstrassZeta.
bool IsSpecial(Op op);

}  // namespace motzkin::expression
