// Reads from /proc which processes there are, so that tests can prove that none is left behind.
#pragma once

#include <sys/types.h>

#include <set>

namespace motzkin::testing {

// Returns the sessions that children of this process lead.
std::set<pid_t> SessionsOfChildren();

// Returns the processes of these sessions, without zombies.
std::set<pid_t> MembersOf(const std::set<pid_t>& sessions);

// Whether this process has no child, neither living nor dead. As a subreaper it would have
// inherited every orphan.
bool HasNoChildren();

}  // namespace motzkin::testing
