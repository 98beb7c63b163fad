#include "common/expression/radicals.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/expression/exact_numbers.h"

namespace motzkin::expression {
namespace {

constexpr unsigned long kPrimes[] = {2,  3,  5,  7,  11, 13, 17, 19, 23, 29, 31, 37, 41,
                                     43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97};
// Roots that are tried on a base without small primes.
constexpr unsigned long kRoots[] = {2, 3, 5, 7};

// Adds base^exponent as powers of primes and of one base without small primes.
void Factor(mpz_class base, mpq_class exponent, std::vector<Radical>& factors) {
  for (const unsigned long prime : kPrimes) {
    if (mpz_divisible_ui_p(base.get_mpz_t(), prime) == 0) continue;
    const mpz_class p = prime;
    const mp_bitcnt_t times = mpz_remove(base.get_mpz_t(), base.get_mpz_t(), p.get_mpz_t());
    factors.push_back({p, exponent * times});
  }
  for (const unsigned long root : kRoots) {
    mpz_class exact;
    // mpz_root() returns whether the root is exact.
    while (base > 1 && mpz_root(exact.get_mpz_t(), base.get_mpz_t(), root) != 0) {
      base = exact;
      exponent *= root;
    }
  }
  if (base > 1) factors.push_back({base, exponent});
}

// Adds up the exponents of equal bases.
void MergeBases(std::vector<Radical>& factors) {
  std::sort(factors.begin(), factors.end(),
            [](const Radical& a, const Radical& b) { return a.base < b.base; });
  std::vector<Radical> merged;
  for (Radical& factor : factors) {
    if (!merged.empty() && merged.back().base == factor.base) {
      merged.back().exponent += factor.exponent;
    } else {
      merged.push_back(std::move(factor));
    }
  }
  factors = std::move(merged);
}

// Moves the whole part of each exponent into a rational, and multiplies the bases of equal
// exponents.
mpq_class GroupByExponent(std::vector<Radical>& factors) {
  mpq_class rational = 1;
  std::vector<Radical> groups;
  for (const Radical& factor : factors) {
    const mpz_class whole = Floor(factor.exponent);
    mpz_class power;
    // The caller has bounded the exponent, so it fits an unsigned long.
    mpz_pow_ui(power.get_mpz_t(), factor.base.get_mpz_t(), mpz_class(abs(whole)).get_ui());
    if (whole >= 0) {
      rational *= power;
    } else {
      rational /= power;
    }
    const mpq_class rest = factor.exponent - whole;
    if (rest == 0) continue;
    const auto group = std::find_if(groups.begin(), groups.end(),
                                    [&](const Radical& g) { return g.exponent == rest; });
    if (group == groups.end()) {
      groups.push_back({factor.base, rest});
    } else {
      group->base *= factor.base;
    }
  }
  factors = std::move(groups);
  return rational;
}

}  // namespace

mpq_class NormalizeRadicals(std::vector<Radical>& radicals) {
  mpq_class rational = 1;
  // Repeats until nothing changes, because a product of bases may be a perfect power when its
  // factors are not.
  while (!radicals.empty()) {
    std::vector<Radical> factors;
    for (const Radical& radical : radicals) Factor(radical.base, radical.exponent, factors);
    MergeBases(factors);
    rational *= GroupByExponent(factors);
    std::sort(factors.begin(), factors.end(),
              [](const Radical& a, const Radical& b) { return a.exponent < b.exponent; });
    if (radicals == factors) break;
    radicals = std::move(factors);
  }
  return rational;
}

}  // namespace motzkin::expression
