#include "classifier/features.h"

#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace motzkin::classifier {
namespace {

// Pairs grow with the square of the arguments. Random functions have far fewer; a polynomial of a
// higher degree is judged by its first terms.
constexpr size_t kPairedMax = 24;

class Counter {
 public:
  explicit Counter(const TreeView& tree) : nodes_(tree.nodes()), root_(tree.root()) {}

  FeatureCounts Run() {
    for (const ViewNode& node : nodes_) {
      if (node.count > 0) CountNode(node);
    }
    if (root_.name == "add") {
      for (const uint32_t summand : root_.arguments) CountSummand(nodes_[summand]);
    } else {
      CountSummand(root_);
    }
    return std::move(counts_);
  }

 private:
  void Add(std::string name, uint64_t count) {
    uint64_t& sum = counts_[std::move(name)];
    sum = count > std::numeric_limits<uint64_t>::max() - sum ? std::numeric_limits<uint64_t>::max()
                                                             : sum + count;
  }

  void CountNode(const ViewNode& node) {
    Add(absl::StrCat("op ", node.name), node.count);
    if (node.arguments.empty()) return;
    Add(absl::StrCat("node ", node.label), node.count);
    if (node.size <= kSubtreeNodesMax) Add(absl::StrCat("tree ", node.text), node.count);
    for (const uint32_t number : node.arguments) {
      const ViewNode& child = nodes_[number];
      Add(absl::StrCat("child ", node.name, ">", child.label), node.count);
      for (const uint32_t grandchild : child.arguments) {
        Add(absl::StrCat("grandchild ", node.name, ">", child.name, ">", nodes_[grandchild].name),
            node.count);
      }
    }
    ForEachPair(node.arguments, [&](const ViewNode& a, const ViewNode& b) {
      Add(Pair(absl::StrCat("siblings ", node.name, ":"), a.label, ",", b.label), node.count);
    });
  }

  void CountSummand(const ViewNode& summand) {
    Add(absl::StrCat("summand ", summand.label), 1);
    const uint32_t itself = static_cast<uint32_t>(&summand - nodes_.data());
    const std::vector<uint32_t> factors =
        summand.name == "mul" ? summand.arguments : std::vector<uint32_t>{itself};
    for (const uint32_t factor : factors) {
      Add(absl::StrCat("factor ", nodes_[factor].label), 1);
      if (!nodes_[factor].text.empty()) Add(absl::StrCat("part ", nodes_[factor].text), 1);
    }
    ForEachPair(factors, [&](const ViewNode& a, const ViewNode& b) {
      Add(Pair("factors ", a.label, "*", b.label), 1);
      if (!a.text.empty() && !b.text.empty()) Add(Pair("parts ", a.text, "*", b.text), 1);
    });
  }

  template <typename Use>
  void ForEachPair(std::span<const uint32_t> numbers, const Use& use) const {
    const size_t paired = std::min(numbers.size(), kPairedMax);
    for (size_t i = 0; i < paired; ++i) {
      for (size_t j = i + 1; j < paired; ++j) use(nodes_[numbers[i]], nodes_[numbers[j]]);
    }
  }

  // The two of a pair are in the order of their names, because the canonical form orders by
  // constants, too.
  static std::string Pair(std::string_view before, std::string_view a, std::string_view between,
                          std::string_view b) {
    return fmt::format("{}{}{}{}", before, std::min(a, b), between, std::max(a, b));
  }

  const std::vector<ViewNode>& nodes_;
  const ViewNode& root_;
  FeatureCounts counts_;
};

}  // namespace

FeatureCounts CountFeatures(const TreeView& tree) { return Counter(tree).Run(); }

uint32_t BucketOf(std::string_view name) {
  // FNV-1a of 64 bits. Its low bits mix worst, so the high ones choose the bucket.
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3u;
  }
  // The last character must reach the high bits, too (the finalizer of SplitMix64).
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return static_cast<uint32_t>((hash ^ (hash >> 31)) >> 48);
}

std::vector<Feature> FeaturesOf(expression::Expr canonical) {
  std::map<uint32_t, double> buckets;
  for (const auto& [name, count] : CountFeatures(TreeView(canonical))) {
    buckets[BucketOf(name)] += std::log1p(static_cast<double>(count));
  }
  std::vector<Feature> features;
  features.reserve(buckets.size());
  for (const auto& [bucket, value] : buckets) features.push_back({bucket, value});
  return features;
}

}  // namespace motzkin::classifier
