// The command `winnow`: a host of libwinnow.so for people, scripts and flows.
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <unistd.h>

#include "hosts/cli/configuration.h"
#include "hosts/cli/console/console.h"
#include "hosts/cli/console/error.h"
#include "hosts/cli/library/interruption.h"
#include "hosts/cli/library/library.h"
#include "hosts/cli/options.h"
#include "hosts/cli/verbs.h"

namespace winnow::cli {
namespace {

bool print(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// One line for programs, indented for people.
std::string shown(const Json& object) {
  const int indent = ::isatty(STDOUT_FILENO) == 1 ? 2 : -1;
  return object.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

int version() {
  std::string text = "winnow ABI " + std::to_string(WINNOW_ABI_VERSION >> 16) + "." +
                     std::to_string(WINNOW_ABI_VERSION & 0xffff) + "\n";
  const auto library = Library::load();
  if (!library) {
    print(STDOUT_FILENO, text);
    print(STDERR_FILENO, library.error().message() + "\n");
    return kUnreachable;
  }
  text += "library " + library->path + " " + library->build_info() + "\n";
  return print(STDOUT_FILENO, text) ? kDone : kFailed;
}

int finish(const Answer& answer, Console& console) {
  const auto error = answer.object.find("error");
  if (answer.status != kDone && error != answer.object.end()) {
    const std::string task = error->value("task", std::string());
    const std::string code = error->value("code", std::string());
    console.log(WINNOW_ERROR,
                (task.empty() ? "" : task + ": ") + code + ": " + Error{*error}.message());
  }
  if (print(STDOUT_FILENO, shown(answer.object))) return answer.status;
  console.log(WINNOW_ERROR, "the result could not be written to stdout");
  return answer.status == kDone ? kFailed : answer.status;
}

int run(int count, const char* const* arguments) {
  const auto options = read_options(count, arguments);
  if (!options) {
    const std::string text = without_passwords(options.error().text);
    if (options.error().is_help) return print(STDOUT_FILENO, text) ? kDone : kFailed;
    Console console(STDERR_FILENO, Loudness::normal);
    return finish(answer_of(failed(FailureKind::invalid_argument, text).value(), false), console);
  }
  if (options->verb == Verb::version) return version();
  watch_for_interruption();
  Console console(STDERR_FILENO, options->loudness);
  return finish(answer(*options, console), console);
}

}  // namespace
}  // namespace winnow::cli

int main(int count, char** arguments) {
  try {
    return winnow::cli::run(count, arguments);
  } catch (const std::exception& error) {
    // Out of memory, or a defect: nothing of ours is thrown on purpose.
    std::fputs("winnow: ", stderr);
    std::fputs(error.what(), stderr);
    std::fputs("\n", stderr);
    return winnow::cli::kFailed;
  }
}
