#include "common/expression/expression.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <new>
#include <vector>

#include "common/base/check.h"
#include "common/expression/distinct_nodes.h"
#include "common/expression/exact_numbers.h"
#include "common/expression/hash_mix.h"

namespace motzkin::expression {
namespace {

// Hashes the value, not GMP's limbs, whose size differs between platforms.
uint64_t HashInteger(const mpz_class& value, uint64_t seed) {
  // mpz_export() drops the sign, so it is mixed in first.
  uint64_t hash = MixHash(seed, sgn(value) < 0 ? 0u : sgn(value) == 0 ? 1u : 2u);
  if (mpz_sizeinbase(value.get_mpz_t(), 2) <= 64) {
    // mpz_export() writes nothing for 0, so the word must be 0 before.
    uint64_t word = 0;
    mpz_export(&word, nullptr, -1, sizeof word, 0, 0, value.get_mpz_t());
    return MixHash(hash, word);
  }
  // Longer numbers take an allocation. Both ways hash the words from the lowest one up.
  std::vector<uint64_t> words((mpz_sizeinbase(value.get_mpz_t(), 2) + 63) / 64);
  mpz_export(words.data(), nullptr, -1, sizeof words[0], 0, 0, value.get_mpz_t());
  for (const uint64_t word : words) hash = MixHash(hash, word);
  return hash;
}

uint64_t HashNumber(const mpq_class& value) {
  const uint64_t seed = MixHash(0, static_cast<uint64_t>(Op::kNumber));
  return HashInteger(value.get_den(), HashInteger(value.get_num(), seed));
}

// All pools share the values and hashes of these integers, so that the usual leaf allocates
// nothing.
constexpr long kSharedIntegerMax = 1'024;

struct SharedInteger {
  mpq_class value;
  uint64_t hash;
};

bool IsShared(long value) { return value >= -kSharedIntegerMax && value <= kSharedIntegerMax; }

const SharedInteger& GetSharedInteger(long value) {
  // Never destroyed: pools may outlive the statics of other files.
  static const auto& table = *new std::vector<SharedInteger>([] {
    std::vector<SharedInteger> integers;
    for (long i = -kSharedIntegerMax; i <= kSharedIntegerMax; ++i) {
      const mpq_class number(i);
      integers.push_back({number, HashNumber(number)});
    }
    return integers;
  }());
  return table[static_cast<size_t>(value + kSharedIntegerMax)];
}

uint64_t HashTree(Op op, std::span<const Expr> children) {
  // Hashes are stored with every row and hold the number of the operation. If an operation that
  // integrands use gets another number, canonical and skeleton version must be raised.
  uint64_t hash = MixHash(0, static_cast<uint64_t>(op));
  for (const Expr child : children) hash = MixHash(hash, child->hash());
  return hash;
}

size_t Bits(const mpz_class& value) { return mpz_sizeinbase(value.get_mpz_t(), 2); }

// An array that grows in blocks. Blocks never move, since nodes are pointed to, and outlive
// Clear().
template <typename T, size_t kBlock>
class BlockArray {
 public:
  T* at(size_t i) const { return &blocks_[i / kBlock][i % kBlock]; }

  // Appends `count` adjacent elements, count <= kBlock, and returns the index of the first.
  size_t Append(size_t count) {
    if (size_ % kBlock + count > kBlock) size_ += kBlock - size_ % kBlock;
    const size_t first = size_;
    size_ += count;
    while (blocks_.size() * kBlock < size_) blocks_.push_back(std::make_unique<T[]>(kBlock));
    return first;
  }
  size_t size() const { return size_; }
  void Clear() { size_ = 0; }

 private:
  std::vector<std::unique_ptr<T[]>> blocks_;
  size_t size_ = 0;
};

}  // namespace

// Nodes live in blocks, and their children in blocks of pointers (long lists in vectors of their
// own). The table maps a hash to an id by linear probing. A slot is in use if its epoch is that of
// the pool, so Clear() only has to advance the epoch and touches no slot.
struct Pool::Impl {
  struct Slot {
    uint32_t epoch = 0;
    uint32_t id = 0;
  };
  static constexpr size_t kBlockNodes = 256;
  static constexpr size_t kBlockPointers = 512;

