// Opens the port of the page as the settings say.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <memory>

#include "coordinator/config.h"
#include "coordinator/service/authority.h"
#include "coordinator/service/page_password.h"
#include "coordinator/web/web_server.h"

namespace motzkin::coordinator {

// Returns null if there is to be no page, or if all ports of the default address are taken, which is
// logged. `config` and `authority` must outlive the server; `authority` may be null where no other
// machine reaches the page.
//
//   INVALID_ARGUMENT  other machines would reach a page that has no password, or a certificate is no good
//   UNAVAILABLE       the port that was asked for is taken
absl::StatusOr<std::unique_ptr<web::WebServer>> ListenForPage(const Config& config,
                                                              PagePassword& password,
                                                              Authority* authority);

}  // namespace motzkin::coordinator
