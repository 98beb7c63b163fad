#include "common/expression/dialect.h"

#include <algorithm>
#include <utility>

#include "common/expression/token.h"

namespace motzkin::expression {
namespace {

constexpr std::pair<std::string_view, Dialect> kDialects[] = {
    {"maple", Dialect::kMaple}, {"mathematica", Dialect::kMathematica},
    {"sympy", Dialect::kSympy}, {"fricas", Dialect::kFricas},
    {"giac", Dialect::kGiac},
};

struct Differing {
  std::string_view name;
  std::string_view note;
};

// Each name has a row in function_table.cc for the dialect that the note names.
constexpr Differing kDiffering[] = {
    {"EllipticF",
     "EllipticF(phi, m) is read as Mathematica's; Maple's EllipticF(z, k) has z = sin(phi) and "
     "k^2 = m: --dialect maple"},
    {"EllipticE",
     "EllipticE(m) and EllipticE(phi, m) are read as Mathematica's; Maple's EllipticE(k) and "
     "EllipticE(z, k) have z = sin(phi) and k^2 = m: --dialect maple"},
    {"EllipticK",
     "EllipticK(m) is read as Mathematica's; Maple's EllipticK(k) has k^2 = m: --dialect maple"},
    {"EllipticPi",
     "EllipticPi(n, m) and EllipticPi(n, phi, m) are read as Mathematica's; Maple's EllipticPi(n, k) "
     "and EllipticPi(z, n, k) have z = sin(phi) and k^2 = m: --dialect maple"},
    {"arccot", "arccot(x) is read as atan(1/x); Maple's is pi/2 - atan(x): --dialect maple"},
    {"acot",
     "acot(x) is read as atan(1/x), as SymPy's; FriCAS's is pi/2 - atan(x): --dialect fricas"},
    {"Li", "Li(x) is read as li(x), as Maple's; SymPy's is li(x) - li(2): --dialect sympy"},
};

struct LetterNote {
  std::string_view infix;
  std::string_view latex;
};
constexpr LetterNote kEulersNumber = {
    "e is read as Euler's number, also where it is not the base of a power; if it is a parameter, "
    "--dialect sympy refuses it as it does others",
    "e is read as Euler's number, also where it is not the base of a power; if it is a parameter, "
    "give it a value"};
constexpr LetterNote kImaginaryUnit = {
    "i is read as the imaginary unit; if it is a parameter, --dialect sympy refuses it as it does "
    "others",
    "i is read as the imaginary unit; if it is a parameter, give it a value"};

// The letters of a text that stand alone.
struct LettersFound {
  bool e = false;
  bool i = false;

  // `rest` is what follows the letter.
  void Add(char letter, std::string_view rest) {
    if (letter != 'e' && letter != 'i') return;  // Spaces ahead of others are not looked at.
    const size_t next = std::min(rest.find_first_not_of(' '), rest.size());
    const bool power = rest.substr(next, 1) == "^" || rest.substr(next, 2) == "**";
    if (letter == 'e' && !power) e = true;
    if (letter == 'i') i = true;
  }
  std::vector<std::string_view> Notes(std::string_view LetterNote::* notation) const {
    std::vector<std::string_view> notes;
    if (e) notes.push_back(kEulersNumber.*notation);
    if (i) notes.push_back(kImaginaryUnit.*notation);
    return notes;
  }
};

bool IsNameByte(char c) { return IsLetter(c) || IsDigit(c) || c == '%'; }

}  // namespace

std::optional<Dialect> DialectOf(std::string_view word) {
  for (const auto& [name, dialect] : kDialects) {
    if (name == word) return dialect;
  }
  return std::nullopt;
}

std::vector<std::string_view> ConventionNotes(std::string_view infix) {
  std::vector<std::string_view> notes;
  for (size_t begin = 0; begin < infix.size();) {
    size_t end = begin;
    while (end < infix.size() && (IsLetter(infix[end]) || IsDigit(infix[end]))) ++end;
    const std::string_view name = infix.substr(begin, end - begin);
    begin = std::max(end, begin + 1);
    // Only what follows a name is looked at ahead, or a text of spaces would be read once for each.
    if (name.empty()) continue;
    // A bracket of another kind tells whose name it is: EllipticF[phi, m].
    const size_t open = std::min(infix.find_first_not_of(' ', end), infix.size());
    if (infix.substr(open, 1) == "(") {
      for (const Differing& differing : kDiffering) {
        const bool noted = std::find(notes.begin(), notes.end(), differing.note) != notes.end();
        if (differing.name == name && !noted) notes.push_back(differing.note);
      }
    }
  }
  return notes;
}

std::vector<std::string_view> LetterNotes(std::string_view infix) {
  LettersFound found;
  for (size_t begin = 0; begin < infix.size();) {
    size_t end = begin;
    while (end < infix.size() && (IsNameByte(infix[end]) || infix[end] == '.')) ++end;
    // The e of 1e5 is within a number.
    if (end == begin + 1) found.Add(infix[begin], infix.substr(end));
    begin = std::max(end, begin + 1);
  }
  return found.Notes(&LetterNote::infix);
}

std::vector<std::string_view> LetterNotesOfLatex(std::string_view latex) {
  LettersFound found;
  for (size_t at = 0; at < latex.size(); ++at) {
    if (latex[at] != '\\') {
      found.Add(latex[at], latex.substr(at + 1));
      continue;
    }
    const size_t begin = at + 1;
    while (at + 1 < latex.size() && IsLetter(latex[at + 1]) && latex[at + 1] != '_') ++at;
    const std::string_view command = latex.substr(begin, at + 1 - begin);
    // An upright e is Euler's number, and letters of a name are no letters of their own.
    if (command == "mathrm" || command == "operatorname" || command == "text")
      at = std::min(latex.find('}', at), latex.size());
  }
  return found.Notes(&LetterNote::latex);
}

}  // namespace motzkin::expression