  PoolLimits limits;
  bool exhausted = false;
  uint32_t epoch = 1;
  BlockArray<Node, kBlockNodes> nodes;
  BlockArray<const Node*, kBlockPointers> pointers;
  std::vector<std::unique_ptr<const Node*[]>> long_lists;
  std::deque<mpq_class> numbers;
  std::vector<Slot> table = std::vector<Slot>(512);

  Node* node(uint32_t id) const { return nodes.at(id); }
  Expr undefined() const { return nodes.at(0); }
  Expr Exhaust() {
    exhausted = true;
    return undefined();
  }

  // Returns the slot of the node with this hash that `equal` accepts, or the free slot where such a
  // node belongs.
  template <typename Equal>
  Slot& Find(uint64_t hash, const Equal& equal) {
    const size_t mask = table.size() - 1;
    // This ends at a free slot, since at most half of the table is in use.
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
      Slot& slot = table[i];
      if (slot.epoch != epoch) return slot;
      const Node* candidate = node(slot.id);
      if (candidate->hash_ == hash && equal(candidate)) return slot;
    }
  }
  bool Taken(const Slot& slot) const { return slot.epoch == epoch; }

  // Makes a new node in `slot`; null if the pool is full.
  Node* Insert(Slot& slot, Op op, uint64_t hash) {
    if (nodes.size() >= limits.nodes) return nullptr;
    const auto id = static_cast<uint32_t>(nodes.Append(1));
    slot = {epoch, id};
    Node* fresh = node(id);
    *fresh = Node();
    fresh->op_ = op;
    fresh->id_ = id;
    fresh->hash_ = hash;
    // The table is at most half full. Grow() invalidates `slot`, so callers do not use it
    // afterwards.
    if (nodes.size() * 2 > table.size()) Grow();
    return fresh;
  }

  void Grow() {
    table.assign(table.size() * 2, Slot());
    const size_t mask = table.size() - 1;
    for (uint32_t id = 0; id < nodes.size(); ++id) {
      size_t i = node(id)->hash_ & mask;
      while (table[i].epoch == epoch) i = (i + 1) & mask;
      table[i] = {epoch, id};
    }
  }

  const Node** AllocateChildren(size_t count) {
    if (count <= kBlockPointers) return pointers.at(pointers.Append(count));
    long_lists.push_back(std::make_unique<const Node*[]>(count));
    return long_lists.back().get();
  }

  // `stored` puts the value into a place that outlives the node.
  template <typename Store>
  Expr MakeNumber(const mpq_class& value, uint64_t hash, const Store& stored) {
    Slot& slot =
        Find(hash, [&](const Node* n) { return n->op_ == Op::kNumber && *n->number_ == value; });
    if (Taken(slot)) return node(slot.id);
    Node* fresh = Insert(slot, Op::kNumber, hash);
    if (fresh == nullptr) return Exhaust();
    fresh->number_ = stored();
    return fresh;
  }

  void Start() {
    // Undefined gets id 0, so that undefined() needs no search.
    const uint64_t hash = HashTree(Op::kUndefined, {});
    Insert(Find(hash, [](const Node*) { return false; }), Op::kUndefined, hash);
  }
};

Pool::Pool(const PoolLimits& limits) : impl_(std::make_unique<Impl>()) {
  MOTZKIN_CHECK(limits.nodes > 0);
  impl_->limits = limits;
  impl_->Start();
}

Pool::~Pool() = default;

void Pool::Clear() {
  impl_->exhausted = false;
  impl_->nodes.Clear();
  impl_->pointers.Clear();
  impl_->long_lists.clear();
  impl_->numbers.clear();
  // Once the counter wraps around, slots of an old epoch could look alive.
  if (++impl_->epoch == 0) {
    std::fill(impl_->table.begin(), impl_->table.end(), Impl::Slot());
    impl_->epoch = 1;
  }
  impl_->Start();
}

