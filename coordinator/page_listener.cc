#include "coordinator/page_listener.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <spdlog/spdlog.h>

#include <string>
#include <utility>
#include <vector>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "coordinator/service/page_identity.h"

namespace motzkin::coordinator {
namespace {

// The page's default port, and so many in all, are tried one after the other.
constexpr int kPagePorts = 10;

absl::StatusOr<web::WebServer::Options> OptionsOf(const Config& config, PagePassword& password,
                                                  Authority* authority) {
  web::WebServer::Options options{.address = ParseHostPort(config.web).value()};
  const bool open = IsPageOpen(config);
  if (open && !password.exists()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--web ", config.web,
                     " lets other machines reach the page, which has no password: start the "
                     "coordinator with --web 127.0.0.1:8080, type motzkin web-password, then start "
                     "it like this again"));
  }
  std::vector<std::string> names = WebNames(config);
  if (open) {
    password.MustStay();
    const std::string& host = options.address.host;
    if (host != "0.0.0.0" && host != "[::]") names.push_back(absl::AsciiStrToLower(host));
    options.names = NamesOfThisHost();
    options.names.insert(options.names.end(), names.begin(), names.end());
  }
  if (!config.web_certificate.empty()) {
    options.identity = [&config] {
      return ReadPageIdentity(config.web_certificate, config.web_key);
    };
  } else if (open) {
    options.identity = [authority, names] { return IssuePageIdentity(*authority, names); };
  }
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<web::WebServer>> ListenForPage(const Config& config,
                                                              PagePassword& password,
                                                              Authority* authority) {
  if (config.web == kWebOff) return nullptr;
  ASSIGN_OR_RETURN(web::WebServer::Options options, OptionsOf(config, password, authority));
  int& port = options.address.port;
  const bool asked_for = config.web != kWebDefault;
  for (int tries = asked_for ? 1 : kPagePorts; tries > 0; --tries, ++port) {
    absl::StatusOr<std::unique_ptr<web::WebServer>> page = web::WebServer::Listen(options);
    // Only a port that is taken may be another one.
    if (page.ok() || asked_for || !absl::IsUnavailable(page.status())) return page;
  }
  spdlog::warn("there is no page: the ports {} to {} are taken; --web HOST:PORT names another",
               port - kPagePorts, port - 1);
  return nullptr;
}

}  // namespace motzkin::coordinator
