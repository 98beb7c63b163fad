#include "common/words/printable_message.h"

#include <gtest/gtest.h>

#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"

namespace motzkin {
namespace {

TEST(PrintableMessageTest, EveryTextIsReachedAndBytesStay) {
  v1::WorkerState state;
  state.set_reason("hot\njob demo completed");
  state.add_engines()->set_version("\x1b[2J1.9");
  state.add_batches()->set_spec_digest("\x1b\n");
  state.set_slots(4);
  MakePrintable(state);
  EXPECT_EQ(state.reason(), "hot\\njob demo completed");
  EXPECT_EQ(state.engines(0).version(), "\\x1b[2J1.9");
  EXPECT_EQ(state.batches(0).spec_digest(), "\x1b\n");
  EXPECT_EQ(state.slots(), 4);
}

TEST(PrintableMessageTest, KeysAndValuesOfMapsAreReached) {
  v1::Worker worker;
  (*worker.mutable_engines())["giac\x07"] = "1.9\r";
  (*worker.mutable_engines())["fricas"] = "1.3.8";
  MakePrintable(worker);
  EXPECT_EQ(worker.engines().size(), 2u);
  EXPECT_EQ(worker.engines().at("giac\\x07"), "1.9\\x0d");
  EXPECT_EQ(worker.engines().at("fricas"), "1.3.8");
}

}  // namespace
}  // namespace motzkin
