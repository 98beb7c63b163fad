// Helpers that end a bench with the error, where a test would go on.
#pragma once

#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <cstdlib>
#include <utility>

namespace motzkin::bench {

inline void MustBeOk(const absl::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}\n", status.ToString());
  std::exit(1);
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  MustBeOk(value.status());
  return *std::move(value);
}

}  // namespace motzkin::bench
