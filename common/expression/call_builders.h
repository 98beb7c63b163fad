// Builds calls that are not one operation of ours with the same arguments. Each function translates
// the convention of the system that uses the name; a wrong one would make the verifier refute right
// answers. All are CallBuilders, called with a number of arguments that function_table.cc allows.
#pragma once

#include "common/expression/function_table.h"

namespace motzkin::expression {

using CallArguments = std::span<const ParsedValue>;

// log(u) or, in SymPy, log(u, base).
absl::StatusOr<Expr> BuildLog(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildLog10(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildLog2(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildLog1p(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildExp2(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildExpm1(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildPow(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildQuotient(CallArguments arguments, Pool& pool);
// u^(1/3) as in SymPy. C's cbrt would give the real root for negative u.
absl::StatusOr<Expr> BuildCbrt(CallArguments arguments, Pool& pool);
// root(u, n) = u^(1/n).
absl::StatusOr<Expr> BuildRoot(CallArguments arguments, Pool& pool);
// giac's surd(u, n), the real root: sign(u)*abs(u)^(1/n) for odd n.
absl::StatusOr<Expr> BuildSurd(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildInteger(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildRational(CallArguments arguments, Pool& pool);
// FriCAS's complex(a, b) is a + b*i.
absl::StatusOr<Expr> BuildComplex(CallArguments arguments, Pool& pool);
// FriCAS's float(m, k, b) is m*b^k, where all three are integers.
absl::StatusOr<Expr> BuildFloat(CallArguments arguments, Pool& pool);
// Gamma(z), or the upper incomplete Gamma(s, z), on which giac, FriCAS and Mathematica agree.
absl::StatusOr<Expr> BuildGamma(CallArguments arguments, Pool& pool);
// polygamma(0, z) is digamma. Higher orders are refused.
absl::StatusOr<Expr> BuildPolygamma(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildE1(CallArguments arguments, Pool& pool);
// SymPy's LambertW(z, k) and Mathematica's ProductLog(k, z), on the principal branch k = 0 only.
absl::StatusOr<Expr> BuildLambertW(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildProductLog(CallArguments arguments, Pool& pool);
// SymPy's and Mathematica's E(phi, m), E(m), Pi(n, phi, m) and Pi(n, m) are Legendre's integrals
// with the parameter m.
absl::StatusOr<Expr> BuildEllipticE(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildEllipticPi(CallArguments arguments, Pool& pool);
// FriCAS's have z = sin(phi) in place of phi, and first: F(z, m), E(z, m), E(m), Pi(z, n, m).
absl::StatusOr<Expr> BuildFricasEllipticF(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildFricasEllipticE(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildFricasEllipticPi(CallArguments arguments, Pool& pool);
// hyper((a1..ap), (b1..bq), z).
absl::StatusOr<Expr> BuildHypergeometric(CallArguments arguments, Pool& pool);
absl::StatusOr<Expr> BuildHypergeometric2F1(CallArguments arguments, Pool& pool);
// rootOf(polynomial, unknown), where the reader has turned the unknown into kBound.
absl::StatusOr<Expr> BuildRootOf(CallArguments arguments, Pool& pool);
// giac's rootof([[p], [q]]) is p(r) for one root r of q, with coefficients from the highest power
// down.
absl::StatusOr<Expr> BuildGiacRootof(CallArguments arguments, Pool& pool);

}  // namespace motzkin::expression