Expr Pool::Undefined() const { return impl_->undefined(); }

Expr Pool::Number(const mpq_class& value) {
  // A small integer is the same node whichever way it is made, so take the way without a copy.
  if (value.get_den() == 1 && value.get_num().fits_slong_p() &&
      IsShared(value.get_num().get_si())) {
    return Integer(value.get_num().get_si());
  }
  if (Bits(value.get_num()) > impl_->limits.number_bits ||
      Bits(value.get_den()) > impl_->limits.number_bits) {
    return impl_->Exhaust();
  }
  return impl_->MakeNumber(value, HashNumber(value),
                           [&] { return &impl_->numbers.emplace_back(value); });
}

Expr Pool::Integer(long value) {
  if (!IsShared(value)) return Number(mpq_class(value));
  const SharedInteger& shared = GetSharedInteger(value);
  return impl_->MakeNumber(shared.value, shared.hash, [&] { return &shared.value; });
}

Expr Pool::Variable() { return Leaf(Op::kVariable); }

Expr Pool::Leaf(Op op) {
  MOTZKIN_CHECK(op != Op::kNumber && Arity(op) == 0);
  if (op == Op::kUndefined) return Undefined();
  return Make(op, {});
}

Expr Pool::Make(Op op, std::span<const Expr> children) {
  const int arity = Arity(op);
  MOTZKIN_CHECK(arity < 0 ? children.size() >= 2 : children.size() == static_cast<size_t>(arity));
  for (const Expr child : children) {
    if (child->op() == Op::kUndefined) return Undefined();
  }
  const uint64_t hash = HashTree(op, children);
  Impl::Slot& slot = impl_->Find(hash, [&](const Node* n) {
    return n->op_ == op &&
           std::equal(children.begin(), children.end(), n->children().begin(), n->children().end());
  });
  if (impl_->Taken(slot)) return node(slot.id);

  uint32_t depth = 1;
  uint64_t tree_size = 1;
  bool has_variable = op == Op::kVariable;
  for (const Expr child : children) {
    depth = std::max(depth, child->depth() + 1);
    tree_size = SaturatingAdd(tree_size, child->tree_size());
    has_variable = has_variable || child->has_variable();
  }
  // A node that is too deep is refused before it takes an id.
  if (depth > impl_->limits.depth) return impl_->Exhaust();
  Node* fresh = impl_->Insert(slot, op, hash);
  if (fresh == nullptr) return impl_->Exhaust();
  fresh->depth_ = depth;
  fresh->tree_size_ = tree_size;
  fresh->has_variable_ = has_variable;
  fresh->child_count_ = static_cast<uint32_t>(children.size());
  if (!children.empty()) {
    const Node** copy = impl_->AllocateChildren(children.size());
    std::copy(children.begin(), children.end(), copy);
    fresh->children_ = copy;
  }
  return fresh;
}

Expr Pool::Unary(Op op, Expr a) { return Make(op, {&a, 1}); }

Expr Pool::Binary(Op op, Expr a, Expr b) {
  const std::array<Expr, 2> children = {a, b};
  return Make(op, children);
}

Expr Pool::Import(Expr foreign) {
  // DistinctNodes() lists children first, so each copy finds those of its children.
  std::vector<Expr> copies(size_t{foreign->id()} + 1, nullptr);
  std::vector<Expr> children;
  for (const Expr original : DistinctNodes(foreign)) {
    children.clear();
    for (const Expr child : original->children()) children.push_back(copies[child->id()]);
    copies[original->id()] = original->op() == Op::kNumber      ? Number(original->number())
                             : original->op() == Op::kUndefined ? Undefined()
                                                                : Make(original->op(), children);
  }
  return copies[foreign->id()];
}

uint32_t Pool::size() const { return static_cast<uint32_t>(impl_->nodes.size()); }

Expr Pool::node(uint32_t id) const {
  MOTZKIN_CHECK(id < size());
  return impl_->node(id);
}

bool Pool::exhausted() const { return impl_->exhausted; }

const PoolLimits& Pool::limits() const { return impl_->limits; }

}  // namespace motzkin::expression
