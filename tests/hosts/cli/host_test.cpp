// The parts of the command that need no library: durations, the bar, the configuration, inputs,
// parameters.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/configuration.h"
#include "hosts/cli/console/console.h"
#include "hosts/cli/flow/duration.h"
#include "hosts/cli/flow/inputs.h"
#include "hosts/cli/flow/parameters.h"
#include "hosts/cli/flow/scope.h"
#include "hosts/cli/options.h"

namespace winnow::cli {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(Duration, ReadsIso8601) {
  EXPECT_EQ(read_duration("PT30M"), milliseconds(1'800'000));
  EXPECT_EQ(read_duration("PT1.5S"), milliseconds(1500));
  EXPECT_EQ(read_duration("P1DT2H3M4S"), milliseconds(93'784'000));
  EXPECT_EQ(read_duration("P2W"), milliseconds(1'209'600'000));
  EXPECT_EQ(read_duration("P1D"), milliseconds(86'400'000));
}

TEST(Duration, RefusesOtherForms) {
  for (const char* text : {"",      "P",     "PT",     "30M",     "PT30",
                           "PTM",   "P1DT",  "PT1M1H", "PT1M2M",  "P1M",
                           "P1Y",   "PT-5S", "PT1.5H", "PT1..5S", "PT0S",
                           "PT 5S", "PT5S ", "pt5s",   "P10000D", "PT99999999999999999999S"}) {
    EXPECT_FALSE(read_duration(text)) << text;
  }
}

winnow_progress progress(std::int64_t done, std::int64_t planned) {
  winnow_progress progress{};
  progress.size = sizeof progress;
  progress.phase = WINNOW_PHASE_WORKING;
  progress.rows_done = done;
  progress.rows_planned = planned;
  progress.batches = 3;
  progress.elapsed_ms = 4200;
  return progress;
}

TEST(Bar, ShowsTheShareWhereItIsKnown) {
  EXPECT_EQ(Console::bar("purge", progress(5000, 10000), 100),
            "purge  [###############...............] 50% 5,000/10,000  3 batches  4 s");
  EXPECT_EQ(Console::bar("purge", progress(1234567, -1), 100),
            "purge  1,234,567 rows  3 batches  4 s");
}

TEST(Bar, NeverGoesBeyondItsEndsOrTheTerminal) {
  EXPECT_THAT(Console::bar("purge", progress(20000, 10000), 100), HasSubstr("100%"));
  EXPECT_THAT(Console::bar("purge", progress(-5, 10000), 100), HasSubstr("0%"));
  for (std::size_t columns = 0; columns < 90; ++columns) {
    EXPECT_LE(Console::bar("a task with a long name", progress(5000, 10000), columns).size(),
              std::max<std::size_t>(columns, 3))
        << columns;
  }
}

TEST(Printable, LetsNoTextCommandTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\x07"), "a?[2Jb? ?");
  EXPECT_EQ(printable("Größe"), "Größe");
}

class ConfigurationTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"WINNOW_CONFIG", "WINNOW_DATABASE_PASSWORD"}) ::unsetenv(name);
    folder_ =
        std::filesystem::path(testing::TempDir()) / ("winnow-config-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  static void write(const std::string& name, const std::string& text) {
    std::ofstream(name) << text;
  }

  std::filesystem::path folder_;
  std::filesystem::path before_;
  Options options_;
};

TEST_F(ConfigurationTest, IsEmptyWithoutAFile) {
  EXPECT_EQ(read_configuration(options_)->text, "");
}

TEST_F(ConfigurationTest, HandsTheFileOverAsItIs) {
  write("winnow.yaml", "database: {url: 'sqlite:x'}  # comment\n");
  EXPECT_EQ(read_configuration(options_)->text, "database: {url: 'sqlite:x'}  # comment\n");
}

TEST_F(ConfigurationTest, PrefersTheOptionToTheVariableToTheFolder) {
  write("winnow.yaml", "a");
  write("b.yaml", "b");
  write("c.yaml", "c");
  ::setenv("WINNOW_CONFIG", "b.yaml", 1);
  EXPECT_EQ(read_configuration(options_)->text, "b");
  options_.config = "c.yaml";
  EXPECT_EQ(read_configuration(options_)->text, "c");
}

TEST_F(ConfigurationTest, NamesAFileThatIsNotThere) {
  options_.config = "nowhere.yaml";
  const auto text = read_configuration(options_);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code(), "CONFIGURATION");
  EXPECT_THAT(text.error().message(), HasSubstr("nowhere.yaml"));
}

