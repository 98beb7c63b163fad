#include "common/expression/latex_words.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/base/string_view.h"
#include "common/expression/function_table.h"

namespace motzkin::expression {
namespace {

constexpr LatexMacro kMacros[] = {
    {"frac", "\\frac", 2},  {"dfrac", "\\frac", 2}, {"tfrac", "\\frac", 2},
    {"cfrac", "\\frac", 2}, {"sqrt", "sqrt", 1},    {"overline", "conj", 1},
};

constexpr std::pair<std::string_view, Op> kOperators[] = {
    {"+", Op::kAdd},    {"-", Op::kSub},     {"*", Op::kMul},   {"/", Op::kDiv},
    {"cdot", Op::kMul}, {"times", Op::kMul}, {"ast", Op::kMul}, {"div", Op::kDiv},
};

using Words = std::pair<std::string_view, std::string_view>;

constexpr Words kSubscripted[] = {
    {"ln", "\\log"},  {"Li", "polylog"}, {"E", "expint"},  {"J", "besselj"},
    {"Y", "bessely"}, {"I", "besseli"},  {"K", "besselk"},
};

constexpr Words kLetters[] = {
    {"W", "LambertW"},   {"S", "fresnels"},   {"C", "fresnelc"},
    {"F", "elliptic_f"}, {"E", "elliptic_e"}, {"K", "elliptic_k"},
};

}  // namespace

const LatexMacro* FindLatexMacro(std::string_view command) {
  for (const LatexMacro& macro : kMacros) {
    if (macro.command == command) return &macro;
  }
  return nullptr;
}

Op OperatorOfLatex(std::string_view text) {
  for (const auto& [written, op] : kOperators) {
    if (written == text) return op;
  }
  return Op::kUndefined;
}

std::string_view FunctionOfSubscripted(std::string_view name) {
  for (const auto& [written, function] : kSubscripted) {
    if (written == name) return function;
  }
  return {};
}

std::string_view FunctionOfLetter(std::string_view letter) {
  for (const auto& [written, function] : kLetters) {
    if (written == letter) return function;
  }
  return {};
}

std::string_view InverseOfLatex(std::string_view name) {
  const Function* inverse = FindFunction(absl::StrCat("a", ToAbsl(name)));
  return inverse == nullptr ? std::string_view() : inverse->name;
}

}  // namespace motzkin::expression
