#include "dataset/export.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "common/expression/printer.h"
#include "common/postgres/connection.h"
#include "dataset/testing/dataset_fixture.h"

namespace motzkin::dataset {
namespace {

using coordinator::Must;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Json = nlohmann::json;

class ExportTest : public DatasetFixture {
 protected:
  // Returns the names below directory() that the test does not expect.
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  absl::Status TryExport(const std::string& job, const ExportOptions& options) {
    Reader reader = MakeReader();
    return Export(reader, job, FreshPath(), options, Silently).status();
  }
};

// Runs tests/acceptance/check_export.py and returns its exit code.
int IndependentCheck(const std::string& arguments) {
  const std::string command =
      absl::StrCat("/usr/bin/python3 ", MOTZKIN_SOURCE_DIR,
                   "/tests/acceptance/check_export.py --sample 40 ", arguments, " 1>&2");
  return std::system(command.c_str());
}

// Returns the content of all files of an export, by path.
std::map<std::string, std::string> FilesOf(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().lexically_relative(directory).string()] = TextOf(entry.path());
  }
  return files;
}

TEST_F(ExportTest, EveryFormatPassesTheIndependentCheck) {
  MadeJob("demo", v1::KIND_FORWARD, 600);
  ExportOptions options;
  const std::filesystem::path jsonl = MustExport("demo", options);
  EXPECT_EQ(IndependentCheck(jsonl.string()), 0);
  options.format = &kCsv;
  options.shard_rows = 100;
  EXPECT_EQ(IndependentCheck(MustExport("demo", options).string()), 0);
  options.format = &kLampleCharton;
  options.shard_rows = 0;
  const std::filesystem::path pairs = MustExport("demo", options);
  EXPECT_EQ(IndependentCheck(absl::StrCat(pairs.string(), " --against ", jsonl.string())), 0);
}

TEST_F(ExportTest, TheIndependentCheckNoticesWhatIsWrong) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  const std::filesystem::path path = MustExport("demo", {});
  std::filesystem::remove(path / "data/train-00000-of-00001.jsonl");
  std::ofstream(path / "data/train-00000-of-00001.jsonl") << DataLines(path).front() << '\n';
  EXPECT_NE(IndependentCheck(path.string()), 0);
}

TEST_F(ExportTest, TheSameRangeGivesTheSameBytesAfterMoreWasSealed) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 300);
  const auto first = FilesOf(MustExport("demo", {}));
  AddRows(job, 300);
  ExportOptions options;
  options.end = 300;
  EXPECT_EQ(FilesOf(MustExport("demo", options)), first);
  EXPECT_NE(FilesOf(MustExport("demo", {})), first);
}

// Counts the rows that it is given, and guesses one of those of test right.
class CountingModel : public LabelModel {
 public:
  void Add(const Row& row, bool /*label*/) override {
    ++(row.split == Split::kTrain ? score_.train_rows : score_.test_rows);
  }
  std::optional<ModelScore> Score() const override { return score_; }

 private:
  ModelScore score_{.right = 1};
};

TEST_F(ExportTest, AModelIsTheFourthRuleOfTheCard) {
  MadeJob("demo", v1::KIND_FORWARD, 300);
  CountingModel model;
  ExportOptions options;
  options.model = &model;
  ExportReport report;
  const std::filesystem::path path = MustExport("demo", options, &report);
  ASSERT_TRUE(report.baselines.model.has_value());
  EXPECT_EQ(report.baselines.model->train_rows + report.baselines.model->test_rows,
            report.exported.rows);
  EXPECT_THAT(TextOf(path / "README.md"),
              HasSubstr("| a logistic regression on patterns of the tree (`motzkin train`), of "));
  EXPECT_EQ(Json::parse(TextOf(path / "export.json"))["baselines"]["model"]["right"], 1);
  const std::filesystem::path without = MustExport("demo", {});
  EXPECT_THAT(TextOf(without / "README.md"), Not(HasSubstr("logistic regression")));
  EXPECT_TRUE(Json::parse(TextOf(without / "export.json"))["baselines"]["model"].is_null());
}

