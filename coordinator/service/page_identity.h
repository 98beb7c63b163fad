// The certificate by which browsers know the page. With TLS it is one that the owner names, or one that
// the coordinator's key signs for the names of this host.
//
// Browsers want more of a certificate than members do: names, dates of today, and an authority that
// says it is one. So the key that signs has a second certificate, which says that and which the owner
// may have his browsers trust. Members do not look at it.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "coordinator/service/authority.h"

namespace motzkin::coordinator {

struct PageIdentity {
  std::string chain;           // certificates in PEM, that of the page first
  std::string key;             // in PEM
  std::string authority = {};  // the certificate to trust, in PEM; empty with the owner's own files
};

// A certificate of the authority counts for this time from its making; browsers take no more.
inline constexpr absl::Duration kPageCertificateLife = absl::Hours(24 * 397);

// The file in the coordinator's identity folder that has PageIdentity::authority.
inline constexpr char kPageAuthorityFile[] = "page-authority.pem";

// Returns the certificate and key in these files. INVALID_ARGUMENT: one cannot be read or is none, or
// they do not belong together; the message names it.
absl::StatusOr<PageIdentity> ReadPageIdentity(const std::string& certificate_file,
                                              const std::string& key_file);

// Makes a key and a certificate of it, for NamesOfThisHost() as they are now and these further names
// and addresses. The certificate to trust is kept in kPageAuthorityFile, so that it stays the same. Errors
// are those of writing there.
absl::StatusOr<PageIdentity> IssuePageIdentity(const Authority& authority,
                                               const std::vector<std::string>& further_names);

// Returns the names by which machines at home may know this host, and its addresses as they are now:
// "pi", "pi.local", "localhost", "192.168.1.5", "fd00::5". They are in lower case, and at most 64.
std::vector<std::string> NamesOfThisHost();

// Whether the text is an IP address, without brackets.
bool IsAddress(const std::string& text);

}  // namespace motzkin::coordinator
