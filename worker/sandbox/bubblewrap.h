// Builds the command line that runs a program inside bubblewrap.
//
// Inside are only the system's libraries, /dev/null, the program itself and the files listed, all
// of them read-only. There is no network, no home, no /proc (mounting it fails in many containers),
// no writable file, no capability, and no process but the program's own. The program dies with the
// process that started it.
//
// Thread-safe.
#pragma once

#include <string>
#include <vector>

namespace motzkin::sandbox {

// Returns the path of bubblewrap; empty if it is not installed.
std::string FindBubblewrap();

struct BubblewrapSpec {
  // The absolute path of bwrap.
  std::string bubblewrap;
  // The absolute path of a program outside the system's folders, such as one in a build folder.
  // Only this file is shown, under its own path.
  std::string program;
  // More files or folders, each read-only under its own path. Those that do not exist are left out.
  std::vector<std::string> readable;
};

// Returns the command line up to and including "--"; append the program's path and arguments.
std::vector<std::string> BubblewrapCommand(const BubblewrapSpec& spec);

}  // namespace motzkin::sandbox
