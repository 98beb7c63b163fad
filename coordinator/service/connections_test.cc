#include "coordinator/service/connections.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <vector>

#include "common/base/check.h"
#include "common/base/testing/fake_clock.h"
#include "coordinator/service/listener.h"
#include "coordinator/service/peer.h"
#include "tests/support/wait_for.h"

namespace motzkin::coordinator {
namespace {

// The two ends of a connection on loopback, over TCP, as the table counts TCP's bytes.
struct Pair {
  UniqueFd ours;
  UniqueFd theirs;
};

Pair Connect() {
  const UniqueFd listener(socket(AF_INET, SOCK_STREAM, 0));
  MOTZKIN_CHECK(listener.valid());
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(bind(listener.get(), where, length), 0);
  EXPECT_EQ(listen(listener.get(), 1), 0);
  EXPECT_EQ(getsockname(listener.get(), where, &length), 0);
  Pair pair;
  pair.theirs.Reset(socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(connect(pair.theirs.get(), where, length), 0);
  pair.ours.Reset(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK));
  return pair;
}

// Whether the table has ended the connection, as gRPC would see it at its descriptor.
bool Ended(const Pair& pair) {
  pollfd end = {pair.ours.get(), 0, 0};
  poll(&end, 1, 0);
  return (end.revents & POLLHUP) != 0;
}

// Reads so many bytes, as gRPC would.
void Receive(const Pair& pair, size_t bytes) {
  std::string read(bytes, '\0');
  for (size_t had = 0; had < bytes;) {
    pollfd readable = {pair.ours.get(), POLLIN, 0};
    ASSERT_GT(poll(&readable, 1, 1'000), 0);
    const ssize_t count = recv(pair.ours.get(), read.data() + had, bytes - had, 0);
    ASSERT_GT(count, 0);
    had += static_cast<size_t>(count);
  }
}

class ConnectionsTest : public ::testing::Test {
 protected:
  // Admits a connection under a made-up name of its peer.
  Pair Admit(const std::string& peer) {
    Pair pair = Connect();
    connections_.Admit(pair.ours.get(), peer);
    return pair;
  }

  FakeClock clock_;
  Connections connections_{
      {.connections = 6, .strangers = 3, .strangers_bytes = 100'000, .unfinished_bytes = 50'000},
      clock_};
};

TEST_F(ConnectionsTest, AFloodPushesOutItsOwnConnectionsAndNotThoseOfOthers) {
  const Pair other = Admit("ipv4:10.0.0.2:1");
  const Pair first = Admit("ipv4:10.0.0.1:1");
  const Pair second = Admit("ipv4:10.0.0.1:2");
  EXPECT_FALSE(Ended(first));
  const Pair third = Admit("ipv4:10.0.0.1:3");
  EXPECT_TRUE(Ended(first));
  EXPECT_FALSE(Ended(other));
  EXPECT_FALSE(Ended(second));
  EXPECT_EQ(connections_.size(), 3u);
}

TEST_F(ConnectionsTest, WhoIsWelcomeIsNoStrangerAnyMore) {
  const Pair member = Admit("ipv6:[fe80::1]:1");
  connections_.Welcome("ipv6:%5Bfe80::1%5D:1", "worker w", 4);
  std::vector<Pair> strangers(10);
  for (int i = 0; i < 10; ++i) {
    strangers[static_cast<size_t>(i)] = Admit("ipv4:10.0.0.1:" + std::to_string(i));
  }
  EXPECT_FALSE(Ended(member));
  EXPECT_EQ(connections_.size(), 4u);
  clock_.Advance(Connections::kStrangerTime);
  connections_.EndOldStrangers();
  EXPECT_EQ(connections_.size(), 1u);
  EXPECT_FALSE(Ended(member));
}

TEST_F(ConnectionsTest, MembersLeaveRoomForStrangers) {
  std::vector<Pair> members;
  for (int i = 0; i < 6; ++i) {
    const std::string peer = "ipv4:10.0.0.1:" + std::to_string(i);
    members.push_back(Admit(peer));
    connections_.Welcome(peer, "worker " + std::to_string(i), 4);
  }
  const Pair stranger = Admit("ipv4:10.0.0.2:1");
  EXPECT_FALSE(Ended(members[0]));
  EXPECT_FALSE(Ended(stranger));
}

TEST_F(ConnectionsTest, TheOldestConnectionOfAHolderWithTooManyEnds) {
  const Pair first = Admit("ipv4:10.0.0.1:1");
  connections_.Welcome("ipv4:10.0.0.1:1", "worker w", 1);
  const Pair second = Admit("ipv4:10.0.0.1:2");
  EXPECT_FALSE(Ended(first));
  connections_.Welcome("ipv4:10.0.0.1:2", "worker w", 1);
  EXPECT_TRUE(Ended(first));
  EXPECT_FALSE(Ended(second));
}

TEST_F(ConnectionsTest, TheStrangerWhoHasSentMostGoesWhenTheySendTooMuch) {
  const Pair quiet = Admit("ipv4:10.0.0.1:1");
  const Pair loud = Admit("ipv4:10.0.0.2:1");
  const std::string much(60'000, 'x');
  ASSERT_EQ(write(quiet.theirs.get(), much.data(), 30'000), 30'000);
  ASSERT_EQ(write(loud.theirs.get(), much.data(), much.size()), 60'000);
  test::WaitFor([&] {
    connections_.LookAtEvents();
    pollfd readable = {loud.ours.get(), POLLIN, 0};
    return poll(&readable, 1, 0) > 0;
  });
  EXPECT_FALSE(Ended(loud));
  ASSERT_EQ(write(loud.theirs.get(), much.data(), 30'000), 30'000);
  EXPECT_TRUE(test::WaitFor([&] {
    connections_.LookAtEvents();
    return Ended(loud);
  }));
  EXPECT_FALSE(Ended(quiet));
}

TEST_F(ConnectionsTest, AMemberWhoseMessagesDoNotComeWholeGoesWhenHeHasSentTooMuch) {
  const Pair slow = Admit("ipv4:10.0.0.1:1");
  const Pair honest = Admit("ipv4:10.0.0.2:1");
  const std::string message(32'000, 'x');
  for (int i = 0; i < 10; ++i) {
    const uint64_t id = connections_.Welcome("ipv4:10.0.0.2:1", "worker honest", 4);
    ASSERT_NE(id, 0u);
    ASSERT_EQ(write(honest.theirs.get(), message.data(), message.size()), std::ssize(message));
    Receive(honest, message.size());
    connections_.CountMessage(id, std::ssize(message));
    connections_.LookAtEvents();
    EXPECT_FALSE(Ended(honest)) << i;
  }
  const uint64_t id = connections_.Welcome("ipv4:10.0.0.1:1", "worker slow", 4);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(write(slow.theirs.get(), message.data(), message.size()), std::ssize(message));
    Receive(slow, message.size());
    connections_.LookAtEvents();
    // A short message explains no more than itself.
    connections_.CountMessage(id, 10);
    EXPECT_EQ(Ended(slow), i == 1) << i;
  }
  EXPECT_FALSE(Ended(honest));
  EXPECT_EQ(connections_.size(), 1u);
}

TEST_F(ConnectionsTest, WhatAMemberSendsBesideItsMessagesIsForgivenWithTime) {
  const Pair quiet = Admit("ipv4:10.0.0.1:1");
  connections_.EndOldStrangers();
  connections_.Welcome("ipv4:10.0.0.1:1", "worker w", 4);
  const std::string pings(Connections::kFramingBytesASecond, 'x');
  for (int second = 0; second < 100; ++second) {
    ASSERT_EQ(write(quiet.theirs.get(), pings.data(), pings.size()), std::ssize(pings));
    Receive(quiet, pings.size());
    connections_.LookAtEvents();
    ASSERT_FALSE(Ended(quiet)) << second;
    clock_.Advance(absl::Seconds(1));
    connections_.EndOldStrangers();
  }
}

TEST_F(ConnectionsTest, WhoBeginsCallsWithoutEndLosesHisConnectionsAndIsKeptOutForAWhile) {
  const Pair honest = Admit("ipv4:10.0.0.2:1");
  connections_.Welcome("ipv4:10.0.0.2:1", "worker honest", 4);
  std::vector<Pair> theirs;
  for (const char* peer : {"ipv4:10.0.0.1:1", "ipv4:10.0.0.1:2"}) {
    theirs.push_back(Admit(peer));
    connections_.Welcome(peer, "worker w", 4);
  }
  for (int i = 0; i < CallRates::kCallsAtOnce; ++i) {
    connections_.CountCall("worker w");
    connections_.CountCall("worker honest");
  }
  EXPECT_FALSE(Ended(theirs[0]) || Ended(theirs[1]));
  clock_.Advance(absl::Seconds(1));
  for (int i = 0; i < CallRates::kCallsASecond; ++i) connections_.CountCall("worker w");
  EXPECT_FALSE(Ended(theirs[0])) << "so many a second are allowed for ever";
  connections_.CountCall("worker w");
  EXPECT_TRUE(Ended(theirs[0]) && Ended(theirs[1])) << "all of a holder's count together";
  connections_.CountCall("worker w");  // It had come before.
  EXPECT_FALSE(Ended(honest));
  const Pair again = Connect();
  EXPECT_EQ(connections_.Admit(again.ours.get(), "ipv4:10.0.0.1:3"),
            Connections::Admission::kBarred);
  EXPECT_EQ(connections_.size(), 1u);
  clock_.Advance(CallRates::kBarTime);
  connections_.EndOldStrangers();
  EXPECT_EQ(connections_.Admit(again.ours.get(), "ipv4:10.0.0.1:3"),
            Connections::Admission::kAdmitted);
}

TEST_F(ConnectionsTest, OfStrangersThatBeginTooManyCallsTheBusiestGoes) {
  const Pair quiet = Admit("ipv4:10.0.0.1:1");
  const Pair busy = Admit("ipv4:10.0.0.2:1");
  const std::string much(Connections::kBusyBytesMin, 'x');
  ASSERT_EQ(write(quiet.theirs.get(), much.data(), 1'000), 1'000);
  ASSERT_EQ(write(busy.theirs.get(), much.data(), much.size()), std::ssize(much));
  const auto arrived = [](const Pair& pair) {
    pollfd readable = {pair.ours.get(), POLLIN, 0};
    return poll(&readable, 1, 1'000) > 0;
  };
  ASSERT_TRUE(arrived(quiet) && arrived(busy));
  // Four times as many as one holder may.
  for (int i = 0; i < 4 * CallRates::kCallsAtOnce; ++i) connections_.CountCall("");
  EXPECT_FALSE(Ended(busy));
  for (int i = 0; i < 100; ++i) connections_.CountCall("");
  EXPECT_TRUE(Ended(busy));
  EXPECT_FALSE(Ended(quiet)) << "the others had come before";
  const Pair again = Connect();
  EXPECT_EQ(connections_.Admit(again.ours.get(), "ipv4:10.0.0.2:2"),
            Connections::Admission::kBarred);
}

TEST_F(ConnectionsTest, TheOwnersCommandsAreNotKeptOutByOthersOnHisMachine) {
  for (const char* peer : {"ipv4:127.0.0.1:1", "ipv6:[::1]:1"}) {
    const Pair theirs = Admit(peer);
    connections_.Welcome(peer, "worker w", 4);
    for (int i = 0; i <= CallRates::kCallsAtOnce; ++i) connections_.CountCall("worker w");
    EXPECT_TRUE(Ended(theirs)) << peer;
    const Pair again = Connect();
    EXPECT_EQ(connections_.Admit(again.ours.get(), peer), Connections::Admission::kAdmitted);
  }
}

TEST_F(ConnectionsTest, AHolderWhoHasFinishedNoCallIsFoundAmongTheStrangers) {
  const Pair busy = Admit("ipv4:10.0.0.2:1");
  const std::string much(Connections::kBusyBytesMin, 'x');
  ASSERT_EQ(write(busy.theirs.get(), much.data(), much.size()), std::ssize(much));
  pollfd readable = {busy.ours.get(), POLLIN, 0};
  ASSERT_GT(poll(&readable, 1, 1'000), 0);
  for (int i = 0; i <= CallRates::kCallsAtOnce; ++i) connections_.CountCall("worker w");
  EXPECT_TRUE(Ended(busy));
}

TEST(CallRatesTest, AFloodOfNamesIsBounded) {
  CallRates rates;
  const BootTime now;
  for (size_t i = 0; i < 3 * CallRates::kKnownMax; ++i) {
    EXPECT_TRUE(rates.Take(std::to_string(i), now));
  }
}

TEST_F(ConnectionsTest, AConnectionThatHasEndedIsForgotten) {
  Pair pair = Admit("ipv4:10.0.0.1:1");
  shutdown(pair.ours.get(), SHUT_RDWR);  // As gRPC does before it closes a connection.
  pair.ours.Reset();
  EXPECT_TRUE(test::WaitFor([&] {
    connections_.LookAtEvents();
    return connections_.size() == 0;
  }));
}

TEST(ConnectionBoundsTest, LeaveAReserveOfDescriptors) {
  for (const uint64_t descriptors : {256, 1'024, 4'096, 1'000'000, 1'000'000'000}) {
    const ConnectionBounds bounds = BoundsFor(descriptors);
    EXPECT_LE(2 * bounds.connections + 100, descriptors);
    EXPECT_GE(bounds.strangers, 4u);
    EXPECT_LE(bounds.connections, 2'560u);
    EXPECT_LE(bounds.strangers, 256u);
    EXPECT_LT(static_cast<uint64_t>(bounds.descriptor), descriptors);
  }
}

TEST(PeerTest, SourcesAreAddressesAndNetworksOfIpv6) {
  EXPECT_EQ(SourceOf("ipv4:192.168.1.7:4242"), "ipv4:192.168.1.7");
  EXPECT_EQ(SourceOf("ipv6:%5B2001:db8:1:2:3:4:5:6%5D:42"), "ipv6:[2001:db8:1:2::]/64");
  EXPECT_EQ(SourceOf("ipv6:[2001:db8:1:2::1]:42"), "ipv6:[2001:db8:1:2::]/64");
  EXPECT_EQ(SourceOf("ipv6:[fe80::1%252]:42"), "ipv6:[fe80::]/64");
}

TEST(ListenerTest, HandsOverConnectionsOfBothFamiliesUnderTheNameThatGrpcHasForThem) {
  FakeClock clock;
  Connections connections(ConnectionBounds(), clock);
  auto listener = Listener::Open("[::]:0", connections);
  if (!listener.ok()) GTEST_SKIP() << listener.status();
  ASSERT_TRUE((*listener)->Listen().ok());
  std::atomic<int> taken = 0;
  (*listener)->Start([&taken](UniqueFd) { ++taken; }, [](const std::string&) {});
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>((*listener)->port()));
  const UniqueFd v4(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(connect(v4.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(test::WaitFor([&] { return taken == 1; }));
  sockaddr_storage mapped = {};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(mapped);
  v6.sin6_family = AF_INET6;
  ASSERT_EQ(inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr), 1);
  v6.sin6_port = htons(77);
  EXPECT_EQ(PeerOf(mapped), "ipv4:127.0.0.1:77");
}

TEST(ListenerTest, RefusesAPortThatIsTakenAndAnAddressOfAnotherHost) {
  FakeClock clock;
  Connections connections(ConnectionBounds(), clock);
  const auto first = Listener::Open("127.0.0.1:0", connections);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE((*first)->Listen().ok());
  const std::string port = std::to_string((*first)->port());
  for (const char* host : {"127.0.0.1:", "0.0.0.0:", "[::]:", "localhost:"}) {
    EXPECT_THAT(Listener::Open(host + port, connections).status().message(),
                ::testing::HasSubstr("port " + port + " is taken by another program"))
        << host;
  }
  EXPECT_EQ(Listener::Open("203.0.113.1:0", connections).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(ListenerTest, RefusesAPortThatIsTakenInIpv6Alone) {
  FakeClock clock;
  Connections connections(ConnectionBounds(), clock);
  const auto first = Listener::Open("[::1]:0", connections);
  if (!first.ok()) GTEST_SKIP() << first.status();
  ASSERT_TRUE((*first)->Listen().ok());
  const std::string port = std::to_string((*first)->port());
  for (const char* host : {"0.0.0.0:", "[::]:"}) {
    EXPECT_EQ(Listener::Open(host + port, connections).status().code(),
              absl::StatusCode::kUnavailable)
        << host;
  }
  EXPECT_TRUE(Listener::Open("127.0.0.1:" + port, connections).ok())
      << "who names an address gets that one";
}

TEST(ListenerTest, CallersAreRefusedBeforeItListens) {
  FakeClock clock;
  Connections connections(ConnectionBounds(), clock);
  const auto listener = Listener::Open("127.0.0.1:0", connections);
  ASSERT_TRUE(listener.ok()) << listener.status();
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>((*listener)->port()));
  const auto connects = [&address] {
    const UniqueFd caller(socket(AF_INET, SOCK_STREAM, 0));
    return connect(caller.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  };
  EXPECT_FALSE(connects());
  ASSERT_TRUE((*listener)->Listen().ok());
  EXPECT_TRUE(connects());
}

}  // namespace
}  // namespace motzkin::coordinator
