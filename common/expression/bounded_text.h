// Text that stops growing at a bound, because a shared subtree can print to exponentially many
// characters. Inside this module only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace motzkin::expression {

// Thread-compatible.
class BoundedText {
 public:
  explicit BoundedText(size_t bytes_max) : bytes_max_(bytes_max) {}

  void Append(std::string_view piece) {
    if (full_ || text_.size() + piece.size() > bytes_max_) {
      full_ = true;
    } else {
      text_.append(piece);
    }
  }
  // Whether some piece did not fit. Writers must return early then, as only that bounds their time.
  bool full() const { return full_; }
  std::string Take() { return std::move(text_); }

 private:
  size_t bytes_max_;
  std::string text_;
  bool full_ = false;
};

}  // namespace motzkin::expression
