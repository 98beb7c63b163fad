// The lines of the published files of Lample and Charton (arXiv 1912.01412): "12|sub Y' f<TAB>F", with
// or without the count, in prefix tokens.
#pragma once

#include <absl/status/statusor.h>

#include <string_view>

namespace motzkin::cli {

// Whether the line has this form, be it an integral or a differential equation.
bool IsLampleChartonLine(std::string_view line);

// Both are parts of the line.
struct LampleChartonLine {
  std::string_view integrand;
  std::string_view integral;  // empty: there is none
};

// INVALID_ARGUMENT: the line is not of this form, or it is a differential equation, which is no
// integral.
absl::StatusOr<LampleChartonLine> ReadLampleChartonLine(std::string_view line);

}  // namespace motzkin::cli
