#include "coordinator/web/guess_limit.h"

#include <absl/strings/escaping.h>

#include <algorithm>

#include "common/base/sha256.h"
#include "common/identity/key.h"

namespace motzkin::coordinator::web {
namespace {

constexpr size_t kTokenBytes = 32;

}  // namespace

absl::Duration GuessLimit::Wait(Bucket& bucket, int most, absl::Duration back, BootTime now) {
  const double came = absl::FDivDuration(now - bucket.at, back);
  bucket.left = std::min<double>(most, bucket.left + std::max(came, 0.0));
  bucket.at = now;
  return bucket.left >= 1 ? absl::ZeroDuration() : back * (1 - bucket.left);
}

GuessLimit::Bucket* GuessLimit::BrowserOf(std::string_view browser) {
  if (browser.empty()) return nullptr;
  const std::string hash = Sha256(browser);
  for (auto& [order, known] : browsers_) {
    if (known.hash == hash) return &known.bucket;
  }
  return nullptr;
}

absl::Duration GuessLimit::Try(const std::string& source, std::string_view browser, BootTime now) {
  if (Bucket* const known = BrowserOf(browser); known != nullptr) {
    const absl::Duration wait = Wait(*known, kOfSource, kSourceBack, now);
    if (wait == absl::ZeroDuration()) known->left -= 1;
    return wait;
  }
  if (sources_.size() >= kSourcesMax && !sources_.contains(source)) sources_.clear();
  Bucket& mine = sources_.try_emplace(source, Bucket{kOfSource, now}).first->second;
  const absl::Duration wait =
      std::max(Wait(mine, kOfSource, kSourceBack, now), Wait(all_, kInAll, kAllBack, now));
  if (wait > absl::ZeroDuration()) return wait;
  mine.left -= 1;
  all_.left -= 1;
  return wait;
}

void GuessLimit::Forgive(const std::string& source, std::string_view browser) {
  if (Bucket* const known = BrowserOf(browser); known != nullptr) {
    known->left += 1;
    return;
  }
  all_.left += 1;
  if (const auto found = sources_.find(source); found != sources_.end()) found->second.left += 1;
}

std::string GuessLimit::Remember() {
  if (browsers_.size() >= kBrowsersMax) browsers_.erase(browsers_.begin());
  const std::string token = absl::BytesToHexString(identity::RandomBytes(kTokenBytes));
  browsers_[++last_browser_] = {.hash = Sha256(token), .bucket = {kOfSource, {}}};
  return token;
}

}  // namespace motzkin::coordinator::web
