// Words for people, whatever was quoted in them: error messages name files, flags and peers that
// may hold line feeds, escape sequences and megabytes.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace motzkin {

// `text` on one line: control characters as \n, \t or \x1b, and the middle left out above 1,000
// bytes.
std::string OneLine(std::string_view text);

}  // namespace motzkin