// Draws functions again and compares, as a check does, and takes the generator's own integral for
// the only right one.
CheckRows RedrawnBy(const coordinator::JobRecord& job) {
  return
      [sampler = Must(generator::FunctionSampler::Create(job.spec.generator())),
       seed = job.spec.seed()](const std::vector<Row>& rows) -> absl::StatusOr<std::vector<bool>> {
        std::vector<bool> sound;
        for (const Row& row : rows) {
          expression::Pool pool;
          const generator::GeneratedFunction made = Must(sampler.Generate(seed, row.index, pool));
          const auto prefix = [](expression::Expr e) {
            return Must(expression::Print(e, expression::Format::kPrefix));
          };
          sound.push_back(prefix(made.integrand) == row.integrand &&
                          prefix(made.known_integral) == row.integral &&
                          made.canonical_hash == row.canonical_hash);
        }
        return sound;
      };
}

TEST_F(ExportTest, RowsThatFailTheCheckAreLeftOutCountedAndNamed) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_BACKWARD, 400);
  ExportOptions options;
  options.kinds = {v1::KIND_BACKWARD};
  options.check = RedrawnBy(job);
  ExportReport honest;
  const std::vector<std::string> before = DataLines(MustExport("demo", options, &honest));
  EXPECT_EQ(honest.checked, 400);
  EXPECT_THAT(honest.failed, IsEmpty());

  // A wrong integral, another index's function with its right integral, a forged hash.
  Must(sql().Execute("UPDATE result SET integral = 'x' WHERE index = 10"));
  Must(
      sql().Execute("UPDATE result r SET integrand = o.integrand, integral = o.integral, "
                    "canonical_hash = o.canonical_hash FROM result o "
                    "WHERE r.index = 20 AND o.index = 21"));
  Must(sql().Execute("UPDATE result SET canonical_hash = 5 WHERE index = 30"));
  ExportReport report;
  const std::filesystem::path checked = MustExport("demo", options, &report);
  EXPECT_EQ(report.excluded[static_cast<size_t>(Exclusion::kFailedCheck)], 3);
  ASSERT_EQ(report.failed.size(), 1u);
  EXPECT_EQ(report.failed.begin()->second.first, (std::vector<int64_t>{10, 20, 30}));
  EXPECT_THAT(TextOf(checked / "README.md"), HasSubstr("indices 10, 20, 30"));
  EXPECT_EQ(Json::parse(TextOf(checked / "export.json"))["excluded"]["failed_check"], 3);
  for (const std::string& line : DataLines(checked)) {
    EXPECT_EQ(std::count(before.begin(), before.end(), line), 1) << line;
  }

  options.check = nullptr;
  ExportReport trusting;
  const std::filesystem::path path = MustExport("demo", options, &trusting);
  EXPECT_EQ(trusting.exported.rows, honest.exported.rows);
  EXPECT_THAT(TextOf(path / "README.md"), HasSubstr("--trust-rows"));
}

TEST_F(ExportTest, EachRowIsCheckedOnceInTwoPassesToo) {
  MadeJob("demo", v1::KIND_FORWARD, 300);
  int64_t checked = 0;
  ExportOptions options;
  options.balance = Balance::kLabel;
  options.check = [&](const std::vector<Row>& rows) -> absl::StatusOr<std::vector<bool>> {
    std::vector<bool> sound;
    sound.reserve(rows.size());
    for (const Row& row : rows) sound.push_back(row.index % 50 != 7);
    checked += static_cast<int64_t>(rows.size());
    return sound;
  };
  ExportReport report;
  MustExport("demo", options, &report);
  EXPECT_EQ(checked, 300);
  EXPECT_EQ(report.excluded[static_cast<size_t>(Exclusion::kFailedCheck)], 6);
}

TEST_F(ExportTest, ARowThatPretendsToBeTheFirstOfAFunctionHidesNone) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_BACKWARD, 200);
  ExportOptions options;
  options.kinds = {v1::KIND_BACKWARD};
  options.check = RedrawnBy(job);
  ExportReport honest;
  MustExport("demo", options, &honest);
  // The sealer would have noted this if row 3 had claimed the hash of row 150 from the start.
  Must(
      sql().Execute("UPDATE result r SET canonical_hash = o.canonical_hash FROM result o "
                    "WHERE r.index = 3 AND o.index = 150"));
  Must(sql().Execute("INSERT INTO duplicate SELECT job_id, 150, 3 FROM result WHERE index = 3"));
  ExportReport report;
  MustExport("demo", options, &report);
  EXPECT_EQ(report.exported.rows, honest.exported.rows - 1) << "only the forged row is missing";
}

