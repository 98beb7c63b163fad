// The property behind parse_fuzz and its replay: whatever the text, parsing it ends with an
// expression or an error, and an expression survives printing, parsing and canonical form.
#pragma once

#include <string_view>

namespace motzkin::fuzz {

// The first byte of `input` chooses the format; the rest is text. CHECKs the property.
void ParseAndReparse(std::string_view input);

}  // namespace motzkin::fuzz
