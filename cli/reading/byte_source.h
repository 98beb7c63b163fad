// The bytes of a stream, with their lines counted. Memory does not grow with the stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace motzkin::cli {

// Thread-compatible.
class ByteSource {
 public:
  // `input` must outlive this, and nothing else may read it.
  explicit ByteSource(std::istream& input) : input_(input) {}

  // The first bytes of the stream, at most kHeadBytes, of which none is taken. Call it before all others.
  std::string_view Head();
  static constexpr size_t kHeadBytes = 1u << 16;

  // Return the next byte, or -1 at the end. Take() also moves on.
  int Peek();
  int Take();
  // The line of the next byte, from 1.
  int64_t line() const { return line_; }

  enum class Line { kEnd, kWhole, kTooLong };
  // Takes the rest of the line. `text` gets it without the line feed and a carriage return before it.
  // kTooLong: it has more than `bytes_max` bytes, of which `text` has the first.
  Line TakeLine(std::string& text, size_t bytes_max);

  // Whether reading failed, so that the end was not the end.
  bool failed() const { return input_.bad(); }

 private:
  bool Fill();

  std::istream& input_;
  std::string buffer_;
  size_t position_ = 0;
  int64_t line_ = 1;
};

}  // namespace motzkin::cli
