#include "hosts/cli/options.h"

#include <CLI/CLI.hpp>

namespace winnow::cli {
namespace {

constexpr const char* kFooter =
    "Results go to stdout as one JSON object, logs to stderr. Exit status: 0 done, 1 a task "
    "failed, 2 bad usage, flow or\n"
    "parameters, 3 configuration or an unreachable service, 4 a limit or policy refused, 130 "
    "cancelled.\n"
    "Without --config: $WINNOW_CONFIG, ./winnow.yaml, /etc/winnow/winnow.yaml.";

void add_globals(CLI::App& app, Options& options, bool& quiet, bool& verbose, bool& version) {
  app.add_option("--config", options.config, "The operator's configuration (winnow.yaml)")
      ->type_name("FILE");
  app.add_option("--kestra", options.kestra,
                 "Take database and storage from Kestra's application.yml")
      ->type_name("FILE");
  app.add_option(
         "--database", options.database,
         "The database's URL, without a password (that one is read from $WINNOW_DATABASE_PASSWORD)")
      ->type_name("URL");
  app.add_option("--storage", options.storage, "The base folder of Kestra's local storage")
      ->type_name("DIR");
  auto* silent = app.add_flag("--quiet,-q", quiet, "Warnings and errors only, no progress bar");
  app.add_flag("--verbose,-v", verbose, "Debug messages too")->excludes(silent);
  app.add_flag("--version", version, "Print the versions of the command and of its library");
}

void add_verbs(CLI::App& app, Options& options) {
  auto* run = app.add_subcommand("run", "Run a flow's tasks in order");
  run->add_option("FLOW", options.flow, "A flow in Kestra's YAML")->required();
  // One value each time: a flow's name behind it is no second input.
  run->add_option("--input", options.inputs, "An input of the flow, name=value; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  run->add_flag("--dry-run", options.dry_run, "Count what would go and remove nothing");
  run->callback([&options] { options.verb = Verb::run; });
  const auto add_task = [&](const char* name, const char* description, Verb verb) {
    auto* command = app.add_subcommand(name, description);
    command->add_option("TASK", options.task, "A task's name or one of Kestra's type names")
        ->required();
    command
        ->add_option("--params", options.parameters,
                     "Parameters as JSON, or @FILE with JSON or YAML")
        ->type_name("JSON|@FILE");
    command->callback([&options, verb] { options.verb = verb; });
  };
  add_task("call", "Run one task", Verb::call);
  add_task("plan", "Say what a task would do and which index serves it; changes nothing",
           Verb::plan);
  app.add_subcommand("doctor", "Say how the database is and what to do about it; changes nothing")
      ->callback([&options] {
        options.verb = Verb::doctor;
        options.task = "Doctor";
      });
  app.add_subcommand("tasks", "List the tasks")->callback([&options] {
    options.verb = Verb::tasks;
  });
  app.add_subcommand("syntax", "What a flow may hold, for tests and editors")
      ->group("")  // not shown by --help
      ->callback([&options] { options.verb = Verb::syntax; });
  auto* describe =
      app.add_subcommand("describe", "Print a task's parameters and outputs as JSON Schema");
  describe->add_option("TASK", options.task, "A task's name; all tasks without it");
  describe->callback([&options] { options.verb = Verb::describe; });
}

}  // namespace

tl::expected<Options, NoOptions> read_options(int count, const char* const* arguments) {
  Options options;
  bool quiet = false;
  bool verbose = false;
  bool version = false;
  CLI::App app("winnow keeps a Kestra database small and its listings fast.", "winnow");
  app.footer(kFooter);
  app.fallthrough();
  add_globals(app, options, quiet, verbose, version);
  add_verbs(app, options);
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(NoOptions{true, app.help()});
  } catch (const CLI::Error& error) {
    return tl::unexpected(NoOptions{false, error.what()});
  }
  if (version) options.verb = Verb::version;
  if (!version && app.get_subcommands().empty()) {
    return tl::unexpected(NoOptions{
        false, "a command is needed: run, call, plan, doctor, tasks or describe (see --help)"});
  }
  if (quiet) options.loudness = Loudness::quiet;
  if (verbose) options.loudness = Loudness::verbose;
  return options;
}

}  // namespace winnow::cli
