// Runs generate, integrate, evaluate and start --print with the real binary and without a cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/text/exit_code.h"
#include "cli/text/json.h"
#include "cli/verbs/testing/run_motzkin.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(GenerateTest, TheSameSeedGivesTheSameFunctions) {
  const Ran first = RunMotzkin({"generate", "lample-charton", "--count", "20", "--seed", "5"});
  const Ran again = RunMotzkin({"generate", "lample-charton", "--count", "20", "--seed", "5"});
  const Ran other = RunMotzkin({"generate", "lample-charton", "--count", "20", "--seed", "6"});
  EXPECT_EQ(first.code, kExitOk) << first.err;
  EXPECT_EQ(std::count(first.out.begin(), first.out.end(), '\n'), 20);
  EXPECT_EQ(first.out, again.out);
  EXPECT_NE(first.out, other.out);
}

TEST(GenerateTest, FirstContinuesWhereCountEnded) {
  const Ran all = RunMotzkin({"generate", "intclass", "--count", "6", "--format", "prefix"});
  const Ran head = RunMotzkin({"generate", "intclass", "--count", "4", "--format", "prefix"});
  const Ran tail =
      RunMotzkin({"generate", "intclass", "--first", "4", "--count", "2", "--format", "prefix"});
  EXPECT_EQ(all.out, head.out + tail.out);
}

TEST(GenerateTest, BackwardLinesHoldTheIntegralToo) {
  const Ran ran = RunMotzkin({"generate", "lample-charton", "--kind", "backward", "--count", "5"});
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\t'), 5);
}

TEST(GenerateTest, AnUnknownPresetIsNotFoundAndListsTheOthers) {
  const Ran ran = RunMotzkin({"generate", "lample"});
  EXPECT_EQ(ran.code, kExitNotFound);
  EXPECT_THAT(ran.err, HasSubstr("lample-charton"));
  EXPECT_EQ(ran.out, "");
}

TEST(GenerateTest, VariantsAreAllDifferentAndSayWhatChanged) {
  const Ran ran = RunMotzkin({"generate", "--like", "x*exp(3*x)", "--count", "30", "--json"});
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  std::set<std::string> hashes, changes;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    const Json variant = Json::parse(line);
    hashes.insert(variant["canonical_hash"]);
    changes.insert(variant["change"]);
  }
  EXPECT_EQ(hashes.size(), 30u);
  EXPECT_THAT(changes, ElementsAre("constants", "one more operator", "one operator less"));
}

TEST(GenerateTest, WhereThereAreNoMoreVariantsItSaysSoAndEnds) {
  const Ran ran = RunMotzkin({"generate", "--like", "x", "--count", "5000"});
  EXPECT_EQ(ran.code, kExitOk);
  const auto printed = std::count(ran.out.begin(), ran.out.end(), '\n');
  EXPECT_GT(printed, 40);
  EXPECT_EQ(ran.err, "motzkin: only " + std::to_string(printed) + " variants of x were found\n");
}

TEST(GenerateTest, WhatHasNoVariantsIsOneLine) {
  EXPECT_THAT(RunMotzkin({"generate"}).err, HasSubstr("name a PRESET, or a function with --like"));
  const Ran constant = RunMotzkin({"generate", "--like", "7"});
  EXPECT_EQ(constant.code, kExitUsage);
  EXPECT_THAT(constant.err, HasSubstr("--like '7': it is constant"));
  const Ran unknown = RunMotzkin({"generate", "--like", "sine(x)"});
  EXPECT_EQ(unknown.code, kExitUsage);
  EXPECT_THAT(unknown.err, HasSubstr("--like: column 1: unknown function 'sine'"));
}

TEST(WatchTest, AnIntervalIsNeverNegative) {
  for (const char* interval : {"-0.0", "-1s"}) {
    const Ran ran = RunMotzkin({"watch", std::string("--interval=") + interval});
    EXPECT_EQ(ran.code, kExitUsage) << interval << ": " << ran.err;
  }
}

