#include "coordinator/web/assets.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <map>
#include <utility>

#include "common/base/sha256.h"
#include "web_assets.h"

namespace motzkin::coordinator::web {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

std::map<std::string_view, Asset> MakeAssets() {
  std::map<std::string_view, Asset> assets;
  for (const assets::EmbeddedFile& file : assets::kFiles) {
    for (const auto& [ending, type] : kTypes) {
      if (!file.name.ends_with(ending)) continue;
      const std::string digest = absl::BytesToHexString(Sha256(file.text)).substr(0, 16);
      assets[file.name] = {
          .content_type = type, .text = file.text, .etag = absl::StrCat("\"", digest, "\"")};
    }
  }
  return assets;
}

}  // namespace

const Asset* FindAsset(std::string_view name) {
  static const auto& assets = *new std::map<std::string_view, Asset>(MakeAssets());
  const auto found = assets.find(name);
  return found == assets.end() ? nullptr : &found->second;
}

}  // namespace motzkin::coordinator::web
