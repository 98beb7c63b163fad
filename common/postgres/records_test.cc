#include <absl/strings/escaping.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/postgres/connection.h"
#include "tests/support/mini_postgres.h"
#include "tests/support/seed.h"

namespace motzkin::postgres {
namespace {

using ::testing::ElementsAre;

// Returns what Postgres reads from a record, in a record, in an array: each level is quoted once more.
class RecordsTest : public ::testing::Test {
 protected:
  RecordsTest() : connection_(test::MustConnect(test::MiniPostgres::Shared().NewDatabase())) {
    for (const char* statement :
         {"CREATE SCHEMA test", "SET search_path = test",
          "CREATE TYPE inner_record AS (text text, bytes bytea, number bigint, texts text[])",
          "CREATE TYPE outer_record AS (text text, records inner_record[])"}) {
      EXPECT_TRUE(connection_->Execute(statement).ok()) << statement;
    }
  }

  struct Read {
    std::optional<std::string> outer, inner, bytes, element;
    bool operator==(const Read&) const = default;
  };

  // The same text wherever there may be one.
  absl::StatusOr<Read> SendEverywhere(const std::optional<std::string>& text) {
    Params inner, outer;
    text.has_value() ? inner.Text(*text).Bytes(*text) : inner.Null().Null();
    inner.Int(-7).TextArray({text, "beside"});
    text.has_value() ? outer.Text(*text) : outer.Null();
    outer.RecordArray({inner});
    const absl::StatusOr<Rows> rows = connection_->Execute(
        "SELECT o.text AS outer, i.text AS inner, encode(i.bytes, 'hex') AS bytes, i.texts[1] AS "
        "element, i.number, i.texts[2] AS beside "
        "FROM unnest($1::outer_record[]) o, unnest(o.records) i",
        Params().RecordArray({outer}));
    if (!rows.ok()) return rows.status();
    const Row row = rows->front();
    EXPECT_EQ(row.Int("number"), -7);
    EXPECT_EQ(row.Text("beside"), "beside");
    const auto read = [&](const char* column) {
      return row.IsNull(column) ? std::nullopt : std::optional(row.Text(column));
    };
    return Read{read("outer"), read("inner"), read("bytes"), read("element")};
  }

  static Read Everywhere(const std::string& text) {
    return {text, text, absl::BytesToHexString(text), text};
  }

  const std::unique_ptr<Connection> connection_;
};

TEST_F(RecordsTest, EveryTextComesBackAsItWasSent) {
  for (const std::string text : {"",
                                 " ",
                                 "plain",
                                 "NULL",
                                 "null",
                                 "\\",
                                 "\\\\",
                                 "\"",
                                 "\"\"",
                                 "\\\"",
                                 "'",
                                 ",",
                                 "()",
                                 "{}",
                                 "(1,\"a b\",)",
                                 "{\"(1,\\\"a\\\")\"}",
                                 "\\x41",
                                 "a,b)(c",
                                 " around ",
                                 "\n\r\t\v\f",
                                 "$1",
                                 "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
                                 "1.5e-3",
                                 "-7"}) {
    const absl::StatusOr<Read> read = SendEverywhere(text);
    ASSERT_TRUE(read.ok()) << read.status() << ": " << text;
    EXPECT_EQ(*read, Everywhere(text)) << text;
  }
  std::string all;
  for (char c = 1; c != 127; ++c) all.push_back(c);
  EXPECT_EQ(SendEverywhere(all).value(), Everywhere(all));
}

TEST_F(RecordsTest, TextsOfRandomSpecialCharactersComeBackToo) {
  const test::Seed seed;
  std::mt19937_64 random(seed);
  constexpr std::string_view kCharacters = "\"\\,(){} 'aN\n";
  for (int round = 0; round < 200; ++round) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = kCharacters[random() % kCharacters.size()];
    EXPECT_EQ(SendEverywhere(text).value(), Everywhere(text)) << text;
  }
}

TEST_F(RecordsTest, NullIsNotTheEmptyText) {
  EXPECT_EQ(SendEverywhere(std::nullopt).value(), Read{});
  const Rows rows = connection_
                        ->Execute(
                            "SELECT o.text IS NULL AS no_text, cardinality(o.records) AS "
                            "records FROM unnest($1::outer_record[]) o",
                            Params().RecordArray({Params().Null().RecordArray({})}))
                        .value();
  EXPECT_TRUE(rows.front().Bool("no_text"));
  EXPECT_EQ(rows.front().Int("records"), 0);
}

TEST_F(RecordsTest, ATextThatPostgresCannotHoldFailsTheStatement) {
  EXPECT_EQ(SqlState(SendEverywhere(std::string("a\0b", 3)).status()), "22021");
  EXPECT_EQ(SqlState(SendEverywhere("\xff").status()), "22021");
}

TEST_F(RecordsTest, RecordsKeepTheirOrder) {
  std::vector<Params> records(3);
  for (int64_t i = 0; i < 3; ++i)
    records[static_cast<size_t>(i)].Text(fmt::format("{}", i)).RecordArray({});
  const Rows rows =
      connection_
          ->Execute("SELECT text FROM unnest($1::outer_record[])", Params().RecordArray(records))
          .value();
  EXPECT_THAT(rows.Map([](const Row& row) { return row.Text("text"); }),
              ElementsAre("0", "1", "2"));
}

}  // namespace
}  // namespace motzkin::postgres
