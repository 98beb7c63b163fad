#include "common/generator/variant_sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/expression/canonical.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/generator/attempt.h"
#include "common/generator/presentation.h"
#include "common/generator/random_stream.h"
#include "common/generator/spec_validation.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;

// The streams of kinds have the domains 0 .. 2.
constexpr uint32_t kDomain = 16;
// A new number lies between 1 and this, or twice the old one.
constexpr int64_t kNumberMax = 9;
// Larger numbers stay as they are: they are rarely a matter of taste.
constexpr int64_t kChangedMax = 1'000'000;

// Rebuilds a tree with one change. Recursion is fine: the tree has at most tokens_max nodes.
class Rewriter {
 public:
  Rewriter(const DraftSampler& drafts, RandomStream& random, Pool& pool)
      : drafts_(drafts), random_(random), pool_(pool) {}

  Expr OtherConstants(Expr expr) {
    if (expr->op() == Op::kNumber) return OtherNumber(expr->number());
    // A factor of x is a constant like any other, even if it is 1 and not written.
    if (expr->op() == Op::kVariable && random_.Chance(1, 4)) {
      return pool_.Mul(pool_.Integer(Between(2, kNumberMax)), expr);
    }
    return Rebuilt(expr, [this](Expr child) { return OtherConstants(child); });
  }

  // Puts an operator with new leaves around a node, which takes the place of one of these leaves.
  Expr OneMore(Expr expr) {
    left_ = random_.Below(expr->tree_size());
    return AtChosen(expr, [this](Expr node) {
      Draft draft;
      drafts_.Draw(/*internal_nodes=*/1, random_, draft);
      const Expr around = BuildExpression(draft, pool_);
      std::vector<Expr> children(around->children().begin(), around->children().end());
      // A power's exponent is a second child even where the operator has one operand.
      const size_t places = draft.nodes.front().arity;
      children[random_.Below(places)] = node;
      return pool_.Make(around->op(), children);
    });
  }

  Expr OneLess(Expr expr) {
    left_ = random_.Below(expr->tree_size());
    return AtChosen(expr, [this](Expr node) {
      return node->children().empty() ? node : node->child(random_.Below(node->children().size()));
    });
  }

 private:
  template <typename Change>
  Expr Rebuilt(Expr expr, const Change& change) {
    if (expr->children().empty()) return expr;
    std::vector<Expr> children;
    for (const Expr child : expr->children()) children.push_back(change(child));
    return pool_.Make(expr->op(), children);
  }

  // Changes the node that is left_ places behind this one in preorder.
  template <typename Change>
  Expr AtChosen(Expr expr, const Change& change) {
    if (left_ == 0) {
      left_ = UINT64_MAX;  // no other node
      return change(expr);
    }
    --left_;
    return Rebuilt(expr, [&](Expr child) { return AtChosen(child, change); });
  }

  int64_t Between(int64_t min, int64_t max) {
    return min + static_cast<int64_t>(random_.Below(static_cast<uint64_t>(max - min + 1)));
  }

  // Draws another numerator. Sign and denominator stay: they say which root or power it is.
  Expr OtherNumber(const mpq_class& number) {
    const mpz_class size = abs(number.get_num());
    if (size == 0 || size > kChangedMax) return pool_.Number(number);
    mpq_class other(Between(1, std::max(kNumberMax, 2 * size.get_si())), number.get_den());
    other.canonicalize();
    return pool_.Number(number < 0 ? mpq_class(-other) : other);
  }

  const DraftSampler& drafts_;
  RandomStream& random_;
  Pool& pool_;
  uint64_t left_ = 0;
};

Change DrawChange(RandomStream& random) {
  constexpr Change kChanges[] = {Change::kConstants, Change::kConstants, Change::kOneMore,
                                 Change::kOneLess};
  return kChanges[random.Below(std::size(kChanges))];
}

Expr Changed(Expr like, Change change, Rewriter& rewriter) {
  switch (change) {
    case Change::kOneMore:
      return rewriter.OneMore(like);
    case Change::kOneLess:
      return rewriter.OneLess(like);
    default:
      return rewriter.OtherConstants(like);
  }
}

}  // namespace

VariantSampler::VariantSampler(const v1::GeneratorSpec& spec, std::string prefix,
                               uint64_t canonical_hash, uint64_t skeleton_hash, uint64_t operators)
    : spec_(spec),
      drafts_(spec),
      prefix_(std::move(prefix)),
      canonical_hash_(canonical_hash),
      skeleton_hash_(skeleton_hash),
      operators_(operators) {}

absl::StatusOr<VariantSampler> VariantSampler::Create(Expr like, const v1::GeneratorSpec& spec) {
  RETURN_IF_ERROR(ValidateSpec(spec));
  Pool pool;
  const Expr canonical = UsableCanonical(pool.Import(like), pool);
  if (canonical == nullptr) {
    return absl::InvalidArgumentError("it is constant, holds i or has no value anywhere");
  }
  const Expr presented = Present(canonical, pool);
  if (IsTooLong(spec, presented)) {
    return absl::InvalidArgumentError(
        fmt::format("it has more than {} prefix tokens", spec.tokens_max()));
  }
  ASSIGN_OR_RETURN(std::string prefix, expression::Print(presented, expression::Format::kPrefix));
  return VariantSampler(spec, std::move(prefix), expression::CanonicalHash(canonical),
                        expression::SkeletonHash(canonical), CountOperators(presented));
}

absl::StatusOr<Variant> VariantSampler::Generate(uint64_t seed, int64_t index, Pool& pool) const {
  RandomStream random(seed ^ canonical_hash_, kGeneratorVersion, kDomain,
                      static_cast<uint64_t>(index));
  for (int redraws = 0; redraws <= kRedrawsMax; ++redraws) {
    Pool scratch;
    ASSIGN_OR_RETURN(const Expr like, expression::ParsePrefix(prefix_, scratch));
    Rewriter rewriter(drafts_, random, scratch);
    const Change change = DrawChange(random);
    const Expr canonical = UsableCanonical(Changed(like, change, rewriter), scratch);
    if (canonical == nullptr) continue;
    const Expr presented = Present(canonical, scratch);
    if (IsTooLong(spec_, presented)) continue;
    const uint64_t operators = CountOperators(presented);
    if (change == Change::kOneMore && operators != operators_ + 1) continue;
    if (change == Change::kOneLess && operators + 1 != operators_) continue;
    std::optional<GeneratedFunction> function = Finish({.integrand = presented}, canonical);
    if (!function.has_value() || function->canonical_hash == canonical_hash_) continue;
    if ((function->skeleton_hash == skeleton_hash_) != (change == Change::kConstants)) continue;
    function->redraws = redraws;
    function->integrand = pool.Import(presented);
    if (function->integrand->op() == Op::kUndefined) {
      return absl::ResourceExhaustedError("the pool that a variant should be put into is full");
    }
    return Variant{change, *function};
  }
  return absl::ResourceExhaustedError(
      fmt::format("variant {}: {} redraws gave nothing usable", index, kRedrawsMax));
}

}  // namespace motzkin::generator
