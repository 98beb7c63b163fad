#include "cli/reading/byte_source.h"

#include <algorithm>

namespace motzkin::cli {

bool ByteSource::Fill() {
  if (position_ < buffer_.size()) return true;
  buffer_.resize(kHeadBytes);
  input_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.resize(static_cast<size_t>(input_.gcount()));
  position_ = 0;
  return !buffer_.empty();
}

std::string_view ByteSource::Head() {
  Fill();
  return std::string_view(buffer_).substr(position_);
}

int ByteSource::Peek() { return Fill() ? static_cast<unsigned char>(buffer_[position_]) : -1; }

int ByteSource::Take() {
  const int byte = Peek();
  if (byte < 0) return byte;
  ++position_;
  if (byte == '\n') ++line_;
  return byte;
}

ByteSource::Line ByteSource::TakeLine(std::string& text, size_t bytes_max) {
  text.clear();
  if (Peek() < 0) return Line::kEnd;
  bool too_long = false;
  while (Fill()) {
    const size_t feed = buffer_.find('\n', position_);
    const size_t end = std::min(feed, buffer_.size());
    const size_t room = bytes_max - text.size();
    too_long = too_long || end - position_ > room;
    text.append(buffer_, position_, std::min(end - position_, room));
    position_ = end;
    if (feed == std::string::npos) continue;
    ++position_;
    ++line_;
    break;
  }
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return too_long ? Line::kTooLong : Line::kWhole;
}

}  // namespace motzkin::cli