TEST(RestoreTest, NothingIsVerifiedIfTheCoordinatorIsKilled) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path coordinator = directory.path() / "coordinator";
  std::ofstream(coordinator) << "#!/bin/sh\nkill -9 $$\n";
  std::filesystem::permissions(coordinator, std::filesystem::perms::owner_all);
  const Ran ran = RunMotzkin({"restore", (directory.path() / "backup").string(), "--data-dir",
                              (directory.path() / "data").string(), "--verify",
                              "--coordinator-binary", coordinator.string()});
  EXPECT_EQ(ran.code, kExitFailure) << ran.err;
}

TEST(IntegrateTest, AFunctionGoesThroughSandboxLadderAndVerifier) {
  const Ran ran = RunMotzkin({"integrate", "x**2 + cos(x)", "--json"});
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["outcome"], "integrated");
  EXPECT_EQ(json["engine"], "giac");
  EXPECT_EQ(json["verification"]["verdict"], "verified");
}

TEST(IntegrateTest, NoVerifiedIntegralHasAnExitCodeOfItsOwn) {
  EXPECT_EQ(RunMotzkin({"integrate", "exp(x)*sin(1/x)"}).code, kExitNoIntegral);
}

TEST(IntegrateTest, AFunctionThatBeginsWithAMinusGoesBehindTwoDashes) {
  const Ran refused = RunMotzkin({"integrate", "-x*exp(x)"});
  EXPECT_EQ(refused.code, kExitUsage);
  EXPECT_THAT(refused.err, HasSubstr("put -- before it"));
  EXPECT_EQ(RunMotzkin({"integrate", "--", "-x*exp(x)"}).code, kExitOk);
}

TEST(IntegrateTest, WhatAnEngineSaysDoesNotRuleTheTerminal) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path script = directory.path() / "integrator";
  std::ofstream(script) << "#!/bin/sh\nexec " << MOTZKIN_SCRIPTED_INTEGRATOR
                        << " --has giac=1 --message \"$(printf '\\033[2J\\377')\" -- \"$@\"\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  std::vector<std::string> arguments = {"integrate",    "x", "--ladder", "giac=100", "--integrator",
                                        script.string()};
  for (const bool json : {false, true}) {
    if (json) arguments.emplace_back("--json");
    const Ran ran = RunMotzkin(arguments);
    EXPECT_EQ(ran.code, kExitNoIntegral) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("x1b[2J"));
    for (const char c : ran.out) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << int{c};
  }
}

TEST(IntegrateTest, AWrongExpressionIsShownWithACaret) {
  const Ran ran = RunMotzkin({"integrate", "x + foo(x)"});
  EXPECT_EQ(ran.code, kExitUsage);
  EXPECT_THAT(ran.err, StartsWith("motzkin: column 5: unknown function 'foo'"));
  EXPECT_THAT(ran.err, EndsWith("\n  x + foo(x)\n      ^\n"));
}

TEST(IntegrateTest, AWrongLadderIsRefused) {
  EXPECT_EQ(RunMotzkin({"integrate", "x", "--ladder", "maple=5"}).code, kExitUsage);
  EXPECT_EQ(RunMotzkin({"integrate", "x", "--ladder", "giac=0"}).code, kExitUsage);
  EXPECT_EQ(RunMotzkin({"integrate", "x", "--memory", "1 kB"}).code, kExitUsage);
  const auto small = RunMotzkin({"integrate", "x", "--ladder", "fricas=60", "--memory", "256 MiB"});
  EXPECT_EQ(small.code, kExitUsage);
  EXPECT_THAT(small.err, HasSubstr("--memory must be at least 536870912 (512 MiB) for fricas"));
  EXPECT_EQ(RunMotzkin({"integrate", "x", "--integrator", "/nonexistent"}).code, kExitNotFound);
}

TEST(EvaluateTest, SolvesJudgesAndCountsWrongLines) {
  const Ran ran = RunMotzkin({"evaluate", "-", "--json", "--jobs", "2"},
                             "{\"integrand\": \"cos(x)\"}\n"
                             "{\"integrand\": \"2*x\", \"candidates\": [\"x^2\", \"x^3\"]}\n"
                             "{\"integrand\": \"exp(x)*sin(1/x)\"}\n"
                             "nonsense\n");
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["functions"], 3);
  EXPECT_EQ(json["solved"], 2);
  EXPECT_EQ(json["invalid"], 1);
  EXPECT_EQ(json["candidates"]["verified"], 1);
  EXPECT_EQ(json["candidates"]["refuted"], 1);
  EXPECT_GT(json["cpu_seconds"], 0.0);
  EXPECT_THAT(ran.err, HasSubstr("stdin:4: not JSON"));
}

