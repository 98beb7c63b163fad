// The entries of the test suites of Rubi: {integrand, variable, steps, antiderivative, ...} in
// Mathematica's spelling, with comments (* .. *) between them and in them.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/reading/byte_source.h"

namespace motzkin::cli {

// Takes the spaces, commas and comments before the next entry. Returns the byte that follows them, or -1
// at the end; for a bracket that begins no comment, the byte after it.
int SkipToList(ByteSource& source);

// Takes the entry whose brace is the next byte, without its comments. INVALID_ARGUMENT: it never ends.
// RESOURCE_EXHAUSTED: it is longer than `bytes_max`. After an error the place of the next is unknown.
absl::StatusOr<std::string> TakeList(ByteSource& source, size_t bytes_max);

// The parts of an entry.
struct MathematicaList {
  std::string_view integrand;
  std::vector<std::string_view> antiderivatives;  // the best first
};

// INVALID_ARGUMENT: the entry has other parts, or another variable than x.
absl::StatusOr<MathematicaList> SplitList(std::string_view text);

}  // namespace motzkin::cli
