// A temporary directory, below /tmp or elsewhere, that is deleted with its object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "common/base/check.h"

namespace motzkin::test {

class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& parent = "/tmp") {
    std::string name = parent + "/motzkin-test-XXXXXX";
    MOTZKIN_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace motzkin::test