TEST_F(ConfigurationTest, LaysTheCommandLineOverTheFile) {
  write("winnow.yaml", "database: {url: 'sqlite:x', connections: 2}\npolicy: {protect: [a]}\n");
  options_.database = "postgresql://kestra@127.0.0.1/kestra";
  options_.storage = "/app/storage";
  options_.kestra = "application.yml";
  EXPECT_EQ(Json::parse(read_configuration(options_)->text), Json::parse(R"({
    "database": {"url": "postgresql://kestra@127.0.0.1/kestra", "connections": 2}, "policy": {"protect": ["a"]},
    "kestra": "application.yml", "storage": {"type": "local", "base-path": "/app/storage"}})"));
}

TEST_F(ConfigurationTest, NamesThePasswordsVariableAndNotThePassword) {
  ::setenv("WINNOW_DATABASE_PASSWORD", "geheim", 1);
  options_.database = "postgresql://kestra@127.0.0.1/kestra";
  const auto text = read_configuration(options_);
  ASSERT_TRUE(text);
  EXPECT_EQ(Json::parse(text->text)["database"]["password"],
            Json::parse(R"({"env": "WINNOW_DATABASE_PASSWORD"})"));
  EXPECT_THAT(text->text, testing::Not(HasSubstr("geheim")));
}

TEST_F(ConfigurationTest, SaysWhereABrokenFileIsBroken) {
  write("winnow.yaml", "a: 1\na: 2\n");
  options_.storage = "x";
  EXPECT_THAT(read_configuration(options_).error().message(), HasSubstr("winnow.yaml:2"));
}

TEST_F(ConfigurationTest, RefusesAPasswordOnTheCommandLine) {
  for (const char* url :
       {"postgresql://kestra:geheim@h/db", "jdbc:postgresql://h/db?user=k&password=geheim",
        "postgresql://h/db?Password=geheim", "mysql://k:ge@heim@h/db",
        "jdbc:mysql://k:geheim@h:3306/db"}) {
    options_.database = url;
    const auto text = read_configuration(options_);
    ASSERT_FALSE(text) << url;
    EXPECT_EQ(text.error().code(), "INVALID_ARGUMENT");
    EXPECT_THAT(text.error().message(), testing::Not(HasSubstr("heim")));
  }
}

TEST_F(ConfigurationTest, AcceptsUrlsWithoutAPassword) {
  for (const char* url :
       {"postgresql://kestra@h:5432/db", "postgresql://h:5432/db", "sqlite:/tmp/a:b@c.db",
        "jdbc:postgresql://h:5432/kestra?sslmode=verify-full",
        "postgresql://[::1]:5432/db?a=x:y@z"}) {
    options_.database = url;
    EXPECT_TRUE(read_configuration(options_)) << url;
  }
}

TEST(Passwords, AreTakenOutOfMessages) {
  EXPECT_EQ(without_passwords("not expected: --d postgres://u:p@w@h/db and mysql://u:x@h"),
            "not expected: --d postgres://u:***@h/db and mysql://u:***@h");
  EXPECT_EQ(without_passwords("http://h:80/x@y"), "http://h:80/x@y");
}

TEST(CommandLine, TakesGlobalOptionsBeforeAndBehindTheCommand) {
  const char* words[] = {"winnow", "--config",  "a", "run",     "flow.yaml", "--input",
                         "x=1",    "--storage", "s", "--input", "y=2",       "-q"};
  const auto options = read_options(std::size(words), words);
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->config, "a");
  EXPECT_EQ(options->storage, "s");
  EXPECT_EQ(options->flow, "flow.yaml");
  EXPECT_THAT(options->inputs, testing::ElementsAre("x=1", "y=2"));
  EXPECT_EQ(options->loudness, Loudness::quiet);
}

TEST(CommandLine, DoesNotTakeTheFlowForAnInput) {
  const char* words[] = {"winnow", "run", "--input", "x=1", "flow.yaml"};
  const auto options = read_options(std::size(words), words);
  ASSERT_TRUE(options) << options.error().text;
  EXPECT_EQ(options->flow, "flow.yaml");
}

Flow flow_with_inputs(const std::string& inputs) {
  auto document = document::parse_yaml(
      "id: f\nnamespace: n\ninputs:\n" + inputs + "tasks: [{id: a, type: T}]\n", "f.yaml");
  return *read_flow(std::move(*document));
}

