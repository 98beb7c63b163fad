// For the tests of exports: jobs in a real Postgres whose functions are real ones of the generator
// and whose integrals are right, without an engine: known integrals of the backward generator.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/generator/function_sampler.h"
#include "coordinator/store/testing/store_fixture.h"
#include "dataset/export.h"
#include "dataset/reader.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::dataset {

class DatasetFixture : public coordinator::StoreFixture {
 protected:
  // A job with `rows` sealed rows. Half of the rows of a forward job have an integral, the others
  // have all outcomes in turn; every 50th function occurs twice. All rows of other kinds have one.
  coordinator::JobRecord MadeJob(const std::string& name, v1::Kind kind, int64_t rows);
  // Adds as many more, sealed.
  void AddRows(const coordinator::JobRecord& job, int64_t rows);

  // As motzkin_reader.
  Reader MakeReader();
  std::string ReaderConninfo();

  // An export to a fresh path, which is returned.
  std::filesystem::path MustExport(const std::string& job, const ExportOptions& options,
                                   ExportReport* report = nullptr);
  std::filesystem::path FreshPath();
  const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  v1::Result MadeRow(const coordinator::JobRecord& job, int64_t index);

  const test::TemporaryDirectory directory_;
  int paths_ = 0;
};

// No bar.
absl::Status Silently(int64_t done, int64_t total);

std::string TextOf(const std::filesystem::path& path);
// The lines of all data files below a directory, by file name.
std::vector<std::string> DataLines(const std::filesystem::path& directory);

}  // namespace motzkin::dataset
