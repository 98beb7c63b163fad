// The files of the page, which are compiled into the coordinator.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::coordinator::web {

struct Asset {
  std::string_view content_type;
  std::string_view text;
  std::string etag;  // changes with the text
};

// Returns the file of that name, such as "index.html"; null if there is none.
const Asset* FindAsset(std::string_view name);

}  // namespace motzkin::coordinator::web
