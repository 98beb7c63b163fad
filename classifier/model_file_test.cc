#include "classifier/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "common/base/sha256.h"
#include "common/base/string_view.h"
#include "common/expression/canonical.h"
#include "tests/support/seed.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::classifier {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Provenance SomeProvenance() {
  return {.job = "demo",
          .job_uuid = "9b2c6a1e-0000-4000-8000-000000000001",
          .spec_digest = "00ff",
          .preset = "intclass",
          .answers = "special",
          .balance = "none",
          .generator_version = 1,
          .skeleton_version = 1,
          .canonical_version = expression::kCanonicalVersion,
          .features_version = kFeaturesVersion,
          .motzkin = "0.1.0",
          .rows_sha256 = "abcd",
          .train_rows = 1'000,
          .train_positive = 777};
}

Model SomeModel() {
  std::vector<int32_t> weights(kBuckets + 1);
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<int32_t>(i * 2'654'435'761u);
  }
  return {SomeProvenance(), std::move(weights)};
}

// Returns the bytes of a model whose header is this text and whose digest is right.
std::string WithHeader(const std::string& header) {
  std::string bytes = "motzkin model 1\n" + header + "\n";
  bytes.append(size_t{4} * (kBuckets + 1), '\0');
  return bytes + Sha256(bytes);
}

std::string HeaderOf(const Model& model) {
  const std::string bytes = ModelToBytes(model);
  const size_t begin = bytes.find('\n') + 1;
  return bytes.substr(begin, bytes.find('\n', begin) - begin);
}

// The message must be one line, because people see it.
void ExpectRefused(std::string_view bytes, const std::string& why) {
  const absl::StatusOr<Model> model = ModelFromBytes(bytes);
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr(why));
  EXPECT_THAT(std::string(model.status().message()), Not(HasSubstr("\n")));
}

TEST(ModelFileTest, AModelComesBackAsItWas) {
  const Model model = SomeModel();
  const std::string bytes = ModelToBytes(model);
  EXPECT_LE(bytes.size(), kModelBytesMax);
  const absl::StatusOr<Model> again = ModelFromBytes(bytes);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->weights(), model.weights());
  EXPECT_EQ(again->provenance().preset, "intclass");
  EXPECT_EQ(again->provenance().train_positive, 777);
  EXPECT_EQ(ModelToBytes(*again), bytes);
}

TEST(ModelFileTest, ItsHeaderIsTheSecondLine) {
  EXPECT_THAT(HeaderOf(SomeModel()), HasSubstr("\"job\":\"demo\",\"job_uuid\":"));
}

TEST(ModelFileTest, ATruncatedFileIsOneClearLine) {
  const std::string bytes = ModelToBytes(SomeModel());
  for (size_t length = 0; length < bytes.size(); length += length < 1'000 ? 1 : 997) {
    const absl::StatusOr<Model> model = ModelFromBytes(bytes.substr(0, length));
    ASSERT_FALSE(model.ok()) << length;
    EXPECT_THAT(std::string(model.status().message()), Not(HasSubstr("\n")));
  }
  ExpectRefused(bytes.substr(0, 100'000), "cut off");
  ExpectRefused(bytes + "x", "cut off or damaged");
}

TEST(ModelFileTest, ASingleWrongBitIsFound) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  const std::string bytes = ModelToBytes(SomeModel());
  for (int i = 0; i < 100; ++i) {
    std::string wrong = bytes;
    char& byte = wrong[random() % wrong.size()];
    byte = static_cast<char>(byte ^ (1 << (random() % 8)));
    EXPECT_FALSE(ModelFromBytes(wrong).ok());
  }
}

TEST(ModelFileTest, OtherFilesAndVersionsAreNamed) {
  ExpectRefused("", "not a model of `motzkin train`");
  ExpectRefused(
      "\x7f"
      "ELF",
      "not a model of `motzkin train`");
  ExpectRefused("motzkin model 2\n{}\n", "its format is of version 2");
  ExpectRefused("motzkin model \x1b[2J\n", "its format is of version \\x1b[2J");
  ExpectRefused("motzkin model 1\n" + std::string(100'000, 'x'), "its header has no end");
}

TEST(ModelFileTest, AHostileHeaderIsRefused) {
  ExpectRefused(WithHeader(""), "not a JSON object");
  ExpectRefused(WithHeader("[]"), "not a JSON object");
  ExpectRefused(WithHeader(std::string(16'000, '[')), "not a JSON object");
  ExpectRefused(WithHeader("{}"), "no sound job");
  std::string header = HeaderOf(SomeModel());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = header;
    changed.replace(changed.find(from), from.size(), to);
    return WithHeader(changed);
  };
  ASSERT_TRUE(ModelFromBytes(WithHeader(header)).ok());
  ExpectRefused(with("\"demo\"", "7"), "no sound job");
  ExpectRefused(with("demo", std::string(300, 'x')), "no sound job");
  ExpectRefused(with("1000", "-1"), "no sound train_rows");
  ExpectRefused(with("1000", "1e400"), "not a JSON object");
  ExpectRefused(with("1000", "1.5"), "no sound train_rows");
  ExpectRefused(with("\"features_version\":1", "\"features_version\":9"),
                "its features are of version 9, those of this motzkin of 1: train again");
  ExpectRefused(with("\"canonical_version\":1", "\"canonical_version\":9"),
                "its canonical form is of version 9, that of this motzkin of 1: train again");
  // A name is shown on terminals, so it loses what they would obey.
  const absl::StatusOr<Model> model = ModelFromBytes(with("demo", "\\u001b[2J"));
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->provenance().job, "\\x1b[2J");
}

TEST(ModelFileTest, FilesComeBackAndErrorsNameThem) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "a.model";
  ASSERT_TRUE(WriteModel(SomeModel(), path).ok());
  EXPECT_EQ(ReadModel(path).value().weights(), SomeModel().weights());
  for (const std::filesystem::path& wrong :
       {directory.path() / "none", directory.path(), std::filesystem::path("/dev/zero"),
        std::filesystem::path("/dev/null")}) {
    const absl::StatusOr<Model> model = ReadModel(wrong);
    ASSERT_FALSE(model.ok()) << wrong;
    EXPECT_THAT(std::string(model.status().message()), HasSubstr(wrong.string()));
  }
  EXPECT_FALSE(WriteModel(SomeModel(), directory.path() / "no" / "folder").ok());
}

}  // namespace
}  // namespace motzkin::classifier
