// Makes messages fit to be shown: they quote files, flags and peers, whose text may hold line
// feeds, escape sequences of terminals and megabytes.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace motzkin {

// Returns `text` on one line: control characters become \n, \t or \x1b, and a text of more than
// 1,000 bytes loses its middle.
std::string OneLine(std::string_view text);

}  // namespace motzkin
