#include "hosts/cli/ending.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unistd.h>

#include "document/text_file.h"
#include "hosts/cli/console/display.h"
#include "hosts/cli/library/signals.h"

namespace winnow::cli {
namespace {

using document::Json;

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// A failure after a request to stop was caused by it, or no longer matters.
ExitStatus status_of(std::string_view code, bool started) {
  if (code == "CANCELLED" || interrupted()) return kCancelled;
  if (is_one_of(code, {"LIMIT", "DENIED"})) return kRefused;
  if (is_one_of(code, {"CONFIGURATION", "UNAVAILABLE", "SCHEMA"})) return kUnreachable;
  const bool bad_usage = is_one_of(code, {"UNKNOWN_TASK", "INVALID_PARAMETER", "INVALID_ARGUMENT"});
  return bad_usage && !started ? kBadUsage : kFailed;
}

// The error stands on stderr already, where that is a terminal too; what was committed before it
// does not.
std::string for_people(const Ending& ending, const Screen& screen, bool error_was_shown) {
  const auto text = ending.result.text(false);
  Json result = Json::parse(text, nullptr, false);
  try {
    if (ending.error) {
      result.erase("error");
      if (!error_was_shown) {
        result["error"] = ending.error->value("code", std::string()) + ": " +
                          ending.error->value("message", std::string());
      }
      const auto done = ending.error->find("done");
      if (done != ending.error->end() && !done->empty()) result["done before"] = *done;
    }
    return ending.report(result, screen);
  } catch (const Json::exception&) {
    // Another version of the library has another form.
    return ending.result.text(true) + "\n";
  }
}

}  // namespace

Ending failed(const TaskFailure& failure, bool started) {
  Ending ending{.error = to_json(failure), .started = started};
  if (failure.kind == FailureKind::unknown_task && failure.pointer.empty()) {
    (*ending.error)["message"] = failure.message + "; `winnow tasks` lists the tasks";
  }
  return ending;
}

ExitStatus finish(Ending ending, Console& console, bool json) {
  hand_signals_to_tasks();  // none is left, and the result is told whole
  ExitStatus status = kDone;
  if (ending.error) {
    const auto code = ending.error->value("code", std::string());
    const auto task = ending.error->value("task", std::string());
    console.log(WINNOW_ERROR, (task.empty() ? "" : task + ": ") + code + ": " +
                                  ending.error->value("message", std::string()));
    ending.result.add("error", *ending.error);
    status = status_of(code, ending.started);
  }
  const auto screen = screen_of(STDOUT_FILENO);
  const auto text = screen && !json && ending.report != nullptr
                        ? for_people(ending, *screen, console.is_terminal())
                        : ending.result.text(screen.has_value()) + "\n";
  console.clear_progress();
  if (document::write_all(STDOUT_FILENO, text)) return status;
  console.log(WINNOW_ERROR, "the result could not be written to stdout");
  return status == kDone ? kFailed : status;
}

}  // namespace winnow::cli