Json inputs_of(const std::string& definition, const std::map<std::string, std::string>& given) {
  const Flow flow = flow_with_inputs(definition);
  const auto inputs = resolve_inputs(flow, given, initial_scope(flow));
  return inputs ? *inputs : Json(inputs.error().message);
}

TEST(Inputs, HaveTheTypesThatTheFlowAsksFor) {
  EXPECT_EQ(inputs_of("  - {id: a, type: INT}\n", {{"a", "-5"}}), Json::parse(R"({"a": -5})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: FLOAT}\n", {{"a", "1.5"}}), Json::parse(R"({"a": 1.5})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: BOOLEAN}\n", {{"a", "true"}}),
            Json::parse(R"({"a": true})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: STRING}\n", {{"a", "x=y"}}),
            Json::parse(R"({"a": "x=y"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: ARRAY}\n", {{"a", "[\"x\"]"}}),
            Json::parse(R"({"a": ["x"]})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: JSON}\n", {{"a", "{\"x\": 1}"}}),
            Json::parse(R"({"a": {"x": 1}})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: DATETIME}\n", {{"a", "2026-02-03T01:00:00Z"}}),
            Json::parse(R"({"a": "2026-02-03T01:00:00Z"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: DATE}\n", {{"a", "2026-02-03"}}),
            Json::parse(R"({"a": "2026-02-03"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: TIME}\n", {{"a", "01:00"}}),
            Json::parse(R"({"a": "01:00"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: DURATION}\n", {{"a", "PT5M"}}),
            Json::parse(R"({"a": "PT5M"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: MULTISELECT, values: [x, y]}\n", {{"a", "[\"y\"]"}}),
            Json::parse(R"({"a": ["y"]})"));
}

TEST(Inputs, RefuseWhatDoesNotFit) {
  const std::pair<const char*, const char*> wrong[] = {{"INT", "1.5"},
                                                       {"INT", ""},
                                                       {"INT", "9223372036854775808"},
                                                       {"FLOAT", "nan"},
                                                       {"FLOAT", "1,5"},
                                                       {"BOOLEAN", "yes"},
                                                       {"DATETIME", "2026-02-03T01:00:00"},
                                                       {"DATE", "2026-02-30"},
                                                       {"DATE", "2026-02-03T00:00:00Z"},
                                                       {"TIME", "25:00"},
                                                       {"DURATION", "5 minutes"},
                                                       {"ARRAY", "x"},
                                                       {"ARRAY", "{}"},
                                                       {"JSON", "{"}};
  for (const auto& [type, value] : wrong) {
    EXPECT_THAT(inputs_of(std::string("  - {id: a, type: ") + type + "}\n", {{"a", value}}).dump(),
                HasSubstr("--input a: the value must be"))
        << type << " " << value;
  }
}

TEST(Inputs, MayUseTheOnesBeforeThemInTheirDefaults) {
  EXPECT_EQ(inputs_of("  - {id: a, type: INT, defaults: 3}\n  - {id: b, type: INT, defaults: '{{ "
                      "inputs.a * 2 }}'}\n",
                      {}),
            Json::parse(R"({"a": 3, "b": 6})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: STRING, required: false}\n", {}),
            Json::parse(R"({"a": null})"));
}

// Text that came in as a value is never evaluated.
TEST(Inputs, AreNotExpressions) {
  EXPECT_EQ(inputs_of("  - {id: a, type: STRING}\n", {{"a", "{{ now() }}"}}),
            Json::parse(R"({"a": "{{ now() }}"})"));
}

Json parameters_of(const std::string& yaml, Readiness readiness = Readiness::now) {
  auto document = document::parse_yaml(
      "id: f\nnamespace: n\nvariables: {n: 5, l: [x], t: '7', f: true, e: '', s: '{\"a\": 1}', i: "
      "'{ {x} }'}\ntasks: [{id: a, type: T, " +
          yaml + "}]\n",
      "f.yaml");
  if (!document) return document.error().message;
  const auto flow = read_flow(std::move(*document));
  if (!flow) return flow.error().message;
  expression::Scope scope = initial_scope(*flow);
  scope.variables["outputs"] = Json::parse(R"({"l": {"size": 3, "rows": [{"id": "x"}]}})");
  const Json schema = Json::parse(R"({"type": "object", "properties": {
    "text": {"type": "string"}, "whole": {"type": "integer"}, "real": {"type": "number"}, "flag": {"type": "boolean"},
    "list": {"type": "array"}, "map": {"type": "object"}, "either": {"type": ["integer", "array"]}}})");
  const auto parameters = render_parameters(*flow, flow->tasks.front(), schema, scope, readiness);
  return parameters ? *parameters : Json(parameters.error().message);
}

