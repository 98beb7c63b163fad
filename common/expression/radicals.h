// Brings products of rational powers of positive rationals into one normal form: 12^(1/2) is
// 2*3^(1/2), and 2^(1/2)*3^(1/2) is 6^(1/2). Inside this module only.
#pragma once

#include <gmpxx.h>

#include <vector>

namespace motzkin::expression {

struct Radical {
  mpz_class base;      // above 1
  mpq_class exponent;  // between 0 and 1 in the normal form

  bool operator==(const Radical&) const = default;
};

// Splits the product of `radicals` (bases above 0, any exponents) into a rational, which it
// returns, and radicals with distinct exponents, which replace `radicals`. Primes below 100 and
// perfect powers are recognized. That is cheap, and gives equal forms for equal values of any size
// that people write.
//
// The caller bounds bases and exponents; results have as many bits as the numbers written out.
mpq_class NormalizeRadicals(std::vector<Radical>& radicals);

}  // namespace motzkin::expression
