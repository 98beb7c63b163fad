#include "common/ball/root_of.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "common/ball/free_unknown.h"

namespace motzkin::ball {
namespace {

using expression::Expr;
using expression::Op;

class Polynomial {
 public:
  Polynomial() { acb_poly_init(poly_); }
  Polynomial(const Polynomial& other) : Polynomial() { acb_poly_set(poly_, other.poly_); }
  Polynomial& operator=(const Polynomial& other) {
    acb_poly_set(poly_, other.poly_);
    return *this;
  }
  ~Polynomial() { acb_poly_clear(poly_); }
  acb_poly_struct* get() { return poly_; }
  const acb_poly_struct* get() const { return poly_; }
  slong degree() const { return acb_poly_degree(poly_); }

 private:
  acb_poly_t poly_;
};

// Builds the polynomial from the nodes below a RootOf, children first.
class PolynomialBuilder {
 public:
  PolynomialBuilder(const ConstantValue& constant, slong bits) : constant_(constant), bits_(bits) {}

  std::optional<Polynomial> Build(Expr body) {
    // NodesWithFreeUnknown() lists children first, so the operands of a node have been built before
    // it.
    for (Expr node : NodesWithFreeUnknown(body)) {
      std::optional<Polynomial> value = Combine(node);
      if (!value || value->degree() > kRootDegreeMax) return std::nullopt;
      values_[node->id()] = *std::move(value);
    }
    const auto found = values_.find(body->id());
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

 private:
  Polynomial Of(Expr node) const {
    if (const auto found = values_.find(node->id()); found != values_.end()) return found->second;
    Polynomial result;
    // A node without the unknown is a constant polynomial.
    acb_poly_set_acb(result.get(), constant_(node).get());
    return result;
  }

  std::optional<Polynomial> Combine(Expr node) const {
    Polynomial result;
    switch (node->op()) {
      case Op::kBound:
        acb_poly_set_coeff_si(result.get(), 1, 1);
        return result;
      case Op::kNeg:
        acb_poly_neg(result.get(), Of(node->child(0)).get());
        return result;
      case Op::kSub:
        acb_poly_sub(result.get(), Of(node->child(0)).get(), Of(node->child(1)).get(), bits_);
        return result;
      case Op::kAdd:
        for (Expr child : node->children()) {
          acb_poly_add(result.get(), result.get(), Of(child).get(), bits_);
        }
        return result;
      case Op::kMul:
        acb_poly_one(result.get());
        for (Expr child : node->children()) {
          acb_poly_mul(result.get(), result.get(), Of(child).get(), bits_);
          if (result.degree() > kRootDegreeMax) return std::nullopt;
        }
        return result;
      case Op::kDiv:
        return Quotient(node);
      case Op::kPow:
        return Power(node);
      default:
        return std::nullopt;
    }
  }

  std::optional<Polynomial> Quotient(Expr node) const {
    // A divisor that holds the unknown would make a rational function.
    if (values_.contains(node->child(1)->id())) return std::nullopt;
    Polynomial result = Of(node->child(0));
    acb_poly_scalar_div(result.get(), result.get(), constant_(node->child(1)).get(), bits_);
    return result;
  }

  std::optional<Polynomial> Power(Expr node) const {
    const Expr exponent = node->child(1);
    if (exponent->op() != Op::kNumber || exponent->number().get_den() != 1) return std::nullopt;
    const mpz_class& power = exponent->number().get_num();
    if (power < 0 || power > kRootDegreeMax) return std::nullopt;
    const Polynomial base = Of(node->child(0));
    if (base.degree() * power.get_si() > kRootDegreeMax) return std::nullopt;
    Polynomial result;
    acb_poly_pow_ui(result.get(), base.get(), power.get_ui(), bits_);
    return result;
  }

  const ConstantValue& constant_;
  slong bits_;
  std::map<uint32_t, Polynomial> values_;
};

bool HasRealCoefficients(const Polynomial& polynomial) {
  for (slong i = 0; i <= polynomial.degree(); ++i) {
    if (!acb_is_real(polynomial.get()->coeffs + i)) return false;
  }
  return true;
}

// Doubles are precise enough: roots of one polynomial that are closer than that are told apart by
// no precision in use, and what is needed is a choice that does not change.
double Key(const Ball& root) {
  const double real = arf_get_d(arb_midref(root.real()), ARF_RND_NEAR);
  if (root.IsReal()) return real;
  return 0.618 * real + 0.7 * arf_get_d(arb_midref(root.imag()), ARF_RND_NEAR);
}

}  // namespace

Ball RootOf(Expr root_of, const ConstantValue& constant, slong bits) {
  // Isolating roots costs about as many bits as the roots agree in.
  const slong working_bits = 2 * bits + 64;
  PolynomialBuilder builder(constant, working_bits);
  const std::optional<Polynomial> polynomial = builder.Build(root_of->child(0));
  if (!polynomial || polynomial->degree() < 1) return Ball::Undefined();
  const auto degree = static_cast<size_t>(polynomial->degree());

  std::vector<Ball> roots(degree);
  static_assert(sizeof(Ball) == sizeof(acb_struct), "a vector of balls is an array of acb_struct");
  acb_ptr raw = reinterpret_cast<acb_ptr>(roots.data());
  const slong isolated = acb_poly_find_roots(raw, polynomial->get(), nullptr, 0, working_bits);
  // A root that occurs twice is never isolated, however many bits there are, so such a polynomial
  // has no value here.
  if (isolated != polynomial->degree()) return Ball::Undefined();
  // Arb isolates roots as complex balls. For a polynomial with real coefficients it can tell which
  // of them hold a real root.
  const bool real = HasRealCoefficients(*polynomial) &&
                    acb_poly_validate_real_roots(raw, polynomial->get(), working_bits);
  const Ball* best = nullptr;
  for (Ball& root : roots) {
    // With validated real roots, a ball that touches the real axis holds a real root: make it
    // exact.
    if (real && arb_contains_zero(root.imag())) arb_zero(root.imag());
    if (best == nullptr || (root.IsReal() && !best->IsReal()) ||
        (root.IsReal() == best->IsReal() && Key(root) < Key(*best))) {
      best = &root;
    }
  }
  Ball result;
  acb_set_round(result.get(), best->get(), bits);
  return result;
}

}  // namespace motzkin::ball
