// The seed of a random test. Every failure while it lives tells how to replay it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <source_location>
#include <string>

namespace motzkin::test {

// Converts to a number: $TEST_SEED if it is set, otherwise `otherwise` or a fresh number. Belongs
// to the thread of the test, as every ScopedTrace does.
class Seed {
 public:
  explicit Seed(std::source_location test = std::source_location::current())
      : Seed(std::random_device{}(), test) {}
  explicit Seed(uint64_t otherwise, std::source_location test = std::source_location::current())
      : value_(Given(otherwise)),
        trace_(test.file_name(), static_cast<int>(test.line()),
               "replay with TEST_SEED=" + std::to_string(value_)) {}

  operator uint64_t() const { return value_; }  // NOLINT(google-explicit-constructor): a number

 private:
  static uint64_t Given(uint64_t otherwise) {
    const char* const given = std::getenv("TEST_SEED");
    return given == nullptr ? otherwise : std::stoull(given);
  }

  const uint64_t value_;
  const ::testing::ScopedTrace trace_;
};

}  // namespace motzkin::test
