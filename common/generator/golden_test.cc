// Every compiler, standard library and platform must make the 10,000 functions of the golden file:
//
//   # comment
//   PRESET KIND COUNT            a section: functions 0 .. COUNT-1 of that preset, kind and kSeed
//   HASH [INTEGRAND]             one line a function: FNV-1a of its description; a few in full
//
// With MOTZKIN_REGENERATE_GOLDEN=1 the test writes the file instead. Do that only together with a
// new generator or canonical-form version, because the functions of jobs already started must not
// change.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/expression/printer.h"
#include "common/generator/function_sampler.h"
#include "common/generator/presets.h"

namespace motzkin::generator {
namespace {

using expression::Expr;
using expression::Format;
using expression::Pool;

constexpr uint64_t kSeed = 20'191'202;  // The day arXiv 1912.01412 appeared.
constexpr int64_t kInFull = 20;

struct Section {
  const char* preset;
  v1::Kind kind;
  const char* kind_name;
  int64_t count;
};

constexpr Section kSections[] = {
    {"lample-charton", v1::KIND_FORWARD, "forward", 2'500},
    {"lample-charton", v1::KIND_BACKWARD, "backward", 1'250},
    {"lample-charton", v1::KIND_BY_PARTS, "by_parts", 1'250},
    {"lample-charton-paper", v1::KIND_FORWARD, "forward", 1'250},
    {"intclass", v1::KIND_FORWARD, "forward", 2'500},
    {"hebisch", v1::KIND_BACKWARD, "backward", 1'250},
};

std::string GoldenPath() {
  return fmt::format("{}/common/generator/testdata/golden-v{}.txt", MOTZKIN_SOURCE_DIR,
                     kGeneratorVersion);
}

uint64_t Fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string Prefix(Expr expr) {
  return expr == nullptr ? "-" : expression::Print(expr, Format::kPrefix).value();
}

std::string Line(const FunctionSampler& sampler, int64_t index) {
  Pool pool;
  const GeneratedFunction f = sampler.Generate(kSeed, index, pool).value();
  const std::string all =
      fmt::format("{}|{}|{}|{}|{:016x}|{:016x}|{}", Prefix(f.integrand), Prefix(f.known_integral),
                  Prefix(f.parts_integrand), Prefix(f.parts_product), f.canonical_hash,
                  f.skeleton_hash, f.redraws);
  std::string line = fmt::format("{:016x}", Fnv1a(all));
  if (index < kInFull) line += ' ' + Prefix(f.integrand);
  return line;
}

std::string Title(const Section& section) {
  return fmt::format("{} {} {}", section.preset, section.kind_name, section.count);
}

FunctionSampler SamplerOf(const Section& section) {
  return FunctionSampler::Create(Preset(section.preset, section.kind).value()).value();
}

void Regenerate() {
  std::ofstream file(GoldenPath());
  file << "# Functions of generator version " << kGeneratorVersion << ", seed " << kSeed
       << "; see golden_test.cc.\n";
  for (const Section& section : kSections) {
    file << Title(section) << '\n';
    const FunctionSampler sampler = SamplerOf(section);
    for (int64_t i = 0; i < section.count; ++i) file << Line(sampler, i) << '\n';
  }
  ASSERT_TRUE(file.flush().good()) << GoldenPath();
}

// Returns the lines of a section; empty if the file has no such section.
std::vector<std::string> Golden(const Section& section) {
  std::ifstream file(GoldenPath());
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(file, line) && line != Title(section)) {
  }
  while (static_cast<int64_t>(lines.size()) < section.count && std::getline(file, line)) {
    lines.push_back(line);
  }
  return lines;
}

class GoldenTest : public ::testing::TestWithParam<Section> {};

TEST_P(GoldenTest, FunctionsAreThoseOfTheGoldenFile) {
  const Section& section = GetParam();
  const std::vector<std::string> golden = Golden(section);
  ASSERT_EQ(static_cast<int64_t>(golden.size()), section.count) << GoldenPath();
  const FunctionSampler sampler = SamplerOf(section);
  int different = 0;
  for (int64_t i = 0; i < section.count && different < 5; ++i) {
    const std::string line = Line(sampler, i);
    EXPECT_EQ(line, golden[static_cast<size_t>(i)]) << "function " << i;
    if (line != golden[static_cast<size_t>(i)]) ++different;
  }
}

INSTANTIATE_TEST_SUITE_P(Sections, GoldenTest, ::testing::ValuesIn(kSections),
                         [](const auto& section) {
                           std::string name = Title(section.param);
                           for (char& c : name) {
                             if (c == '-' || c == ' ' || c == '_') c = 'X';
                           }
                           return name;
                         });

TEST(GoldenFileTest, IsWrittenAnewOnlyWhenAskedFor) {
  if (std::getenv("MOTZKIN_REGENERATE_GOLDEN") != nullptr) Regenerate();
  EXPECT_TRUE(std::ifstream(GoldenPath()).good()) << GoldenPath();
}

}  // namespace
}  // namespace motzkin::generator
