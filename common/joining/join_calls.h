// The three calls of JoinService, as functions that wait for the answer.
//
// Errors of all are those of the RPC. UNAVAILABLE: no coordinator answers, or not in this way; the message
// is gRPC's.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "motzkin/v1/join_service.pb.h"

namespace grpc {
class Channel;
class ChannelCredentials;
}  // namespace grpc

namespace motzkin::joining {

// Makes a channel with a connection of its own, never one that an earlier channel used: when a
// connection has fallen silent, only a fresh one helps. Does not connect yet.
std::shared_ptr<grpc::Channel> NewChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

absl::StatusOr<v1::HelloResponse> Hello(const std::shared_ptr<grpc::Channel>& channel);
absl::StatusOr<v1::JoinResponse> Join(const std::shared_ptr<grpc::Channel>& channel,
                                      const v1::JoinRequest& request);
absl::StatusOr<v1::RedeemResponse> Redeem(const std::shared_ptr<grpc::Channel>& channel,
                                          const v1::RedeemRequest& request);

}  // namespace motzkin::joining
