#include "hosts/cli/commands.h"

#include <unistd.h>

#include "document/json.h"
#include "hosts/cli/configuration.h"
#include "hosts/cli/console/watcher.h"
#include "hosts/cli/flow/inputs.h"
#include "hosts/cli/flow/plugin_defaults.h"
#include "hosts/cli/flow/preparation.h"
#include "hosts/cli/flow/runner.h"
#include "hosts/cli/flow/scope.h"
#include "hosts/cli/flow/syntax.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

Ending ending_of(ResultText result, Report report, bool started = false) {
  if (!result) return failed(result.error(), started);
  return Ending{.result = Result(std::move(*result)), .started = started, .report = report};
}

// Parameters are wrong usage, wherever they stand.
Outcome<Json> read_parameters(const std::string& given) {
  if (given.empty()) return Json::object();
  auto parsed = given.front() == '@' ? document::read_yaml_file(given.substr(1))
                                     : document::parse_json(given, "--params");
  if (!parsed) return fail(FailureKind::invalid_parameter, std::move(parsed.error().message));
  if (parsed->value.is_object()) return std::move(parsed->value);
  return fail(FailureKind::invalid_parameter, "--params: expected a map of parameters");
}

// Library, configuration and session, which every verb needs.
class Command {
 public:
  Command(const Options& options, Console& console)
      : options_(options),
        console_(console),
        watcher_(console, [this](const std::string& done) { give_up(done); }) {}

  Ending run() {
    if (options_.verb == Verb::syntax) return ending_of(flow_syntax().dump(), nullptr);
    if (options_.verb == Verb::run) return run_flow_file();
    const auto session = open();
    if (!session) return failed(session.error());
    if (options_.verb == Verb::describe) {
      return ending_of(session->describe(options_.task),
                       options_.task.empty() ? tasks_report : task_report);
    }
    if (options_.verb == Verb::tasks) return tasks(*session);
    return one_task(*session);
  }

 private:
  Outcome<Session> open() {
    WINNOW_TRY(const auto configuration, read_configuration(options_));
    WINNOW_TRY(library_, Library::load());
    auto session = Session::open(library_, watcher_, configuration.text);
    if (session) return session;
    return fail(with_file(configuration, std::move(session.error())));
  }

  static Ending tasks(const Session& session) {
    const auto all = session.describe("");
    if (!all) return failed(all.error());
    const Json described = Json::parse(*all);
    Json list = Json::array();
    for (const auto& task : described["tasks"]) {
      Json shown = Json::object();
      for (const char* key : {"name", "title", "engine", "aliases"}) {
        shown[key] = task.value(key, Json());
      }
      list.push_back(std::move(shown));
    }
    Ending ending{.report = tasks_report};
    ending.result.add("tasks", list);
    return ending;
  }

  Ending one_task(const Session& session) {
    auto parameters = read_parameters(options_.parameters);
    if (!parameters) return failed(parameters.error());
    if (options_.verb == Verb::explain) (*parameters)["executionId"] = options_.execution;
    if (options_.verb == Verb::verify) (*parameters)["database"] = names_database(options_);
    auto job = session.job(options_.task, *parameters);
    if (!job) return failed(job.error());
    watcher_.begin(options_.task, *job, std::nullopt);
    auto result = options_.verb == Verb::plan ? job->plan() : job->run();
    watcher_.end();
    return ending_of(
        std::move(result),
        options_.verb != Verb::plan && options_.task == "Doctor" ? doctor_report : values_report,
        true);
  }

  // The flow comes first: its mistakes are found without any configuration.
  Ending run_flow_file() {
    auto flow = read_flow_file(options_.flow);
    if (!flow) return failed(flow.error());
    auto scope = scope_with_inputs(*flow);
    if (!scope) return failed(scope.error());
    const auto session = open();
    if (!session) return failed(session.error());
    if (flow->has_plugin_defaults) {
      flow = with_defaults(std::move(*flow), *session);
      if (!flow) return failed(flow.error());
    }
    const Preparation preparation{*flow, *scope, *session, options_.dry_run};
    auto tasks = prepare(preparation);
    if (!tasks) return failed(tasks.error());
    if (flow->has_triggers) {
      console_.log(WINNOW_INFO, "triggers are ignored: this command is the trigger");
    }
    run_ = FlowRun();
    run_flow(preparation, std::move(*tasks), watcher_, console_, run_);
    return Ending{std::move(run_.result), std::move(run_.error), run_.started};
  }

  Outcome<Flow> with_defaults(Flow flow, const Session& session) {
    WINNOW_TRY(const auto all, session.describe(""));
    const Json described = Json::parse(all);
    for (const auto& type : unused_plugin_defaults(flow.document.value, described)) {
      console_.log(WINNOW_WARN,
                   "pluginDefaults of type '" + type + "' are for no task of this flow");
    }
    WINNOW_TRY(auto document, with_plugin_defaults(std::move(flow.document), described));
    return read_flow(std::move(document));
  }

  Outcome<expression::Scope> scope_with_inputs(const Flow& flow) const {
    WINNOW_TRY(const auto given, read_assignments(options_.inputs));
    auto scope = initial_scope(flow);
    WINNOW_TRY(scope.variables["inputs"], resolve_inputs(flow, given, scope));
    return scope;
  }

  // The library hangs and the user interrupts again: print what is known, and leave the rest to the
  // server, which rolls an open transaction back.
  [[noreturn]] void give_up(const std::string& done) {
    Json error = to_json(TaskFailure(
        Failure{.kind = FailureKind::cancelled,
                .message = "ended at a further signal, while the task had not stopped yet; " +
                           done + " were committed and stay, the same command again does the rest",
                .retryable = true},
        nullptr));
    if (!run_.task.empty()) error = with_task(run_.task, error);
    finish(Ending{std::move(run_.result), std::move(error), true}, console_, options_.json);
    ::_exit(kCancelled);
  }

  const Options& options_;
  Console& console_;
  Watcher watcher_;
  Library library_;
  FlowRun run_;
};

}  // namespace

Ending run_command(const Options& options, Console& console) {
  return Command(options, console).run();
}

}  // namespace winnow::cli
