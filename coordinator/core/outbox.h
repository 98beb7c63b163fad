// Holds the intentions on their way to the store: each gets a number, is given out once, and is
// remembered until the store has answered it.
//
// Thread-compatible.
#pragma once

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

class Outbox {
 public:
  // Returns the number that the next Emit() will give.
  uint64_t next_id() const { return next_id_; }

  void Emit(Change what) {
    Intention intention{next_id_++, std::move(what)};
    asked_ += BatchesAskedFor(intention);
    in_flight_.emplace(intention.id, intention);
    emitted_.push_back(std::move(intention));
  }
  // Records an event: a sentence for people, joined from `words`.
  template <typename... Words>
  void Event(std::string kind, const Words&... words) {
    Emit(RecordEvent{std::move(kind), absl::StrCat(words...)});
  }

  // Returns the intentions since the last call, in the order of Emit().
  std::vector<Intention> Take() { return std::exchange(emitted_, {}); }

  // The store has answered this intention. Returns it, or nothing if it was not under way: the
  // answer to an intention counts once.
  std::optional<Intention> Settle(uint64_t id) {
    auto found = in_flight_.extract(id);
    if (found.empty()) return std::nullopt;
    asked_ -= BatchesAskedFor(found.mapped());
    return std::move(found.mapped());
  }

  // Counts the batches that intentions under way ask the store to allocate or to grant.
  int64_t asked() const { return asked_; }

 private:
  uint64_t next_id_ = 1;
  std::vector<Intention> emitted_;
  std::map<uint64_t, Intention> in_flight_;
  int64_t asked_ = 0;
};

}  // namespace motzkin::coordinator
