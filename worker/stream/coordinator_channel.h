// Makes all connections of a worker to its coordinator: address, keepalive and credentials. They
// are plain text today; joining and TLS will be added here. Thread-safe.
#pragma once

#include <memory>
#include <string>

namespace grpc {
class Channel;
}

namespace motzkin::worker {

// Returns a channel with a connection of its own, never one that an earlier channel used: when a
// connection has fallen silent, only a fresh one helps. Does not connect yet.
std::shared_ptr<grpc::Channel> NewCoordinatorChannel(const std::string& address);

// Says for people why a connection failed: "connection refused", "host not found".
std::string DescribeProblem(const std::string& grpc_message);

}  // namespace motzkin::worker