TEST(EvaluateTest, DetailsAreInTheOrderOfTheFile) {
  const Ran ran = RunMotzkin({"evaluate", "-", "--details", "-", "--jobs", "3"},
                             "{\"id\": \"a\", \"integrand\": \"cos(x)\"}\n"
                             "{\"id\": \"b\", \"integrand\": \"x\"}\n"
                             "{\"id\": \"c\", \"integrand\": \"sin(x)\"}\n");
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  std::istringstream lines(ran.out);
  std::string ids;
  for (std::string line; std::getline(lines, line);)
    ids += Json::parse(line)["id"].get<std::string>();
  EXPECT_EQ(ids, "abc");
}

TEST(EvaluateTest, PublishedFilesAreJudgedAsTheyAre) {
  const Ran ran = RunMotzkin({"evaluate", "-", "--json"},
                             "2|sub Y' add INT+ 4 mul INT+ 2 pow add x sqrt INT+ 3 INT- 1\t"
                             "add mul INT+ 2 ln add x sqrt INT+ 3 mul INT+ 4 x\n"
                             "1|sub Y' add pow2 x inv x\tadd div pow3 x INT+ 3 ln x\n"
                             "1|add y mul x Y'\tdiv c x\n");
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["candidates"]["verified"], 2);
  EXPECT_EQ(json["invalid"], 1);
  EXPECT_THAT(ran.err, StartsWith("motzkin: stdin:3: a differential equation"));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
}

TEST(EvaluateTest, LatexOfModelsIsJudged) {
  const Ran ran =
      RunMotzkin({"evaluate", "-", "--json"},
                 R"json({"integrand": "\\log{\\left(x \\right)}", "candidates": )json"
                 R"json(["x \\log{\\left(x \\right)} - x", "x\\ln x - x", "x(\\ln|x| - 1)"]})json");
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_EQ(Json::parse(ran.out)["candidates"]["verified"], 3) << ran.out;
}

TEST(EvaluateTest, AConstantOfIntegrationIsNoPartOfAnAnswer) {
  const Ran ran = RunMotzkin(
      {"evaluate", "-", "--json"},
      "{\"integrand\": \"3*x^2\", \"candidates\": [\"x^3 + C\", \"C_1 + x^3\", \"x^2 + c\"]}\n"
      "{\"integrand\": \"3*c*x^2\", \"candidates\": [\"x^3 + c\"]}\n");
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  const Json json = Json::parse(ran.out);
  EXPECT_EQ(json["candidates"]["verified"], 2) << ran.out;
  EXPECT_EQ(json["candidates"]["refuted"], 1) << ran.out;
  EXPECT_EQ(json["invalid"], 1) << ran.out;
}

std::vector<Json> Details(const std::string& input) {
  const Ran ran = RunMotzkin({"evaluate", "-", "--details", "-", "--ladder", "giac=100"}, input);
  EXPECT_EQ(ran.code, kExitOk) << ran.err;
  std::vector<Json> details;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) details.push_back(Json::parse(line));
  return details;
}

TEST(EvaluateTest, AnswersToADefiniteIntegralAreItsValues) {
  const auto details = Details(
      R"json({"integrand": "exp(-x**2)", "lower": "-oo", "upper": "oo", "candidates": ["sqrt(pi)", "pi"]})json"
      "\n"
      R"json({"integrand": "1/sqrt(x)", "lower": 0, "upper": 4, "value": "4"})json"
      "\n"
      R"json({"integrand": "x", "lower": "0", "upper": "\\frac{\\pi}{2}", "value": null})json"
      "\n"
      R"json({"integrand": "1/x", "lower": "0", "upper": "1", "candidates": ["1"]})json"
      "\n"
      R"json({"integrand": "x", "lower": "0", "upper": null})json"
      "\n");
  ASSERT_EQ(details.size(), 5u);
  const Json& gauss = details[0]["candidates"];
  EXPECT_EQ(gauss[0]["verdict"], "verified") << details[0];
  EXPECT_THAT(gauss[0]["value"].get<std::string>(), StartsWith("1.7724538509055160272981674833"));
  EXPECT_GE(gauss[0]["value_digits"].get<int>(), 25);
  EXPECT_EQ(gauss[1]["verdict"], "refuted");
  EXPECT_EQ(details[1]["candidates"][0]["verdict"], "verified") << details[1];
  EXPECT_EQ(details[2]["outcome"], "integrated") << details[2];
  EXPECT_THAT(details[2]["value"].get<std::string>(), StartsWith("1.2337005501361698273543113749"));
  EXPECT_EQ(details[3]["outcome"], "unverified") << details[3];
  EXPECT_THAT(details[4]["error"].get<std::string>(), HasSubstr("needs both lower and upper"));
}

