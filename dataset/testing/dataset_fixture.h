// Makes jobs in a real Postgres for the tests of exports. Their functions come from the generator,
// and their integrals are right without an engine: they are the known integrals of the backward
// generator.
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
  // Makes a job with `rows` sealed rows. In a forward job half of the rows have an integral, the
  // others have all other outcomes in turn, and every 50th function occurs twice. In jobs of other
  // kinds all rows have an integral.
  coordinator::JobRecord MadeJob(const std::string& name, v1::Kind kind, int64_t rows);
  // Adds this many sealed rows.
  void AddRows(const coordinator::JobRecord& job, int64_t rows);

  // Connects as motzkin_reader.
  Reader MakeReader();
  std::string ReaderConninfo();

  // Exports to a fresh path and returns it.
  std::filesystem::path MustExport(const std::string& job, const ExportOptions& options,
                                   ExportReport* report = nullptr);
  std::filesystem::path FreshPath();
  const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  v1::Result MadeRow(const coordinator::JobRecord& job, int64_t index);

  const test::TemporaryDirectory directory_;
  int paths_ = 0;
};

// A Progress that shows nothing.
absl::Status Silently(int64_t done, int64_t total);

std::string TextOf(const std::filesystem::path& path);
// Returns the lines of all data files below a directory, in the order of the files' names.
std::vector<std::string> DataLines(const std::filesystem::path& directory);

}  // namespace motzkin::dataset
