// Everything that determines a function besides its seed and index: the plain form of
// motzkin.v1.GeneratorSpec. proto/motzkin/v1/job.proto documents each field with its unit and
// range; common/job_spec converts. The types are values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace motzkin::generator {

inline constexpr uint32_t kGeneratorVersion = 1;

enum class Kind { kForward, kBackward, kByParts };

struct WeightedSymbol {
  std::string symbol;
  uint32_t weight = 1;
};

enum class Integers { kUniform, kLogarithmic };

struct LeafSpec {
  uint32_t variable_permille = 500;
  Integers integers = Integers::kUniform;
  int32_t integer_min = 1;
  int32_t integer_max = 5;
  bool signed_integers = false;
};

struct GeneratorSpec {
  uint32_t version = kGeneratorVersion;
  uint32_t canonical_version = 1;
  Kind kind = Kind::kForward;
  std::vector<WeightedSymbol> unary;
  std::vector<WeightedSymbol> binary;
  LeafSpec leaves;
  uint32_t nodes_min = 1, nodes_max = 10;
  uint32_t small_one_in = 0;
  uint32_t small_nodes_min = 0, small_nodes_max = 0;
  uint32_t parts_nodes_min = 1, parts_nodes_max = 4;
  uint32_t tokens_max = 512;
  uint32_t nested_exponentials_max = 0;
  bool drop_shrunk = false;
  uint32_t drop_constant_permille = 0;
  bool canonicalize = true;
};

}  // namespace motzkin::generator
