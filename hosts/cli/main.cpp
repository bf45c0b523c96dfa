// The command `winnow`: a host of libwinnow.so for people, scripts and flows.
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "document/text_file.h"
#include "hosts/cli/commands.h"
#include "hosts/cli/configuration.h"
#include "hosts/cli/console/console.h"
#include "hosts/cli/ending.h"
#include "hosts/cli/library/library.h"
#include "hosts/cli/library/signals.h"
#include "hosts/cli/options.h"

namespace winnow::cli {
namespace {

// A caller may have closed a standard stream (`2>&-`). The next file or socket would get its
// number, and what is written for people would go into that: into the receipts, into the server's
// connection. What stands there now takes no writing, so that a result that nobody can read is told
// as before.
void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0) (void)::open("/", O_PATH);  // the lowest number that is free
  }
}

int version() {
  std::string text = "winnow ABI " + std::to_string(WINNOW_ABI_VERSION >> 16) + "." +
                     std::to_string(WINNOW_ABI_VERSION & 0xffff) + "\n";
  const auto library = Library::load();
  if (library) text += "library " + library->path + " " + library->build_info() + "\n";
  const bool printed = document::write_all(STDOUT_FILENO, text);
  if (library) return printed ? kDone : kFailed;
  document::write_all(STDERR_FILENO, library.error().message + "\n");
  return kUnreachable;
}

int run(int count, const char* const* arguments) {
  occupy_closed_streams();
  watch_for_signals();
  const auto options = read_options(count, arguments);
  if (!options) {
    const std::string text = without_passwords(options.error().text);
    if (options.error().is_help) return document::write_all(STDOUT_FILENO, text) ? kDone : kFailed;
    Console console(STDERR_FILENO, Loudness::normal);
    return finish(failed(Failure{.kind = FailureKind::invalid_argument, .message = text}), console);
  }
  if (options->verb == Verb::version) return version();
  Console console(STDERR_FILENO, options->loudness);
  return finish(run_command(*options, console), console, options->json);
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
