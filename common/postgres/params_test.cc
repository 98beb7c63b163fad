#include "common/postgres/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/postgres/client_environment.h"
#include "common/postgres/connection.h"

namespace motzkin::postgres {
namespace {

std::string Only(const Params& params) { return params.values().at(0).value(); }

TEST(ParamsTest, TextsInAnArrayAreQuotedSoThatAnyTextSurvives) {
  EXPECT_EQ(Only(Params().TextArray(std::vector<std::string>{"a", "", "NULL", "q\"b\\s,{}"})),
            R"({"a","","NULL","q\"b\\s,{}"})");
}

TEST(ParamsTest, AnEmptyOptionalIsNullAndAnEmptyTextIsNot) {
  EXPECT_EQ(Only(Params().TextArray(std::vector<std::optional<std::string>>{std::nullopt, ""})),
            R"({NULL,""})");
}

TEST(ParamsTest, RealsKeepEveryBitAndSpecialValues) {
  EXPECT_EQ(Only(Params().RealArray({0.1, std::numeric_limits<double>::infinity(), 1e300})),
            "{0.1,Infinity,1e+300}");
}

TEST(ParamsTest, BytesTravelAsHex) {
  EXPECT_EQ(Only(Params().Bytes(std::string("\0\xff", 2))), "\\x00ff");
}

TEST(ParamsTest, TimesTravelInUtcToTheMicrosecond) {
  EXPECT_EQ(Only(Params().Time(absl::FromUnixMicros(1))), "1970-01-01 00:00:00.000001+00");
}

TEST(ParamsTest, NumbersInARecordAreNotQuotedAndTextsAreOnlyWhereTheyMustBe) {
  const Params record =
      Params().Int(-7).Null().Text("").Text("giac").Text("a b").Text("q\"b\\s").Bytes("A");
  EXPECT_EQ(Only(Params().RecordArray({record})),
            R"x({"(-7,,\"\",giac,\"a b\",\"q\\\"b\\\\s\",\"\\\\x41\")"})x");
  EXPECT_EQ(Only(Params().RecordArray({})), "{}");
}

struct Person {
  std::string name;
  int32_t age = 0;
};

TEST(ParamsTest, TheFieldsOfRecordsBecomeOneArrayEach) {
  const std::vector<Person> people = {{"Ann", 30}, {"Bob", 40}};
  const Params params = Params().Bool(true).ArraysOf(
      people, &Person::name, &Person::age, [](const Person& person) { return person.age / 7.5; });
  ASSERT_EQ(params.values().size(), 4u);
  EXPECT_EQ(params.values()[1], R"({"Ann","Bob"})");
  EXPECT_EQ(params.values()[2], "{30,40}");
  EXPECT_EQ(params.values()[3], "{4,5.333333333333333}");
}

TEST(WithTimeoutsTest, WhatTheCallerSetsIsKept) {
  const std::string key_value = WithTimeouts("host=pi connect_timeout=3");
  EXPECT_NE(key_value.find("connect_timeout=3"), std::string::npos);
  EXPECT_EQ(key_value.find("connect_timeout=10"), std::string::npos);
  EXPECT_NE(key_value.find(" tcp_user_timeout="), std::string::npos);
  EXPECT_EQ(WithTimeouts("connect_timeout = 3").find("connect_timeout=10"), std::string::npos);
  EXPECT_NE(WithTimeouts("password=connect_timeout=3").find("connect_timeout=10"),
            std::string::npos);
}

TEST(WithTimeoutsTest, AUriGetsItsParametersAfterAQuestionMark) {
  EXPECT_EQ(
      WithTimeouts("postgresql://pi/motzkin").find("postgresql://pi/motzkin?connect_timeout="), 0u);
  EXPECT_EQ(WithTimeouts("postgresql://pi/motzkin?a=b")
                .find("postgresql://pi/motzkin?a=b&connect_timeout="),
            0u);
}

TEST(WithServerCertificateTest, LibpqReadsTheNameOfTheFileBackFromBothForms) {
  constexpr char kFile[] = "/a b/it's%41&x=\\?.pem";
  for (const char* conninfo : {"postgresql://pi/d", "postgresql://pi/d?port=1", "host=pi", ""}) {
    EXPECT_THAT(ClientEnvironment(WithServerCertificate(conninfo, kFile)).value(),
                ::testing::IsSupersetOf(
                    {std::string("PGSSLROOTCERT=") + kFile, std::string("PGSSLMODE=verify-ca")}))
        << conninfo;
  }
}

TEST(ClientEnvironmentTest, UrisAndPairsBecomeVariables) {
  using ::testing::UnorderedElementsAre;
  EXPECT_THAT(ClientEnvironment("postgresql://me:secret@pi:5433/data").value(),
              UnorderedElementsAre("PGUSER=me", "PGPASSWORD=secret", "PGHOST=pi", "PGPORT=5433",
                                   "PGDATABASE=data"));
  EXPECT_THAT(ClientEnvironment("host='/a b' dbname=data").value(),
              UnorderedElementsAre("PGHOST=/a b", "PGDATABASE=data"));
  EXPECT_TRUE(absl::IsInvalidArgument(ClientEnvironment("nonsense").status()));
}

TEST(ClientEnvironmentTest, ValuesAreDecoded) {
  using ::testing::IsSupersetOf;
  EXPECT_THAT(ClientEnvironment("postgresql://reader:a%40b%2f@127.0.0.1:5433/data").value(),
              IsSupersetOf({"PGUSER=reader", "PGPASSWORD=a@b/", "PGHOST=127.0.0.1"}));
  EXPECT_THAT(ClientEnvironment("postgresql:///data?host=/tmp@a:b").value(),
              ::testing::UnorderedElementsAre("PGHOST=/tmp@a:b", "PGDATABASE=data"));
}

TEST(ClientEnvironmentTest, NoErrorShowsAPartOfThePassword) {
  for (const char* unreadable :
       {"postgresql://me:secret%zz@pi/data", "postgresql://me@[secret/data",
        "postgresql://me@pi/data?password=secret&secret", "password=a secret", "password='secret",
        "secret", "host=pi password=secret secret=secret"}) {
    for (const absl::Status& status :
         {ClientEnvironment(unreadable).status(), Connection::Open(unreadable).status()}) {
      EXPECT_FALSE(status.ok()) << unreadable;
      EXPECT_EQ(std::string(status.message()).find("secret"), std::string::npos) << status;
    }
  }
}

}  // namespace
}  // namespace motzkin::postgres
