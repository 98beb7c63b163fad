// Which processes there are, read from /proc: tests prove with it that nothing is left behind.
#pragma once

#include <sys/types.h>

#include <set>

namespace motzkin::testing {

// Sessions led by living children of this process.
std::set<pid_t> SessionsOfChildren();

// Processes of these sessions, zombies excepted.
std::set<pid_t> MembersOf(const std::set<pid_t>& sessions);

// This process has no child, living or dead. As a subreaper it would have inherited every orphan.
bool HasNoChildren();

}  // namespace motzkin::testing
