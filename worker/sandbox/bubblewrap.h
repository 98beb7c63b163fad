// The command line that runs a program inside bubblewrap.
//
// Inside there are: the system's libraries, /dev/null, the program itself, and the files listed;
// all read-only. No network, no home, no /proc (mounting it fails in many containers), no writable
// file, no capability, and no process but the program's own. It dies with the process that started
// it.
//
// Thread-safe.
#pragma once

#include <string>
#include <vector>

namespace motzkin::sandbox {

// Where bubblewrap is; empty when it is not installed.
std::string FindBubblewrap();

struct BubblewrapSpec {
  // Absolute path of bwrap.
  std::string bubblewrap;
  // Absolute path of a program outside the system's folders, e.g. in somebody's build folder. Only
  // this file is shown, under its own path.
  std::string program;
  // More files or folders, each read-only under its own path. Those that do not exist are left out.
  std::vector<std::string> readable;
};

// Command line up to and including "--"; append the program's path and arguments.
std::vector<std::string> BubblewrapCommand(const BubblewrapSpec& spec);

}  // namespace motzkin::sandbox
