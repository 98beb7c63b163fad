// Makes text from outside fit to be shown: files, flags, peers and databases may hold line feeds,
// escape sequences of terminals, bytes that are not UTF-8, and megabytes.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace motzkin {

// Returns `text` as UTF-8 that a terminal, a log and a table show as it is. Characters that a
// terminal would obey become \n, \t or \x1b: the controls of ASCII and of Latin-1 (U+0080 .. U+009F),
// separators of lines (U+2028, U+2029), and marks that turn the direction of writing, with which
// text can seem to say something else. So do bytes that are not UTF-8. The result of a result is
// itself.
std::string Printable(std::string_view text);

// Returns Printable(text), of which a text of more than 1,000 bytes loses its middle.
std::string OneLine(std::string_view text);

}  // namespace motzkin
