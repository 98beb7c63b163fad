// The SQL of queries/, by file name without ".sql". An unknown name is a bug (CHECK). Thread-safe.
#pragma once

#include <string_view>

namespace motzkin::dataset {

std::string_view Query(std::string_view name);

}  // namespace motzkin::dataset
