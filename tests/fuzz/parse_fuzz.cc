// The property of the parsers: parsing any text ends with an expression or an error, and an
// expression survives printing, parsing and canonical form.
#include <iterator>
#include <string>

#include "common/base/check.h"
#include "common/expression/canonical.h"
#include "common/expression/derivative.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "tests/fuzz/fuzz_target.h"

namespace motzkin::fuzz {
namespace {

using expression::Canonical;
using expression::Dialect;
using expression::Expr;
using expression::Format;
using expression::Op;
using expression::ParseLimits;
using expression::Pool;
using expression::Vocabulary;

// Small limits allow thousands of runs a second; the code is the same.
constexpr expression::PoolLimits kPoolLimits = {
    .nodes = 20'000, .depth = 500, .number_bits = 8'192};
constexpr ParseLimits kParseLimits = {.bytes = 1u << 16, .nesting = 100, .digits = 2'000};

absl::StatusOr<Expr> Parse(std::string_view text, Format format, Pool& pool,
                           Dialect dialect = Dialect::kAny) {
  if (format == Format::kPrefix) {
    const bool ours = dialect == Dialect::kAny;
    return ParsePrefix(text, pool, kParseLimits,
                       ours ? Vocabulary::kOurs : Vocabulary::kLampleCharton);
  }
  if (format == Format::kLatex) return ParseLatex(text, pool, kParseLimits);
  return ParseInfix(text, pool, kParseLimits, dialect);
}

// '0', '1' and '2' stand for no dialect.
Dialect DialectOf(char choice) {
  constexpr Dialect kDialects[] = {Dialect::kAny,   Dialect::kMaple,  Dialect::kMathematica,
                                   Dialect::kSympy, Dialect::kFricas, Dialect::kGiac};
  return kDialects[(static_cast<unsigned char>(choice) / 3 + 2) % std::size(kDialects)];
}

Format FormatOf(char choice) {
  switch (static_cast<unsigned char>(choice) % 3) {
    case 0:
      return Format::kInfix;
    case 1:
      return Format::kPrefix;
    default:
      return Format::kLatex;
  }
}

// Returns false if a bound was hit, in which case there is nothing to check.
bool IsPrinted(const absl::StatusOr<std::string>& text) {
  MOTZKIN_CHECK(text.ok() || absl::IsResourceExhausted(text.status()));
  return text.ok();
}

void CheckPrinting(Expr expr, Pool& pool) {
  for (const Format format : {Format::kInfix, Format::kPrefix, Format::kLatex}) {
    const absl::StatusOr<std::string> text = Print(expr, format, kParseLimits.bytes);
    if (!IsPrinted(text)) continue;
    const absl::StatusOr<Expr> back = Parse(*text, format, pool);
    MOTZKIN_CHECK(back.ok() || absl::IsResourceExhausted(back.status()));
    MOTZKIN_CHECK(!back.ok() || *back == expr);
  }
  for (const Format format : {Format::kSympy, Format::kGiac, Format::kFricas}) {
    Print(expr, format, kParseLimits.bytes).IgnoreError();
  }
}

}  // namespace

// The first byte of `input` chooses the format and the dialect; the rest is text.
void Try(std::string_view input) {
  if (input.empty()) return;
  Pool pool(kPoolLimits);
  const absl::StatusOr<Expr> expr =
      Parse(input.substr(1), FormatOf(input.front()), pool, DialectOf(input.front()));
  expression::ConventionNotes(input);
  if (!expr.ok()) {
    MOTZKIN_CHECK(std::string(expr.status().message()).starts_with("column "));
    return;
  }
  CheckPrinting(*expr, pool);
  const Expr canonical = Canonical(*expr, pool);
  if (canonical->op() != Op::kUndefined) {
    const Expr again = Canonical(canonical, pool);
    MOTZKIN_CHECK(again == canonical || pool.exhausted());
    SkeletonHash(canonical);
  }
  Derivative(*expr, pool);
}

}  // namespace motzkin::fuzz
