#include "worker/slots/testing/process_census.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace motzkin::testing {
namespace {

struct Entry {
  pid_t pid = 0, parent = 0, session = 0;
  char state = ' ';
};

std::vector<Entry> AllProcesses() {
  std::vector<Entry> entries;
  for (const auto& folder : std::filesystem::directory_iterator("/proc")) {
    const pid_t pid = atoi(folder.path().filename().c_str());
    std::ifstream file(folder.path() / "stat");
    std::string line;
    if (pid == 0 || !std::getline(file, line)) continue;
    // The name in parentheses may hold anything, even a parenthesis, so the last one ends it.
    std::istringstream rest(line.substr(line.rfind(')') + 2));
    Entry entry;
    pid_t group = 0;
    entry.pid = pid;
    rest >> entry.state >> entry.parent >> group >> entry.session;
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace

std::set<pid_t> SessionsOfChildren() {
  std::set<pid_t> sessions;
  for (const Entry& entry : AllProcesses()) {
    if (entry.parent == getpid() && entry.session == entry.pid) sessions.insert(entry.pid);
  }
  return sessions;
}

std::set<pid_t> MembersOf(const std::set<pid_t>& sessions) {
  std::set<pid_t> members;
  for (const Entry& entry : AllProcesses()) {
    if (sessions.contains(entry.session) && entry.state != 'Z') members.insert(entry.pid);
  }
  return members;
}

bool HasNoChildren() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace motzkin::testing