TEST_F(ExportTest, OnlyTheSealedPrefixIsExported) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 200);
  ExportReport report;
  // Makes a hole, and behind it rows that are stored but not sealed.
  Must(AllocateBatch(store(), job.id, 10));
  AddRows(job, 100);
  MustExport("demo", {}, &report);
  EXPECT_EQ(report.range.end, 200);
  EXPECT_EQ(report.all.rows, 200);
  ExportOptions options;
  options.end = 201;
  const absl::Status beyond = TryExport("demo", options);
  EXPECT_TRUE(absl::IsOutOfRange(beyond)) << beyond;
  EXPECT_THAT(std::string(beyond.message()), HasSubstr("sealed below index 200"));
}

TEST_F(ExportTest, DuplicatesAreLeftOutAndCounted) {
  MadeJob("demo", v1::KIND_FORWARD, 400);
  ExportOptions options;
  ExportReport report;
  MustExport("demo", options, &report);
  EXPECT_GE(report.all.duplicates, 8);
  EXPECT_GE(report.excluded[static_cast<size_t>(Exclusion::kDuplicate)], 8);
  options.format = &kLampleCharton;
  options.shard_rows = 0;
  const std::filesystem::path path = MustExport("demo", options);
  int drawn_twice = 0;
  for (const char* name : {"prim_fwd.train", "prim_fwd.valid", "prim_fwd.test"}) {
    std::ifstream file(path / name);
    for (std::string line; std::getline(file, line);) drawn_twice += line.starts_with("2|") ? 1 : 0;
  }
  EXPECT_GE(drawn_twice, 8);
}

TEST_F(ExportTest, BalancingLeavesAsManyTrueAsFalseRowsOfEachLength) {
  MadeJob("demo", v1::KIND_FORWARD, 600);
  ExportOptions options;
  options.balance = Balance::kLabelAndLength;
  const std::filesystem::path path = MustExport("demo", options);
  std::map<std::pair<std::string, size_t>, int> excess;
  for (const auto& entry : std::filesystem::directory_iterator(path / "data")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const Json row = Json::parse(line);
      const auto integrand = row["integrand"].get<std::string>();
      const auto length = static_cast<size_t>(std::count(integrand.begin(), integrand.end(), ' '));
      excess[{entry.path().filename().string(), length}] += row["success"].get<bool>() ? 1 : -1;
    }
  }
  EXPECT_FALSE(excess.empty());
  for (const auto& [cell, difference] : excess) EXPECT_EQ(difference, 0) << cell.first;
  EXPECT_EQ(IndependentCheck(path.string()), 0);
}

TEST_F(ExportTest, DecontaminationDropsTheFunctionAndItsSkeleton) {
  MadeJob("demo", v1::KIND_FORWARD, 200);
  const std::vector<std::string> lines = DataLines(MustExport("demo", {}));
  ASSERT_GT(lines.size(), 10u);
  const Json first = Json::parse(lines[0]);
  const Json second = Json::parse(lines[1]);
  ExportOptions options;
  options.decontaminate.emplace();
  options.decontaminate->name = "bench mark.jsonl";
  options.decontaminate->reading_flags = {"--dialect", "maple"};
  const auto hash = [](const Json& row, const char* key) {
    return std::stoull(row[key].get<std::string>(), nullptr, 16);
  };
  options.decontaminate->canonical_hashes.insert(hash(first, "canonical_hash"));
  options.decontaminate->skeleton_hashes.insert(hash(second, "skeleton_hash"));
  ExportReport report;
  const std::filesystem::path path = MustExport("demo", options, &report);
  EXPECT_GE(report.excluded[static_cast<size_t>(Exclusion::kContaminated)], 2);
  for (const std::string& line : DataLines(path)) {
    const Json row = Json::parse(line);
    EXPECT_NE(row["index"], first["index"]);
    EXPECT_NE(row["skeleton_hash"], second["skeleton_hash"]);
  }
  EXPECT_THAT(TextOf(path / "README.md"),
              HasSubstr(" --decontaminate 'bench mark.jsonl' --dialect maple --shard-size"));
}

