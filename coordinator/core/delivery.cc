#include "coordinator/core/delivery.h"

#include <algorithm>

namespace motzkin::coordinator {
namespace {

// The past is forgotten in steps of this part of the window.
constexpr int kParts = 16;

}  // namespace

absl::Duration Delivery::Window(absl::Duration buffer) {
  return std::max(buffer, absl::Minutes(1));
}

void Delivery::Add(int64_t rows, BootTime now, absl::Duration window) {
  if (parts_.empty() || now - parts_.back().begin >= window / kParts) parts_.push_back({now, 0});
  parts_.back().rows += rows;
  recent_ += rows;
  last_ = now;
  age_ = now - parts_.front().begin;
}

void Delivery::Expire(BootTime now, absl::Duration window) {
  while (!parts_.empty() && now - parts_.front().begin > window) {
    recent_ -= parts_.front().rows;
    parts_.pop_front();
  }
  age_ = parts_.empty() ? absl::ZeroDuration() : now - parts_.front().begin;
}

double Delivery::PerMinute() const {
  // Rows of the first seconds say little: they may be those of a minute that came at once.
  const absl::Duration over = std::max(age_, absl::Minutes(1));
  return static_cast<double>(recent_) / absl::ToDoubleMinutes(over);
}

}  // namespace motzkin::coordinator