TEST(Parameters, AreConvertedToTheTypeOfTheSchema) {
  const std::pair<const char*, const char*> right[] = {
      {"whole: '100'", R"({"whole": 100})"},
      {"whole: '{{ vars.n }}'", R"({"whole": 5})"},
      {"whole: '{{ vars.t }}'", R"({"whole": 7})"},
      {"whole: '1{{ vars.n }}'", R"({"whole": 15})"},
      {"real: '{{ 1 }}'", R"({"real": 1})"},
      {"real: '1.5'", R"({"real": 1.5})"},
      {"flag: 'true'", R"({"flag": true})"},
      {"flag: '{{ not vars.f }}'", R"({"flag": false})"},
      {"text: '{{ vars.n }}'", R"({"text": "5"})"},
      {"text: 5", R"({"text": "5"})"},
      {"text: '100'", R"({"text": "100"})"},
      {"list: '{{ vars.l }}'", R"({"list": ["x"]})"},
      {"list: '[\"a\", \"b\"]'", R"({"list": ["a", "b"]})"},
      {"list: ['{{ vars.n }}', b]", R"({"list": [5, "b"]})"},
      {"map: '{{ vars.s }}'", R"({"map": {"a": 1}})"},
      {"map: {k: '{{ vars.t }}'}", R"({"map": {"k": "7"}})"},
      {"either: '5'", R"({"either": 5})"},
      {"either: '[5]'", R"({"either": [5]})"},
      {"list: '{{ outputs.l.rows }}'", R"({"list": [{"id": "x"}]})"},
      {"unknown: '{{ vars.n }}'", R"({"unknown": 5})"}};
  for (const auto& [yaml, expected] : right)
    EXPECT_EQ(parameters_of(yaml), Json::parse(expected)) << yaml;
}

// The schema then says what is wrong with them.
TEST(Parameters, ThatDoNotFitStayAsTheyAre) {
  const std::pair<const char*, const char*> wrong[] = {
      {"whole: '1.5'", R"({"whole": "1.5"})"},
      {"whole: 1.5", R"({"whole": 1.5})"},
      {"flag: 'yes'", R"({"flag": "yes"})"},
      {"list: 'a'", R"({"list": "a"})"},
      {"list: '[a'", R"({"list": "[a"})"},
      {"whole: ''", R"({"whole": ""})"},
      {"whole: '99999999999999999999'", R"({"whole": "99999999999999999999"})"}};
  for (const auto& [yaml, expected] : wrong)
    EXPECT_EQ(parameters_of(yaml), Json::parse(expected)) << yaml;
}

TEST(Parameters, ThatAreNothingCountAsAbsentWhereADefaultIsSafe) {
  EXPECT_EQ(parameters_of("text: null, whole: ~"), Json::object());
  EXPECT_EQ(parameters_of("whole: '{{ vars.x ?? null }}', flag: '{{ vars.e }}'"), Json::object());
}

// An empty filter would select everything.
TEST(Parameters, ThatAreNothingAreRefusedWhereTheyNarrow) {
  for (const char* yaml : {"text: '{{ vars.e }}'", "text: '{{ vars.x ?? null }}'",
                           "list: '{{ vars.e }}'", "text: ' {{ vars.e }} '"}) {
    EXPECT_THAT(parameters_of(yaml).dump(), HasSubstr("f.yaml:4: the expression gives nothing"))
        << yaml;
  }
}

TEST(Parameters, ThatWaitForAnOutputAreLeftOutBeforeAnyTask) {
  EXPECT_EQ(parameters_of("whole: '{{ outputs.l.size }}', text: a", Readiness::before_any_task),
            Json::parse(R"({"text": "a"})"));
  EXPECT_EQ(parameters_of("whole: '{{ outputs.l.size }}', text: a"),
            Json::parse(R"({"whole": 3, "text": "a"})"));
}

TEST(Scope, ShowsOnlyTheEnvironmentThatIsMeantForFlows) {
  ::setenv("ENV_TEAM_NAME", "ops", 1);
  ::setenv("WINNOW_TEST_SECRET", "geheim", 1);
  const Json envs = initial_scope(Flow{}).variables["envs"];
  EXPECT_EQ(envs["team_name"], Json("ops"));
  EXPECT_THAT(envs.dump(), testing::Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace winnow::cli
