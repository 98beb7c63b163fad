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
    // A bracket of another kind tells whose name it is: EllipticF[phi, m].
    const size_t open = std::min(infix.find_first_not_of(' ', end), infix.size());
    if (!name.empty() && infix.substr(open, 1) == "(") {
      for (const Differing& differing : kDiffering) {
        const bool noted = std::find(notes.begin(), notes.end(), differing.note) != notes.end();
        if (differing.name == name && !noted) notes.push_back(differing.note);
      }
    }
    begin = std::max(end, begin + 1);
  }
  return notes;
}

}  // namespace motzkin::expression
