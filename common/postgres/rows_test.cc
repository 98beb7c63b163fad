#include "common/postgres/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::postgres {
namespace {

using ::testing::ElementsAre;

const Rows kRows({"name", "count", "answer"}, {"one", "1", std::nullopt, "two", "2", "x"}, 0);

TEST(RowsTest, AColumnIsFoundByItsNameWhereverItStands) {
  EXPECT_EQ(kRows.size(), 2u);
  EXPECT_EQ(kRows.front().Int("count"), 1);
  EXPECT_EQ(kRows[1].Text("name"), "two");
  EXPECT_TRUE(kRows.front().IsNull("answer"));
  const Rows turned({"answer", "count", "name"}, {"x", "2", "two"}, 0);
  EXPECT_EQ(turned.back().Int("count"), kRows.back().Int("count"));
  EXPECT_EQ(turned.back().Text("name"), kRows.back().Text("name"));
}

TEST(RowsTest, RowsAreWalkedAndMappedInOrder) {
  std::vector<std::string> names;
  for (const Row row : kRows) names.push_back(row.Text("name"));
  EXPECT_THAT(names, ElementsAre("one", "two"));
  EXPECT_THAT(kRows.Map([](const Row& row) { return row.Int("count"); }), ElementsAre(1, 2));
  for (const Row row : Rows()) ADD_FAILURE() << row.Text("name");
}

TEST(RowsTest, ArraysOfNumbersAndBytesReadBack) {
  const Rows rows({"numbers", "bytes"}, {"{1,-2,3}", "\\x00ff"}, 1);
  EXPECT_THAT(rows.front().IntArray("numbers"), ElementsAre(1, -2, 3));
  EXPECT_EQ(rows.front().Bytes("bytes"), std::string("\0\xff", 2));
}

TEST(RowsDeathTest, WhatIsNotThereIsABug) {
  EXPECT_DEATH(kRows.front().Int("cuont"), "no column cuont");
  EXPECT_DEATH(kRows.front().Text("answer"), "has_value");
  EXPECT_DEATH(kRows.front().Int("name"), "SimpleAtoi");
  EXPECT_DEATH(kRows[2], "row < size");
  const Rows large({"n"}, {"2147483648"}, 0);
  EXPECT_DEATH(large.front().Int32("n"), "SimpleAtoi");
}

}  // namespace
}  // namespace motzkin::postgres
