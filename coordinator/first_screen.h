// What a person sees first: that it runs, and the one line to type on the next machine.
#pragma once

#include <cstdint>
#include <string>

namespace motzkin::coordinator {

struct FirstScreen {
  std::string build = {};
  std::string host = {};  // Where it listens.
  int port = 0;
  std::string psql = {};  // Empty: no reader.
  std::string data_directory = {};
  int64_t disk_free_bytes = 0;
  int64_t functions_room = 0;
  int running_jobs = 0;
};

// Ends with a line break. Looks up this host's addresses when it listens beyond loopback.
std::string Render(const FirstScreen& screen);

bool IsLoopback(const std::string& host);

// The first IPv4 address of an interface that is up and not loopback; empty: none.
std::string FirstAddress();

}  // namespace motzkin::coordinator
