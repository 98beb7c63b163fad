#include "coordinator/web/url_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::coordinator::web {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(UrlQueryTest, NamesAndValuesAreDecodedInOrder) {
  EXPECT_THAT(ParseQuery("b=x%20y&a=1+2&&c=%C3%a9%26").value(),
              ElementsAre(Pair("b", "x y"), Pair("a", "1 2"), Pair("c", "\xc3\xa9&")));
  EXPECT_THAT(ParseQuery("a=b=c&d=").value(), ElementsAre(Pair("a", "b=c"), Pair("d", "")));
  EXPECT_THAT(ParseQuery("").value(), IsEmpty());
}

TEST(UrlQueryTest, WhatIsNoQueryIsRefused) {
  for (const char* text : {"a", "a=%", "a=%1", "a=%1g", "a=%g1", "%=1"}) {
    EXPECT_FALSE(ParseQuery(text).ok()) << text;
  }
}

}  // namespace
}  // namespace motzkin::coordinator::web
