// Makes hostile messages: valid ones in which some fields are absurd, and bytes that may not be a
// message at all.
//
// Thread-compatible.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>

#include "tests/support/garble.h"

namespace motzkin::coordinator {

class MessageMutator {
 public:
  explicit MessageMutator(uint64_t seed) : random_(seed) {}

  // Changes up to four fields anywhere in `message`. They get extremes of their type and empty or
  // long texts; elements of lists are doubled or removed.
  void Spoil(google::protobuf::Message& message);

  std::string Garble(std::string bytes) { return test::Garble(std::move(bytes), random_); }

  // Returns a random number in 0 .. below - 1.
  size_t Pick(size_t below) { return static_cast<size_t>(random_() % below); }

 private:
  using Field = google::protobuf::FieldDescriptor;

  void SpoilOneField(google::protobuf::Message& message);
  void SpoilRepeated(google::protobuf::Message& message, const Field* field);
  void SetAbsurd(google::protobuf::Message& message, const Field* field);
  int64_t AbsurdInteger();
  double AbsurdReal();
  std::string AbsurdText();

  std::mt19937_64 random_;
};

}  // namespace motzkin::coordinator
