// The configuration for the library: the operator's file with the overrides of the command line.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hosts/cli/options.h"
#include "outcome/failure.h"

namespace winnow::cli {

struct Configuration {
  // For winnow_open; empty without a file and without options.
  std::string text;
  std::string file;  // its file, or empty
  // `text` is the unchanged text of the file, with the same lines.
  bool is_written = false;
  // JSON Pointer -> the option that set it.
  std::map<std::string, std::string> options;
};

// Refuses a password in --database: every user of the machine can see it in the process list.
Outcome<Configuration> read_configuration(const Options& options);

// Whether the command line names a database, for a command that does not require one.
bool names_database(const Options& options);

// The library only sees the text: adds to the failure's message the file, or the option, of the
// invalid setting.
Failure with_file(const Configuration& configuration, Failure failure);

// `text` with every password of a URL in it replaced by `***`.
std::string without_passwords(std::string text);

}  // namespace winnow::cli
