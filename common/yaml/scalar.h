// Numbers as people write them in YAML files and on command lines.
//
// All functions are strict: the whole text must be the number. Otherwise they return
// INVALID_ARGUMENT with a message that says what was expected and gives an example. `010` is
// refused everywhere, because YAML 1.1 reads it as 8 and people read it as 10.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string_view>

namespace motzkin::yaml {

// A decimal integer with an optional minus: "-3", "1000000", "1_000_000".
absl::StatusOr<int64_t> ParseInteger(std::string_view text);
// The same for 0 .. 2^64-1, the range of seeds.
absl::StatusOr<uint64_t> ParseUnsigned(std::string_view text);
// A number of things: an integer, or one with k, M or G (powers of 1000): "1M", "2.5k".
absl::StatusOr<int64_t> ParseCount(std::string_view text);
// A number of bytes: an integer, or a number with kB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB,
// TiB (powers of 1024): "512 MiB".
absl::StatusOr<int64_t> ParseBytes(std::string_view text);
// A finite decimal number: "0.75", "85".
absl::StatusOr<double> ParseNumber(std::string_view text);
// A duration that is not negative: "250ms", "60s", "10m", "1h30m", "0".
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);
// true or false. The yes, no, on and off of YAML 1.1 are refused: YAML 1.2 reads them as strings.
absl::StatusOr<bool> ParseBoolean(std::string_view text);

}  // namespace motzkin::yaml
