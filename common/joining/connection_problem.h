// Says what went wrong with a connection to the coordinator, and what to do about it. Thread-safe.
#pragma once

#include <string>

namespace motzkin::joining {

// Says for people why a connection failed: "connection refused", "host not found". Takes gRPC's
// message.
std::string DescribeProblem(const std::string& grpc_message);

// Returns a sentence that says what the owner can do about such a problem with the coordinator at
// `address`, a HOST:PORT. Knows the words of DescribeProblem() and "no answer"; empty for others.
std::string CureOfProblem(const std::string& problem, const std::string& address);

// Says that the coordinator at `address` is not the one that this machine joined, by the fingerprints of
// the key that it showed and of the one that is expected.
std::string AnotherCoordinator(const std::string& address, const std::string& shown,
                               const std::string& expected);
// Says what to do then. The membership is in `file`.
std::string CureOfAnotherCoordinator(const std::string& file);

}  // namespace motzkin::joining
