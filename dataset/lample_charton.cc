#include "dataset/lample_charton.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/expression/operation.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "dataset/card_tables.h"
#include "dataset/export.h"
#include "dataset/file_format.h"

namespace motzkin::dataset {
namespace {

using expression::Expr;
using expression::Op;
using expression::Pool;
using expression::PrefixNumber;
using Tokens = absl::StatusOr<std::string>;

// Whether their program has a token for the leaf or function. The tokens are those of our prefix
// form.
bool HasToken(Op op) {
  return op == Op::kVariable || op == Op::kPi || op == Op::kE || op == Op::kI ||
         (op >= Op::kSqrt && op <= Op::kAcsch);
}

// Returns for instance "add a add b c".
std::string NestedRight(std::string_view op, const std::vector<std::string>& parts) {
  std::string tokens;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) tokens.push_back(' ');
    if (i + 1 < parts.size()) tokens.append(op).push_back(' ');
    tokens += parts[i];
  }
  return tokens;
}

// A number times factors, each above or below the fraction line.
struct Product {
  mpq_class coefficient = 1;
  std::vector<std::pair<Expr, bool>> factors;  // each factor, and whether it is below
};

void CollectFactors(Expr expr, bool below, Product& product) {
  switch (expr->op()) {
    case Op::kNumber:
      // A division by zero stays as it is, because the coefficient cannot express it.
      if (below && sgn(expr->number()) == 0) {
        product.factors.emplace_back(expr, below);
      } else if (below) {
        product.coefficient /= expr->number();
      } else {
        product.coefficient *= expr->number();
      }
      return;
    case Op::kNeg:
      product.coefficient = -product.coefficient;
      return CollectFactors(expr->child(0), below, product);
    case Op::kMul:
      for (const Expr factor : expr->children()) CollectFactors(factor, below, product);
      return;
    case Op::kDiv:
      CollectFactors(expr->child(0), below, product);
      return CollectFactors(expr->child(1), !below, product);
    default:
      product.factors.emplace_back(expr, below);
  }
}

// A number plus terms, each added or subtracted.
struct Sum {
  mpq_class number = 0;
  std::vector<std::pair<Expr, bool>> terms;  // each term, and whether it is subtracted
};

void CollectTerms(Expr expr, bool minus, Sum& sum) {
  switch (expr->op()) {
    case Op::kNumber:
      sum.number += minus ? mpq_class(-expr->number()) : expr->number();
      return;
    case Op::kNeg:
      return CollectTerms(expr->child(0), !minus, sum);
    case Op::kAdd:
      for (const Expr term : expr->children()) CollectTerms(term, minus, sum);
      return;
    case Op::kSub:
      CollectTerms(expr->child(0), minus, sum);
      return CollectTerms(expr->child(1), !minus, sum);
    default:
      sum.terms.emplace_back(expr, minus);
  }
}

class Writer {
 public:
  explicit Writer(Pool& pool) : pool_(pool) {}

  Tokens Write(Expr expr) {
    switch (expr->op()) {
      case Op::kNumber:
        return PrefixNumber(expr->number());
      case Op::kAdd:
      case Op::kSub:
        return WriteSum(expr);
      case Op::kNeg:
      case Op::kMul:
      case Op::kDiv:
        return WriteProduct(expr, /*minus=*/false);
      case Op::kPow:
        return WritePower(expr->child(0), expr->child(1));
      default:
        return WriteFunction(expr);
    }
  }

 private:
  Tokens WriteFunction(Expr expr) {
    if (!HasToken(expr->op())) return Unsupported(expr);
    std::string name(expression::NameOf(expr->op(), expression::Format::kPrefix));
    if (expr->children().empty()) return name;
    // SymPy holds exp(1) as the constant, so their files never have `exp INT+ 1`.
    if (expr->op() == Op::kExp && expr->child(0)->IsInteger(1)) return "E";
    ASSIGN_OR_RETURN(const std::string argument, Write(expr->child(0)));
    return absl::StrCat(name, " ", argument);
  }

  Tokens WriteSum(Expr expr) {
    Sum sum;
    CollectTerms(expr, /*minus=*/false, sum);
    std::vector<std::string> parts;
    if (sum.number != 0 || sum.terms.empty()) parts.push_back(PrefixNumber(sum.number));
    for (const auto& [term, minus] : sum.terms) {
      ASSIGN_OR_RETURN(std::string part, minus ? WriteProduct(term, minus) : Write(term));
      parts.push_back(std::move(part));
    }
    return NestedRight("add", parts);
  }

  // Writes `expr` or, with `minus`, its negative.
  Tokens WriteProduct(Expr expr, bool minus) {
    Product product;
    CollectFactors(expr, /*below=*/false, product);
    if (minus) product.coefficient = -product.coefficient;
    std::vector<std::string> parts;
    if (product.coefficient != 1 || product.factors.empty()) {
      parts.push_back(PrefixNumber(product.coefficient));
    }
    for (const auto& [factor, below] : product.factors) {
      ASSIGN_OR_RETURN(std::string part, below ? WriteInverse(factor) : Write(factor));
      parts.push_back(std::move(part));
    }
    return NestedRight("mul", parts);
  }