TEST_F(ExportTest, KindsThatWereNotAskedForAreRefused) {
  MadeJob("back", v1::KIND_BACKWARD, 100);
  const absl::Status refused = TryExport("back", {});
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--kinds backward"));
  ExportOptions options;
  options.kinds = {v1::KIND_BACKWARD};
  EXPECT_TRUE(TryExport("back", options).ok());
}

TEST_F(ExportTest, FunctionsByPartsStayTogetherWithTheirRelatives) {
  const coordinator::JobRecord job = MadeJob("parts", v1::KIND_BY_PARTS, 300);
  ExportOptions options;
  options.kinds = {v1::KIND_BY_PARTS};
  ExportReport report;
  MustExport("parts", options, &report);
  const int64_t parted = report.excluded[static_cast<size_t>(Exclusion::kParted)];
  // Two independent draws of the split agree in 81 % of the cases.
  EXPECT_GT(parted, 15);
  EXPECT_LT(parted, 120);
  EXPECT_EQ(
      report.exported.rows + parted + report.excluded[static_cast<size_t>(Exclusion::kDuplicate)],
      300);
}

TEST_F(ExportTest, LogarithmsOfAbsoluteValuesAreRewrittenWhereThatVerifies) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 100);
  const auto set = [&](int64_t index, const char* integral) {
    Must(sql().Execute(
        "UPDATE result SET has_abs = true, integral = $3 WHERE job_id = $1 AND index = $2",
        postgres::Params().Int(job.id).Int(index).Text(integral)));
  };
  set(0, "ln abs x");
  set(2, "mul ln abs sin x abs x");
  set(4, "ln ln abs x");
  ExportOptions options;
  options.strip_ln_abs = true;
  std::vector<std::string> asked;
  options.verify = [&](const std::string&, const std::string& candidate) -> absl::StatusOr<bool> {
    asked.push_back(candidate);
    return candidate != "ln ln x";
  };
  ExportReport report;
  const std::filesystem::path path = MustExport("demo", options, &report);
  EXPECT_THAT(asked, ::testing::ElementsAre("ln x", "mul ln sin x abs x", "ln ln x"));
  EXPECT_EQ(report.ln_abs_rewritten, 2);
  EXPECT_EQ(report.ln_abs_kept, 1);
  std::map<int64_t, std::pair<std::string, bool>> integrals;
  for (const std::string& line : DataLines(path)) {
    const Json row = Json::parse(line);
    if (row["success"]) integrals[row["index"]] = {row["integral"], row["has_abs"]};
  }
  EXPECT_EQ(integrals[0], std::make_pair(std::string("ln x"), false));
  EXPECT_EQ(integrals[2], std::make_pair(std::string("mul ln sin x abs x"), true));
  EXPECT_EQ(integrals[4], std::make_pair(std::string("ln ln abs x"), true));
}

TEST_F(ExportTest, TheDirectoryIsCompleteOrNotThere) {
  MadeJob("demo", v1::KIND_FORWARD, 200);
  Reader reader = MakeReader();
  const absl::Status interrupted =
      Export(reader, "demo", FreshPath(), {}, [](int64_t done, int64_t) {
        return done > 0 ? absl::CancelledError("interrupted") : absl::OkStatus();
      }).status();
  EXPECT_TRUE(absl::IsCancelled(interrupted)) << interrupted;
  EXPECT_THAT(Names(), IsEmpty());

  const std::filesystem::path taken = FreshPath();
  std::filesystem::create_directory(taken);
  EXPECT_TRUE(Export(reader, "demo", taken, {}, Silently).ok()) << "an empty directory is free";
  const absl::Status refused = Export(reader, "demo", taken, {}, Silently).status();
  EXPECT_TRUE(absl::IsAlreadyExists(refused)) << refused;
  const absl::Status nowhere =
      Export(reader, "demo", directory() / "absent/export", {}, Silently).status();
  EXPECT_TRUE(absl::IsNotFound(nowhere)) << nowhere;
}

