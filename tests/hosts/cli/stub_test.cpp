// The command with a library that misbehaves: what it says, and that Ctrl-C twice always ends it.
#include <signal.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/yaml.h"
#include "tests/hosts/cli/process.h"

namespace winnow::tests {
namespace {

using document::Json;
using testing::HasSubstr;
using testing::Not;

Start with_stub(std::vector<std::string> words, const std::string& behaviour) {
  Start start;
  start.words = std::move(words);
  start.words.insert(start.words.begin(), WINNOW_COMMAND);
  start.environment = {{"WINNOW_LIBRARY", WINNOW_STUB}, {"STUB", behaviour}};
  return start;
}

std::string message(const Finished& finished) {
  const Json result = Json::parse(finished.out, nullptr, false);
  return result.is_object() ? result["error"].value("message", std::string())
                            : "no JSON: " + finished.out;
}

TEST(Library, OfAnotherAbiIsRefused) {
  for (const char* behaviour : {"older", "other"}) {
    const auto finished = run(with_stub({"tasks"}, behaviour));
    EXPECT_EQ(finished.status, 3) << behaviour;
    EXPECT_THAT(message(finished),
                HasSubstr("this command needs 1.1; install both from one release"));
  }
}

TEST(Library, OfANewerMinorAbiServes) {
  EXPECT_EQ(run(with_stub({"tasks"}, "")).status, 0);
}

TEST(Library, ThatIsNotThereIsNamed) {
  auto start = with_stub({"tasks"}, "");
  start.environment["WINNOW_LIBRARY"] = "/nowhere/libwinnow.so";
  const auto finished = run(start);
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(message(finished), HasSubstr("/nowhere/libwinnow.so"));
}

TEST(Library, ThatIsAnotherOneIsNamed) {
  auto start = with_stub({"tasks"}, "");
  start.environment["WINNOW_LIBRARY"] = "libm.so.6";
  const auto finished = run(start);
  EXPECT_EQ(finished.status, 3);
  EXPECT_THAT(message(finished), HasSubstr("libm.so.6 is not winnow's library"));
}

TEST(Library, ThatAnswersNonsenseIsAnInternalError) {
  EXPECT_THAT(message(run(with_stub({"tasks"}, "garbage"))), HasSubstr("not a JSON object"));
  const auto finished = run(with_stub({"tasks"}, "speechless"));
  EXPECT_THAT(message(finished), HasSubstr("status 99"));
  EXPECT_EQ(finished.status, 1);
}

// A library that never stops: the first signal asks, one that comes later ends the process.
TEST(Interruption, EndsTheProcessAtASignalThatComesLater) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    Process process(with_stub({"call", "X"}, "stubborn"));
    ASSERT_TRUE(process.wait_for("running"));
    process.signal(number);
    process.signal(number);
    process.signal(SIGINT);
    ASSERT_TRUE(process.wait_for("WARN  stopping; what is committed stays"));
    ASSERT_TRUE(process.wait_for("INFO  three seconds"));  // by the stub, from then on
    process.signal(number);
    const auto finished = process.finish();
    EXPECT_EQ(finished.status, 130);
    EXPECT_THAT(message(finished), HasSubstr("1234 rows in 0 batches were committed"));
    const Json error = Json::parse(finished.out)["error"];
    EXPECT_EQ(error["code"], "CANCELLED");
    EXPECT_FALSE(error.contains("done")) << "how much was done can't be known";
  }
}

Start on_a_terminal(Start start) {
  start.terminal = true;
  return start;
}

TEST(Bar, IsDrawnOnATerminal) {
  const auto finished = run(on_a_terminal(with_stub({"call", "PurgeLogs"}, "brief")));
  EXPECT_THAT(finished.err, HasSubstr("\r\x1b[KPurgeLogs  1,234 rows"));
  EXPECT_THAT(finished.err, testing::EndsWith("\r\x1b[K"));
  EXPECT_THAT(finished.out, "{}\n");
}

TEST(Bar, IsDrawnNowhereElse) {
  auto dumb = on_a_terminal(with_stub({"call", "PurgeLogs"}, "brief"));
  dumb.environment["TERM"] = "dumb";
  for (const auto& start : {with_stub({"call", "PurgeLogs"}, "brief"), dumb,
                            on_a_terminal(with_stub({"call", "PurgeLogs", "--quiet"}, "brief"))}) {
    const auto finished = run(start);
    EXPECT_EQ(finished.status, 0);
    EXPECT_THAT(finished.err, Not(HasSubstr("rows")));
    EXPECT_THAT(finished.err, Not(HasSubstr("\x1b")));
  }
}

TEST(Bar, HasNoColourThatNoColorCouldTake) {
  auto start = on_a_terminal(with_stub({"call", "PurgeLogs"}, "brief"));
  start.environment["NO_COLOR"] = "1";
  const auto finished = run(start);
  EXPECT_THAT(finished.err, HasSubstr("1,234 rows"));
  EXPECT_THAT(finished.err, Not(testing::ContainsRegex("\x1b\\[[0-9]+m")));
}

TEST(Console, ShowsNoControlCharactersOfALogLine) {
  const auto finished = run(with_stub({"call", "X"}, ""));
  EXPECT_THAT(finished.err, HasSubstr("INFO  running \\x1b[2J"));
}

TEST(Console, ColoursOnlyOnATerminalAndNotAgainstNoColor) {
  auto start = with_stub({"nonsense"}, "");
  EXPECT_THAT(run(start).err, Not(HasSubstr("\x1b")));
  start.terminal = true;
  EXPECT_THAT(run(start).err, HasSubstr("\x1b[31mERROR"));
  start.environment["NO_COLOR"] = "1";
  EXPECT_THAT(run(start).err, Not(HasSubstr("\x1b")));
}

TEST(Console, MayLoseItsReaderWithoutEndingARun) {
  auto start = with_stub({"call", "X"}, "");
  start.deaf = true;
  EXPECT_EQ(run(start).status, 0);
}

TEST(Usage, IsExplainedWithStatus2) {
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{}, "a command is needed"},
      {{"nonsense"}, "nonsense"},
      {{"run"}, "FLOW is required"},
      {{"call"}, "TASK is required"},
      {{"tasks", "--nope"}, "--nope"},
      {{"call", "X", "--params"}, "--params"},
      {{"tasks", "-q", "-v"}, "excludes"},
      {{"call", "X", "--params", "[]"}, "expected a map"},
      {{"call", "X", "--params", "{"}, "--params:1"},
      {{"call", "X", "--params", "@/nowhere.json"}, "/nowhere.json"}};
  for (const auto& [words, expected] : wrong) {
    const auto finished = run(with_stub(words, ""));
    EXPECT_EQ(finished.status, 2) << expected;
    EXPECT_THAT(message(finished), HasSubstr(expected));
    EXPECT_THAT(finished.err, HasSubstr("ERROR INVALID_"));
  }
}

TEST(Usage, HelpAndVersionArePlainText) {
  const auto help = run(with_stub({"--help"}, ""));
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status: 0 done"));
  EXPECT_THAT(run(with_stub({"run", "--help"}, "")).out, HasSubstr("winnow run [OPTIONS] FLOW"));
  const auto version = run(with_stub({"--version"}, ""));
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, HasSubstr("ABI 1.1"));
}

TEST(Usage, NeverRepeatsAPassword) {
  for (const char* option : {"--database", "--databse"}) {
    const auto finished = run(with_stub({"tasks", option, "postgresql://kestra:geheim@h/db"}, ""));
    EXPECT_EQ(finished.status, 2);
    EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("geheim")));
  }
}

}  // namespace
}  // namespace winnow::tests