  // Writes 1/expr as SymPy holds it: as a power with a negative exponent, which is merged with that
  // of a power, a root or an exponential.
  Tokens WriteInverse(Expr expr) {
    const mpq_class minus_half(-1, 2);
    switch (expr->op()) {
      case Op::kPow:
        return WritePower(expr->child(0), Negative(expr->child(1)));
      case Op::kSqrt:
        return WritePower(expr->child(0), pool_.Number(minus_half));
      case Op::kExp:
        return WriteFunction(pool_.Unary(Op::kExp, Negative(expr->child(0))));
      default:
        return WritePower(expr, pool_.Integer(-1));
    }
  }

  Tokens WritePower(Expr base, Expr exponent) {
    if (exponent->IsInteger(1)) return Write(base);
    if (base->op() == Op::kE) return WriteFunction(pool_.Unary(Op::kExp, exponent));
    const mpq_class half(1, 2);
    ASSIGN_OR_RETURN(const std::string below, Write(base));
    if (exponent->op() == Op::kNumber && exponent->number() == half) {
      return absl::StrCat("sqrt ", below);
    }
    ASSIGN_OR_RETURN(const std::string above, Write(exponent));
    return absl::StrCat("pow ", below, " ", above);
  }

  Expr Negative(Expr expr) {
    return expr->op() == Op::kNumber ? pool_.Number(mpq_class(-expr->number())) : pool_.Neg(expr);
  }

  static absl::Status Unsupported(Expr expr) {
    const absl::StatusOr<std::string> text = expression::Print(expr, expression::Format::kPrefix);
    const std::string name = text.ok() ? text->substr(0, text->find(' ')) : "an undefined value";
    return absl::UnimplementedError(absl::StrCat("no token for ", name));
  }

  Pool& pool_;
};

// Their main.py finds the files of a task by the part of their names before the first dot.
std::string Stem(v1::Kind kind) {
  return kind == v1::KIND_BACKWARD   ? "prim_bwd."
         : kind == v1::KIND_BY_PARTS ? "prim_ibp."
                                     : "prim_fwd.";
}

absl::Status Check(const ExportOptions& options) {
  if (options.balance != Balance::kNone) {
    return absl::InvalidArgumentError(
        "lample-charton holds functions with integrals only: there is nothing to balance");
  }
  if (options.notation != expression::Format::kPrefix) {
    return absl::InvalidArgumentError("lample-charton has a notation of its own");
  }
  if (options.with_steps) {
    return absl::InvalidArgumentError(
        "--with steps adds columns, which lample-charton has not: use --format jsonl or csv");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> Line(const LineSource& source) {
  if (!source.label) return std::nullopt;
  source.pool.Clear();  // Once for both sides: neither outlives this row.
  std::string sides[2];
  for (int side = 0; side < 2; ++side) {
    const absl::StatusOr<Expr> expr = expression::ParsePrefix(
        side == 0 ? source.row.integrand : source.row.integral, source.pool);
    if (!expr.ok()) return absl::DataLossError(std::string(expr.status().message()));
    absl::StatusOr<std::string> tokens = Writer(source.pool).Write(*expr);
    if (absl::IsUnimplemented(tokens.status())) return std::nullopt;
    RETURN_IF_ERROR(tokens.status());
    sides[side] = *std::move(tokens);
  }
  // Asked last, because it may cost a query, and rows without a line do not need it.
  ASSIGN_OR_RETURN(const int64_t drawn, source.drawn());
  return fmt::format("{}|sub Y' {}\t{}\n", drawn, sides[0], sides[1]);
}

std::string Loading(const ExportReport& report) {
  std::vector<std::string> files;
  files.reserve(kSplits);
  for (size_t i = 0; i < kSplits; ++i) files.push_back(SplitPaths(report, static_cast<Split>(i)));
  const std::string task = files[0].substr(0, files[0].find('.'));
  return fmt::format(
      "Lines are `count|sub Y' f<TAB>F`, as the published code of Lample and Charton reads them:\n\n"
      "    python main.py --tasks \"{0}\" --reload_data \"{0},{1}\" ...\n\n"
      "`count` is how often f was drawn in the range of indices.\n",
      task, absl::StrJoin(files, ","));
}

}  // namespace

absl::StatusOr<std::string> WriteLampleCharton(Expr expr, Pool& pool) {
  return Writer(pool).Write(expr);
}

constinit const FileFormat kLampleCharton = {
    .word = "lample-charton",
    .shard_rows = 0,  // Their program reads one file for each split.
    .holds_negatives = false,
    .stem = Stem,
    .extension = "",
    .media_type = "text/plain",
    .has_columns = false,
    .has_lists = false,
    .header = [](const ExportOptions&) { return std::string(); },
    .check = Check,
    .line = Line,
    .yaml = [](const ExportReport&, const ExportOptions&) { return std::string(); },
    .rows = " with their integrals",
    .loading = Loading,
    .columns = [](const ExportOptions&) { return std::string(); },
};

}  // namespace motzkin::dataset
