// The systems whose spelling infix text may have. Most names mean the same in all of them; this says
// which do not. Immutable.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace motzkin::expression {

// kAny is for text of unknown origin. It knows the names of all systems, and a name that two use
// differently has the meaning that parser.h states. A dialect gives these names its own meaning, and
// adds a few names; all others stay as they are.
enum class Dialect { kAny, kMaple, kMathematica, kSympy, kFricas, kGiac };

// Returns the dialect of "maple", "mathematica", "sympy", "fricas" or "giac".
std::optional<Dialect> DialectOf(std::string_view word);

// Returns a sentence for each function in `infix` that has another meaning in some dialect than in
// kAny, in which the text is read; each sentence once, the same text for the same function. Linear in
// the text.
std::vector<std::string_view> ConventionNotes(std::string_view infix);

// Returns a sentence for e and for i if a function uses the letter where it may as well be a parameter:
// e anywhere but as the base of a power, i anywhere. In kAny and in LaTeX they are Euler's number and the
// imaginary unit; Maple, Mathematica, SymPy and FriCAS write these in other ways, and in their dialects
// both letters are unknown names, as any parameter is. Each sentence once, the same text for the same
// letter and notation. Linear in the text.
std::vector<std::string_view> LetterNotes(std::string_view infix);
std::vector<std::string_view> LetterNotesOfLatex(std::string_view latex);

}  // namespace motzkin::expression