TEST(EvaluateTest, APartOfTheLineIsNamedByItsEnds) {
  const auto details = Details(R"json({"integrand": "abs(x)", "candidates": ["x^2/2"]})json"
                               "\n"
                               R"json({"integrand": "1/(1+x^2)", "candidates": ["-atan(1/x)"]})json"
                               "\n");
  const Json& partly = details.at(0)["candidates"][0];
  EXPECT_EQ(partly["verdict"], "partly");
  EXPECT_EQ(partly["valid_on"].size(), 1u);
  EXPECT_EQ(partly["refuted_on"].size(), 1u);
  EXPECT_EQ(partly["valid_on"][0][1], 8.0);
  EXPECT_EQ(partly["refuted_on"][0][0], -8.0);
  EXPECT_EQ(partly["reason"], "right on [0, 8]; wrong on [-8, 0]");
  const Json& jumps = details.at(1)["candidates"][0];
  EXPECT_EQ(jumps["verdict"], "verified");
  EXPECT_EQ(jumps["continuous_on"].size(), 2u);
  EXPECT_THAT(jumps["reason"].get<std::string>(), StartsWith("jumps; continuous on [-8, "));
}

TEST(IntegrateTest, ADefiniteIntegralIsLeftToEvaluate) {
  const Ran ran = RunMotzkin({"integrate", R"({"integrand": "x", "lower": "0", "upper": "1"})"});
  EXPECT_EQ(ran.code, kExitUsage);
  EXPECT_THAT(ran.err, HasSubstr("a definite integral"));
}

TEST(EvaluateTest, ALetterThatMayBeAParameterIsNotedOnceForTheFile) {
  const std::string input =
      "{\"integrand\": \"1/(e*x+2)\", \"candidates\": [\"log(e*x+2)/e\"]}\n"
      "{\"integrand\": \"e*x\", \"candidates\": [\"e*x^2/2\"]}\n";
  const Ran any = RunMotzkin({"evaluate", "-", "--json"}, input);
  ASSERT_EQ(any.code, kExitOk) << any.err;
  EXPECT_THAT(any.err, StartsWith("motzkin: note: e is read as Euler's number"));
  EXPECT_EQ(std::count(any.err.begin(), any.err.end(), '\n'), 1);
  EXPECT_EQ(Json::parse(any.out)["notes"].size(), 1u);
  const Ran sympy = RunMotzkin({"evaluate", "-", "--json", "--dialect", "sympy"}, input);
  EXPECT_EQ(sympy.code, kExitUsage);
  EXPECT_THAT(sympy.err, HasSubstr("unknown name 'e'"));
  EXPECT_EQ(std::count(sympy.err.begin(), sympy.err.end(), '\n'), 3) << "a message with its place";
  const Ran power = RunMotzkin({"evaluate", "-", "--json"},
                               "{\"integrand\": \"e^x\", \"candidates\": [\"e^x + e\"]}\n");
  EXPECT_EQ(power.err, "");
}

TEST(EvaluateTest, AnAnswerInMaplesConventionIsRightInItsDialect) {
  const std::string input =
      "{\"integrand\": \"1/(sqrt(1-x^2)*sqrt(1-x^2/4))\", "
      "\"candidates\": [\"EllipticF(x, 1/2)\"]}";
  const Ran maple = RunMotzkin({"evaluate", "-", "--json", "--dialect", "maple"}, input);
  ASSERT_EQ(maple.code, kExitOk) << maple.err;
  EXPECT_EQ(Json::parse(maple.out)["candidates"]["verified"], 1) << maple.out;
  EXPECT_EQ(maple.err, "");
  const Ran any = RunMotzkin({"evaluate", "-", "--json"}, input);
  EXPECT_EQ(Json::parse(any.out)["candidates"]["refuted"], 1) << any.out;
  EXPECT_THAT(any.err, StartsWith("motzkin: note: EllipticF(phi, m) is read as Mathematica's"));
  EXPECT_THAT(any.err, HasSubstr("--dialect maple"));
  EXPECT_EQ(Json::parse(any.out)["notes"].size(), 1u);
}

