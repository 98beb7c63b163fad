#include "common/yaml/did_you_mean.h"

#include <gtest/gtest.h>

namespace motzkin::yaml {
namespace {

TEST(DidYouMeanTest, ExchangedLettersAreRecognized) {
  EXPECT_EQ(DidYouMean("sede", {"slots", "seed"}), " (did you mean 'seed'?)");
}

TEST(DidYouMeanTest, TheNearestWordWins) {
  EXPECT_EQ(DidYouMean("nodes_mn", {"nodes_max", "nodes_min"}), " (did you mean 'nodes_min'?)");
}

TEST(DidYouMeanTest, ADifferentWordGetsNoSuggestion) {
  EXPECT_EQ(DidYouMean("colour", {"seed", "target"}), "");
  EXPECT_EQ(DidYouMean(std::string(100'000, 'a'), {"seed"}), "");
}

}  // namespace
}  // namespace motzkin::yaml
