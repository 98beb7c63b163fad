#include "dataset/testing/dataset_fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "common/expression/printer.h"
#include "common/job_spec/job_spec.h"

namespace motzkin::dataset {

using coordinator::JobRecord;
using coordinator::Must;

namespace {

constexpr int64_t kSubmissionRows = 256;

// Every 50th index repeats the function 20 before it.
int64_t FunctionAt(int64_t index) { return index % 50 == 48 ? index - 20 : index; }

std::string Prefix(expression::Expr expr) {
  return Must(expression::Print(expr, expression::Format::kPrefix));
}

void SetIntegral(const std::string& integral, v1::Result& row) {
  row.set_outcome(v1::OUTCOME_INTEGRATED);
  row.set_integral(integral);
  row.set_engine("giac");
  row.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
  row.mutable_verification()->set_verdict(v1::Verification::VERDICT_VERIFIED);
  row.mutable_verification()->set_points_agreed(12);
}

void AddSteps(int64_t index, v1::Result& row) {
  v1::StepResult& step = *row.add_steps();
  step.set_engine("giac");
  step.set_version("1.9.0.35");
  step.set_outcome(row.outcome());
  step.set_cpu_us(1'000 + index % 97 * 50);
  step.set_rss_kb(15'000);
  step.set_verifier_us(100 + index % 13);
}

}  // namespace

v1::Result DatasetFixture::MadeRow(const JobRecord& job, int64_t index) {
  const bool forward = job.spec.generator().kind() == v1::KIND_FORWARD;
  // Functions of the backward generator come with integrals; others would need an engine.
  v1::JobSpec drawn = job.spec;
  if (forward) drawn = Must(JobFromPreset("lample-charton", v1::KIND_BACKWARD));
  const auto sampler = Must(generator::FunctionSampler::Create(drawn.generator()));
  expression::Pool pool;
  const generator::GeneratedFunction function =
      Must(sampler.Generate(job.spec.seed(), forward ? FunctionAt(index) : index, pool));
  v1::Result row;
  row.set_index(index);
  row.set_integrand(Prefix(function.integrand));
  row.set_canonical_hash(function.canonical_hash);
  row.set_skeleton_hash(function.skeleton_hash);
  row.set_kind(job.spec.generator().kind());
  row.set_speed_factor(1);
  row.set_wall_ms(12);
  const expression::Expr integral =
      function.known_integral != nullptr ? function.known_integral : function.parts_product;
  if (!forward || index % 2 == 0) {
    SetIntegral(Prefix(integral), row);
  } else {
    // The outcomes from partly to unverified, in turn.
    row.set_outcome(static_cast<v1::Outcome>(v1::OUTCOME_PARTLY + index / 2 % 8));
  }
  AddSteps(index, row);
  return row;
}

JobRecord DatasetFixture::MadeJob(const std::string& name, v1::Kind kind, int64_t rows) {
  v1::JobSpec spec = Must(JobFromPreset("lample-charton", kind));
  spec.set_name(name);
  spec.set_answers(v1::ANSWERS_ELEMENTARY);
  const std::string request =
      Must(sql().Execute("SELECT gen_random_uuid() AS uuid")).front().Text("uuid");
  const JobRecord job = Must(store().CreateJob(spec, request));
  AddRows(job, rows);
  return job;
}

void DatasetFixture::AddRows(const JobRecord& job, int64_t rows) {
  const std::string worker = NewWorker();
  while (rows > 0) {
    const int64_t piece = std::min(rows, kSubmissionRows);
    const coordinator::LeaseSnapshot grant =
        GrantBatch(Must(AllocateBatch(store(), job.id, piece)), worker);
    v1::Submission submission = SubmissionOf(job, grant, {});
    for (int64_t index = grant.batch.begin; index < grant.batch.end; ++index) {
      *submission.add_results() = MadeRow(job, index);
    }
    EXPECT_TRUE(Submit(submission).ok());
    rows -= piece;
  }
  Must(store().Seal(job.id));
}

std::string DatasetFixture::ReaderConninfo() {
  return test::MiniPostgres::Shared().As(database(), store().reader_login().role,
                                         store().reader_login().password);
}

Reader DatasetFixture::MakeReader() { return Must(Reader::Open(ReaderConninfo())); }

std::filesystem::path DatasetFixture::FreshPath() {
  return directory_.path() / fmt::format("export-{}", ++paths_);
}

std::filesystem::path DatasetFixture::MustExport(const std::string& job,
                                                 const ExportOptions& options,
                                                 ExportReport* report) {
  const std::filesystem::path path = FreshPath();
  Reader reader = MakeReader();
  ExportReport made = Must(Export(reader, job, path, options, Silently));
  if (report != nullptr) *report = std::move(made);
  return path;
}

absl::Status Silently(int64_t, int64_t) { return absl::OkStatus(); }

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> DataLines(const std::filesystem::path& directory) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "data")) {
    files.insert(entry.path());
  }
  std::vector<std::string> lines;
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
  }
  return lines;
}

}  // namespace motzkin::dataset
