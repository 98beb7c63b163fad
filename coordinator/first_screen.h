// The first screen tells a person that the coordinator runs, and which line to type on the next
// machine.
#pragma once

#include <cstdint>
#include <string>

namespace motzkin::coordinator {

struct FirstScreen {
  std::string build = {};
  // The host of --listen.
  std::string host = {};
  int port = 0;
  bool insecure = false;
  // The command that opens the database read-only; empty if there is no reader's role.
  std::string psql = {};
  std::string data_directory = {};
  // Free space, and the functions that it has room for; 0 if the disk cannot be seen from here.
  int64_t disk_free_bytes = 0;
  int64_t functions_room = 0;
  int running_jobs = 0;
  // The address of the page; empty if there is none.
  std::string page = {};
};

// Returns the screen as text that ends with an empty line. If the coordinator listens on every
// address, the text names FirstAddress().
std::string Render(const FirstScreen& screen);

// Returns the first IPv4 address of an interface that is up and not loopback; empty if there is
// none.
std::string FirstAddress();

}  // namespace motzkin::coordinator
