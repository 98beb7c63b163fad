// Builds calls whose meaning no rule of function_table.cc can say, because it depends on the values
// of the arguments. A wrong one would make the verifier refute right answers. All are CallBuilders,
// called with a number of arguments that function_table.cc allows.
#pragma once

#include "common/expression/function_table.h"

namespace motzkin::expression {

using CallArguments = std::span<const ParsedValue>;

// giac's surd(u, n), the real root: sign(u)*abs(u)^(1/n) for odd n.
absl::StatusOr<Expr> BuildSurd(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildInteger(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildRational(CallArguments arguments, Pool& pool);
// FriCAS's complex(a, b) is a + b*i.
absl::StatusOr<Expr> BuildComplex(CallArguments arguments, Pool& pool);
// FriCAS's float(m, k, b) is m*b^k, where all three are integers.
absl::StatusOr<Expr> BuildFloat(CallArguments arguments, Pool& pool);
// polygamma(0, z) is digamma. Higher orders are refused.
absl::StatusOr<Expr> BuildPolygamma(CallArguments arguments, Pool& pool);
// Maple's Psi(n, z) and giac's Psi(z, n), which are polygamma(n, z); Psi(z) is digamma.
absl::StatusOr<Expr> BuildMaplePsi(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildGiacPsi(CallArguments arguments, Pool& pool);
// SymPy's LambertW(z, k) and Mathematica's ProductLog(k, z), on the principal branch k = 0 only.
absl::StatusOr<Expr> BuildLambertW(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildProductLog(CallArguments arguments, Pool& pool);
// hyper((a1..ap), (b1..bq), z).
absl::StatusOr<Expr> BuildHypergeometric(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildHypergeometric2F1(CallArguments arguments, Pool& pool);
// rootOf(polynomial, unknown), where the reader has turned the unknown into kBound.
absl::StatusOr<Expr> BuildRootOf(CallArguments arguments, Pool& pool);
// Maple's RootOf(polynomial), where the reader has turned the unknown _Z into kBound.
absl::StatusOr<Expr> BuildMapleRootOf(CallArguments arguments, Pool& pool);
// giac's rootof([[p], [q]]) is p(r) for one root r of q, with coefficients from the highest power
// down.
absl::StatusOr<Expr> BuildGiacRootof(CallArguments arguments, Pool& pool);

}  // namespace motzkin::expression