TEST_F(ExportTest, AnUnknownJobIsAnsweredWithThoseThereAre) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  const absl::Status unknown = TryExport("dmeo", {});
  EXPECT_TRUE(absl::IsNotFound(unknown)) << unknown;
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("there are demo"));
}

TEST_F(ExportTest, AJobWithoutSealedRowsSaysSo) {
  NewJob("fresh");
  EXPECT_TRUE(absl::IsFailedPrecondition(TryExport("fresh", {})));
}

TEST_F(ExportTest, AMissingSealedRowIsNoticed) {
  MadeJob("demo", v1::KIND_FORWARD, 100);
  Must(sql().Execute("DELETE FROM result WHERE index = 42"));
  EXPECT_TRUE(absl::IsDataLoss(TryExport("demo", {})));
}

TEST_F(ExportTest, AConnectionThatBreaksIsOpenedAgain) {
  MadeJob("demo", v1::KIND_FORWARD, 200);
  Reader reader = MakeReader();
  const absl::Status status =
      Export(reader, "demo", FreshPath(), {}, [this](int64_t done, int64_t) {
        if (done > 0) return absl::OkStatus();
        return test::MustConnect(test::MiniPostgres::Shared().Superuser(database()))
            ->Execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename LIKE 'motzkin_reader%' AND datname = current_database()")
            .status();
      }).status();
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ExportTest, LabelsAreThoseOfSql) {
  for (int outcome = v1::OUTCOME_INTEGRATED; outcome <= v1::OUTCOME_UNVERIFIED; ++outcome) {
    for (int answer_class = 1; answer_class <= 3; ++answer_class) {
      for (const v1::Answers answers : {v1::ANSWERS_ELEMENTARY, v1::ANSWERS_SPECIAL}) {
        const auto sql_label = Must(sql().Execute(
            "SELECT label_of((enum_range(NULL::outcome))[$1], "
            "(enum_range(NULL::answer_class))[$2], (enum_range(NULL::answers))[$3]) AS label",
            postgres::Params().Int(outcome).Int(answer_class).Int(answers)));
        const std::optional<bool> label = LabelOf(
            static_cast<v1::Outcome>(outcome), static_cast<v1::AnswerClass>(answer_class), answers);
        ASSERT_EQ(label.has_value(), !sql_label.front().IsNull("label"));
        if (label.has_value()) {
          EXPECT_EQ(*label, sql_label.front().Bool("label"));
        }
      }
    }
  }
}

TEST_F(ExportTest, TheCardTellsWhatIsInItAndHowToMakeItAgain) {
  MadeJob("demo", v1::KIND_FORWARD, 400);
  const std::string card = TextOf(MustExport("demo", {}) / "README.md");
  for (const char* text :
       {"path: data/train-00000-of-00001.jsonl", "- name: success\n    dtype: bool",
        "motzkin export demo DIR --format jsonl --range 0..400 --answers elementary",
        "| giac 1.9.0.35 | 400 |", "![Success by size of the integrand](plots/success_by_size.svg)",
        "## Deviations", "numpy's Mersenne Twister", "## Conventions", "the commoner label",
        "sha256sum -c SHA256SUMS"}) {
    EXPECT_THAT(card, HasSubstr(text));
  }
}

TEST_F(ExportTest, NamesFromWorkersAreTextInTheCard) {
  MadeJob("demo", v1::KIND_FORWARD, 40);
  ASSERT_TRUE(
      sql().Execute("UPDATE motzkin.engine SET version = E'<img src=x>|![a](b)\\n# big'").ok());
  const std::string card = TextOf(MustExport("demo", {}) / "README.md");
  EXPECT_THAT(card, HasSubstr("giac \\<img src=x\\>\\|\\!\\[a\\]\\(b\\)\\\\n\\# big"));
  EXPECT_THAT(card, Not(HasSubstr(" <img")));
}

}  // namespace
}  // namespace motzkin::dataset
