#include "hosts/cli/options.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include <CLI/CLI.hpp>

namespace winnow::cli {
namespace {

constexpr const char* kEverywhere = "Options of every command";
constexpr const char* kFooter = R"(Environment:
  WINNOW_CONFIG               The configuration, where --config is not given; without both ./winnow.yaml, or else
                              /etc/winnow/winnow.yaml
  WINNOW_DATABASE_PASSWORD    The password that belongs to --database
  WINNOW_LIBRARY              The path of libwinnow.so, where it is not beside the command or in ../lib
  NO_COLOR                    Set to anything: no colours

Results go to stdout: tables on a terminal, one JSON object anywhere else or with --json. Logs go to stderr. Exit status: 0 done, 1 a task failed, 2 bad usage, flow or
parameters, 3 configuration or an unreachable service, 4 a limit or policy refused, 130 stopped by a signal. SIGUSR1 pauses a task that removes, between two batches; SIGUSR2 resumes it.)";

void add_globals(CLI::App& app, Options& options) {
  app.set_help_flag("-h,--help", "Print this help")->group(kEverywhere);
  const auto add = [&](const char* name, std::string& value, const char* type, const char* text) {
    app.add_option(name, value, text)->type_name(type)->group(kEverywhere);
  };
  add("--config", options.config, "FILE", "The operator's configuration (winnow.yaml)");
  add("--kestra", options.kestra, "FILE",
      "Take database and storage from Kestra's application.yml (several files: A,B)");
  add("--database", options.database, "URL", "The database's URL, without a password");
  add("--storage", options.storage, "DIR", "The base folder of Kestra's local storage");
  const auto add_flag = [&](const char* name, const char* text, auto act) {
    app.add_flag_callback(name, act, text)->group(kEverywhere);
  };
  add_flag("--json", "Print the result as JSON on a terminal too",
           [&options] { options.json = true; });
  add_flag("-q,--quiet", "Warnings and errors only, no progress bar",
           [&options] { options.loudness = Loudness::quiet; });
  add_flag("-v,--verbose", "Debug messages too",
           [&options] { options.loudness = Loudness::verbose; });
  add_flag("--version", "Print the versions of the command and of its library",
           [&options] { options.verb = Verb::version; });
}

// The options of every command stand in the help of each.
CLI::App* add_verb(CLI::App& app, Options& options, const char* name, const char* text, Verb verb) {
  auto* command = app.add_subcommand(name, text)->group("Commands");
  command->set_help_flag("-h,--help", "Print this help")->group("");
  command->footer([app = static_cast<const CLI::App*>(&app)] {
    const auto is_global = [](const CLI::Option* option) {
      return option->get_group() == kEverywhere;
    };
    const auto globals =
        CLI::Formatter().make_group(kEverywhere, false, app->get_options(is_global));
    return globals.substr(1) + "\n" + kFooter;  // a footer comes after an empty line of its own
  });
  command->callback([&options, verb] {
    if (options.verb != Verb::version) options.verb = verb;
  });
  return command;
}

void add_verbs(CLI::App& app, Options& options) {
  auto* run = add_verb(app, options, "run", "Run a flow's tasks in order", Verb::run);
  run->add_option("FLOW", options.flow, "A file with a flow in Kestra's YAML")
      ->type_name("")
      ->required();
  // One value each time: a flow's name behind it is no second input.
  run->add_option("--input", options.inputs, "An input of the flow; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  run->add_flag("--dry-run", options.dry_run,
                "Purges count what they would delete, and delete nothing");
  const auto add_task_verb = [&](const char* name, const char* text, Verb verb) {
    auto* command = add_verb(app, options, name, text, verb);
    command->add_option("TASK", options.task, "A task's name or one of Kestra's type names")
        ->type_name("")
        ->required();
    command
        ->add_option("--params", options.parameters,
                     "The task's parameters; FILE holds JSON or YAML")
        ->type_name("JSON|@FILE");
  };
  add_task_verb("call", "Run one task", Verb::call);
  add_task_verb("plan",
                "Count what a task would touch, and show its statements and their indexes; changes "
                "nothing",
                Verb::plan);
  auto* explain = add_verb(app, options, "explain",
                           "Say why an execution stays, or goes, by the retention rules; changes "
                           "nothing",
                           Verb::explain);
  explain->add_option("ID", options.execution, "The execution")->type_name("")->required();
  explain
      ->add_option("--params", options.parameters,
                   "`rules` where the configuration has no `retention`; FILE holds JSON or YAML")
      ->type_name("JSON|@FILE");
  add_verb(app, options, "verify",
           "Prove a file of receipts; with --database, --config or --kestra also that the database "
           "has nothing of what they list; changes nothing",
           Verb::verify)
      ->add_option("FILE", options.receipts,
                   "The file; without it that of `receipts` in the configuration")
      ->type_name("");
  add_verb(app, options, "doctor",
           "Report the state of the database and what to do about it; changes nothing",
           Verb::doctor);
  add_verb(app, options, "tasks", "List the tasks", Verb::tasks);
  add_verb(app, options, "describe", "Print a task's parameters and outputs as JSON Schema",
           Verb::describe)
      ->add_option("TASK", options.task, "A task's name; all tasks without it")
      ->type_name("");
  add_verb(app, options, "syntax", "What a flow may hold, for tests and editors", Verb::syntax)
      ->group("");  // not shown
}

// An option without its value: `--config ""`, where a script's variable is not set, would work on
// another database, and `--config= WORD` take what comes after it.
std::optional<std::string> without_value(const CLI::App& app, int count,
                                         const char* const* arguments) {
  for (int at = 1; at < count; ++at) {
    const std::string_view word = arguments[at];
    if (word == "--") break;
    if (word.starts_with("--") && word.find('=') + 1 == word.size()) {
      return std::string(word.substr(0, word.size() - 1));
    }
  }
  for (const auto* option : app.get_options()) {
    const bool takes_one = option->get_expected_min() > 0;
    const auto& given = option->results();
    const bool lacks_one = std::find(given.begin(), given.end(), std::string()) != given.end();
    if (takes_one && lacks_one) return option->get_name();
  }
  return std::nullopt;
}

}  // namespace

tl::expected<Options, NoOptions> read_options(int count, const char* const* arguments) {
  Options options;
  CLI::App app("winnow keeps a Kestra database small and its listings fast.", "winnow");
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.get_formatter()->label("REQUIRED", "(required)");
  app.get_formatter()->label("Positionals", "Arguments");
  app.fallthrough();
  add_globals(app, options);
  add_verbs(app, options);
  app.footer(std::string("`winnow COMMAND --help` shows the options of a command.\n\n") + kFooter);
  const auto refuse = [](const std::string& text) {
    return tl::unexpected(NoOptions{false, text});
  };
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(NoOptions{true, app.help()});
  } catch (const CLI::Error& error) {
    return refuse(error.what());
  }
  if (const auto option = without_value(app, count, arguments)) {
    return refuse(*option + ": a value is missing");
  }
  if (app.count("--quiet") > 0 && app.count("--verbose") > 0) {
    return refuse("--quiet excludes --verbose");
  }
  if (options.verb == Verb::none) {
    return refuse(
        "a command is needed: run, call, plan, explain, verify, doctor, tasks or describe (see "
        "--help)");
  }
  if (options.verb == Verb::doctor) options.task = "Doctor";
  if (options.verb == Verb::explain) options.task = "ExplainRetention";
  if (options.verb == Verb::verify) options.task = "VerifyReceipts";
  return options;
}

}  // namespace winnow::cli
