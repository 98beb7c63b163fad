#include "dataset/query.h"

#include "common/base/check.h"
#include "dataset_queries.h"

namespace motzkin::dataset {

std::string_view Query(std::string_view name) {
  for (const queries::EmbeddedFile& file : queries::kFiles) {
    if (file.name.size() == name.size() + 4 && file.name.starts_with(name)) return file.text;
  }
  MOTZKIN_CHECK(false && "no such query");
  return {};
}

}  // namespace motzkin::dataset
