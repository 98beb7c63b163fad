// The operators that a generator can draw, by the names that specs use.
//
// unary   sqrt exp log abs sin cos tan cot sec csc asin acos atan acot asec acsc and the hyperbolic
//         ones (sinh .. acsch); pow2 pow3 pow4 pow5, which become a power with an integer exponent
// binary  add sub mul div pow
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/expression/expression.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::generator {

// Operators with their weights, as they appear in a spec.
using WeightedSymbols = google::protobuf::RepeatedPtrField<v1::WeightedSymbol>;
struct Symbol {
  expression::Op op = expression::Op::kUndefined;
  int arity = 0;
  // The exponent of pow2 .. pow5; otherwise 0.
  int exponent = 0;
};

// Empty if there is no such symbol with that arity.
std::optional<Symbol> FindSymbol(std::string_view name, int arity);

// Returns all names of that arity for error messages: "sqrt exp log ...".
std::string SymbolNames(int arity);

}  // namespace motzkin::generator
