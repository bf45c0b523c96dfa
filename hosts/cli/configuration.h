// Which configuration the library gets: the operator's file, and what the command line lays over
// it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hosts/cli/options.h"
#include "outcome/failure.h"

namespace winnow::cli {

struct Configuration {
  // For winnow_open; empty where there is no file and nothing on the command line.
  std::string text;
  std::string file;  // where it was read from, or empty
  // `text` is the file's own, so that its lines are the file's lines.
  bool is_written = false;
  // JSON Pointer -> the option that put it there.
  std::map<std::string, std::string> options;
};

// A password in --database is refused: every user of the machine sees it in the process list.
Outcome<Configuration> read_configuration(const Options& options);

// Whether the command line itself says which database, for a command that can do without one.
bool names_database(const Options& options);

// The library sees the text alone: names the file, or the option, that the wrong setting came from
// in the failure's message.
Failure with_file(const Configuration& configuration, Failure failure);

// `text` with every password of a URL in it replaced by `***`.
std::string without_passwords(std::string text);

}  // namespace winnow::cli
