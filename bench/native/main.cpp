// winnow-bench: the native half of ./dev bench. The runner in Python (bench/run.py) prepares
// databases, decides what runs when, and reports; everything that is timed runs here or is started
// from here.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/native/kestra_purge.h"
#include "bench/native/launch.h"
#include "bench/native/server.h"
#include "bench/native/sessions.h"
#include "bench/native/writer.h"

namespace winnow::bench {
namespace {

struct Arguments {
  std::string url;
  std::string until;
  std::string statement;
  std::string file;
  int per_second = 50;
};

void print(const Purged& purged) {
  std::cout << nlohmann::json{{"executionsCount", purged.executions},
                              {"logsCount", purged.logs},
                              {"metricsCount", purged.metrics}}
            << '\n';
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void declare(CLI::App& app, Arguments& given) {
  const auto add = [&](const char* name, const char* about, std::function<void()> action) {
    auto* command = app.add_subcommand(name, about);
    command->callback(std::move(action));
    return command;
  };
  const auto add_purge = [&](const char* name, const char* about, auto purge) {
    auto* command = add(name, about, [&given, purge] { print(purge(given.url, given.until)); });
    command->add_option("URL", given.url)->required();
    command->add_option("UNTIL", given.until, "UTC, as the server writes a timestamp")->required();
  };
  add_purge("kestra", "Send what Kestra 1.1's PurgeExecutions sends", purge_as_kestra);
  add_purge("rows", "Send what the purge before 1.1 sends", purge_row_by_row);
  auto* sql = add("sql", "Answer statements", [&given] { answer_statements(given.url); });
  sql->add_option("URL", given.url)->required();
  auto* one =
      add("one", "Run one statement", [&given] { connect(given.url)->query(given.statement); });
  one->add_option("URL", given.url)->required();
  one->add_option("STATEMENT", given.statement)->required();
  auto* calls = add("calls", "Answer calls", [&given] { answer_calls(read_file(given.file)); });
  calls->add_option("CONFIG", given.file)->required()->check(CLI::ExistingFile);
  auto* writer = add("writer", "Insert executions and logs until stdin ends",
                     [&given] { write_until_stdin_ends(given.url, given.per_second); });
  writer->add_option("URL", given.url)->required();
  writer->add_option("--per-second", given.per_second)->check(CLI::Range(1, 10'000));
  auto* launched = add("launch", "Run a command and measure it", {});
  launched->callback([&given, launched] { launch(given.file, launched->remaining()); });
  launched->add_option("REPORT", given.file)->required();
  launched->prefix_command();
}

int run(int count, char** words) {
  Arguments arguments;
  CLI::App app("Measures what ./dev bench reports.", "winnow-bench");
  app.require_subcommand(1);
  declare(app, arguments);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return 0;
}

}  // namespace
}  // namespace winnow::bench

int main(int count, char** words) {
  try {
    return winnow::bench::run(count, words);
  } catch (const std::exception& error) {
    std::cerr << "winnow-bench: " << error.what() << '\n';
    return 1;
  }
}
