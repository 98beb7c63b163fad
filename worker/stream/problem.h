// Says what went wrong with a connection to the coordinator. Thread-safe.
#pragma once

#include <string>

namespace motzkin::worker {

// Says for people why a connection failed: "connection refused", "host not found".
std::string DescribeProblem(const std::string& grpc_message);

}  // namespace motzkin::worker
