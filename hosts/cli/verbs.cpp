#include "hosts/cli/verbs.h"

#include "document/json.h"
#include "document/text_file.h"
#include "hosts/cli/configuration.h"
#include "hosts/cli/console/doctor_report.h"
#include "hosts/cli/flow/inputs.h"
#include "hosts/cli/flow/preparation.h"
#include "hosts/cli/flow/runner.h"
#include "hosts/cli/flow/scope.h"
#include "hosts/cli/library/watcher.h"

namespace winnow::cli {
namespace {

Answer answer_of(Attempt<Json> result) {
  if (!result) return cli::answer_of(result.error(), false);
  return Answer{std::move(*result), kDone};
}

// Library, configuration and session, which every verb but --version needs.
class Command {
 public:
  Command(const Options& options, Console& console)
      : options_(options), console_(console), watcher_(console) {}

  Answer run() {
    if (options_.verb == Verb::run) return run_flow_file();
    const auto session = open();
    if (!session) return cli::answer_of(session.error(), false);
    switch (options_.verb) {
      case Verb::describe:
        return answer_of(session->describe(options_.task));
      case Verb::tasks:
        return answer_of(tasks(*session));
      default:
        return one_task(*session);
    }
  }

 private:
  Attempt<Session> open() {
    const auto configuration = read_configuration(options_);
    if (!configuration) return failed(configuration.error());
    auto library = Library::load();
    if (!library) return failed(library.error());
    library_ = std::move(*library);
    auto session = Session::open(library_, watcher_, configuration->text);
    if (session) return session;
    return failed(with_file(*configuration, session.error()));
  }

  static Attempt<Json> tasks(const Session& session) {
    const auto all = session.describe("");
    if (!all) return all;
    Json list = Json::array();
    for (const auto& task : (*all)["tasks"]) {
      Json shown = Json::object();
      for (const char* key : {"name", "title", "engine", "aliases"})
        shown[key] = task.value(key, Json());
      list.push_back(std::move(shown));
    }
    return Json{{"tasks", std::move(list)}};
  }

  Attempt<Json> parameters() const {
    const auto& given = options_.parameters;
    if (given.empty()) return Json::object();
    Outcome<document::Document> parsed = fail(FailureKind::internal, "");
    if (given.front() == '@') {
      parsed = document::read_yaml_file(given.substr(1));
    } else {
      parsed = document::parse_json(given, "--params");
    }
    if (!parsed) return failed(FailureKind::invalid_parameter, parsed.error().message);
    if (parsed->value.is_object()) return std::move(parsed->value);
    return failed(FailureKind::invalid_parameter, "--params: expected a map of parameters");
  }

  Answer one_task(const Session& session) {
    const auto given = parameters();
    if (!given) return cli::answer_of(given.error(), false);
    auto job = session.job(options_.task, *given);
    if (!job) return cli::answer_of(job.error(), false);
    watcher_.begin(options_.task, *job, std::nullopt);
    auto result = options_.verb == Verb::plan ? job->plan() : job->run();
    watcher_.end();
    if (!result) return cli::answer_of(result.error(), true);
    if (options_.verb == Verb::doctor) console_.show(doctor_report(*result));
    return Answer{std::move(*result), kDone};
  }

  // The flow comes first: what is wrong with it is found without any configuration.
  Answer run_flow_file() {
    const auto flow = read_flow_file(options_.flow);
    if (!flow) return cli::answer_of(failed(flow.error()).value(), false);
    const auto given = read_assignments(options_.inputs);
    if (!given) return cli::answer_of(failed(given.error()).value(), false);
    expression::Scope scope = initial_scope(*flow);
    auto inputs = resolve_inputs(*flow, *given, scope);
    if (!inputs) return cli::answer_of(failed(inputs.error()).value(), false);
    scope.variables["inputs"] = std::move(*inputs);
    const auto session = open();
    if (!session) return cli::answer_of(session.error(), false);
    return run_prepared(Preparation{*flow, scope, *session, options_.dry_run});
  }

  Answer run_prepared(const Preparation& preparation) {
    auto tasks = prepare(preparation);
    if (!tasks) return cli::answer_of(tasks.error(), false);
    if (preparation.flow.has_triggers) {
      console_.log(WINNOW_INFO, "triggers are ignored: this command is the trigger");
    }
    auto result = run_flow(preparation, std::move(*tasks), watcher_, console_);
    const ExitStatus status = result.error ? exit_status(*result.error, result.started) : kDone;
    return Answer{std::move(result.object), status};
  }

  const Options& options_;
  Console& console_;
  Watcher watcher_;
  Library library_;
};

}  // namespace

Answer answer_of(const Error& error, bool started) {
  return Answer{Json{{"error", error.object}}, exit_status(error, started)};
}

Answer answer(const Options& options, Console& console) {
  return Command(options, console).run();
}

}  // namespace winnow::cli