TEST(EvaluateTest, WhatCannotBeReadIsOneMessage) {
  std::string input;
  for (int i = 0; i < 402; ++i) input += "frobnicate(x)\n";
  const Ran ran = RunMotzkin({"evaluate", "-"}, input);
  EXPECT_EQ(ran.code, kExitUsage);
  EXPECT_THAT(ran.err,
              StartsWith("motzkin: stdin:1: column 1: unknown function 'frobnicate'; it is "
                         "the first of 402 that cannot be read, of 402\n"));
  EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 3);
  const Ran dialect = RunMotzkin({"evaluate", "-", "--dialect", "reduce"}, "x\n");
  EXPECT_EQ(dialect.code, kExitUsage);
  EXPECT_THAT(dialect.err,
              HasSubstr("--dialect must be maple, mathematica, sympy, fricas or giac"));
}

TEST(IntegrateTest, ALineOfAFileIsAFunction) {
  const Ran line = RunMotzkin({"integrate", "1|sub Y' add pow2 x inv x", "--json"});
  ASSERT_EQ(line.code, kExitOk) << line.err;
  EXPECT_EQ(Json::parse(line.out)["integrand"], "add pow x INT+ 2 div INT+ 1 x");
  const Ran latex = RunMotzkin({"integrate", "-", "--json"}, "7\\sin(\\frac{\\pi}{5}x)+1\n");
  ASSERT_EQ(latex.code, kExitOk) << latex.err;
  EXPECT_EQ(Json::parse(latex.out)["outcome"], "integrated");
  EXPECT_EQ(RunMotzkin({"integrate", "[\"x\", \"2\"]"}).code, kExitUsage);
}

TEST(StartTest, ADirectoryHidesNoPreset) {
  // The program starts in the root directory.
  const Ran ran = RunMotzkin({"start", "usr", "--print"});
  EXPECT_EQ(ran.code, kExitNotFound) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("lample-charton"));
}

TEST(StartTest, PrintShowsTheFullJobWithoutACoordinator) {
  const Ran ran = RunMotzkin({"start", "lample-charton", "--target", "2M", "--name", "mine",
                              "--seed", "9", "--print", "--coordinator", "localhost:1"});
  ASSERT_EQ(ran.code, kExitOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("name: \"mine\"\n"));
  EXPECT_THAT(ran.out, HasSubstr("seed: 9\ntarget: 2000000\n"));
}

TEST(UsageTest, MistakesExitWithTwoAndPrintNoData) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"frobnicate"},
                                                    {"start"},
                                                    {"generate", "intclass", "--count", "x"},
                                                    {"start", "lample-charton", "--target", "many"},
                                                    {"show", "demo"}}) {
    const Ran ran = RunMotzkin(arguments);
    EXPECT_EQ(ran.code, kExitUsage) << testing::PrintToString(arguments);
    EXPECT_NE(ran.err, "");
    EXPECT_EQ(ran.out, "");
  }
}

TEST(UsageTest, AnAbsentCoordinatorHasAnExitCodeOfItsOwn) {
  for (const char* verb : {"jobs", "status", "watch", "workers", "events", "psql"}) {
    const Ran ran = RunMotzkin({"--coordinator", "localhost:1", verb});
    EXPECT_EQ(ran.code, kExitUnreachable) << verb;
    EXPECT_THAT(ran.err, HasSubstr("no coordinator answers at localhost:1"));
  }
}

TEST(EvaluateTest, AnErrorOfTheDiskIsNotTheEndOfTheFile) {
  // The first page of a process is not mapped, so reading it fails with EIO.
  const Ran ran = RunMotzkin({"evaluate", "/proc/self/mem"});
  EXPECT_EQ(ran.code, kExitFailure) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("cannot read /proc/self/mem"));
}

}  // namespace
}  // namespace motzkin::cli
