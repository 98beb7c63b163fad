// The one place where a worker's connections to its coordinator are made: address, keepalive and
// credentials. Plain text today; joining and TLS enter here.
#pragma once

#include <memory>
#include <string>

namespace grpc {
class Channel;
}

namespace motzkin::worker {

// A channel of its own connection, never one shared with an earlier channel: after silence a fresh
// one is the cure. Does not connect yet.
std::shared_ptr<grpc::Channel> NewCoordinatorChannel(const std::string& address);

// What went wrong with a connection, for people: "connection refused", "host not found".
std::string DescribeProblem(const std::string& grpc_message);

}  // namespace motzkin::worker
