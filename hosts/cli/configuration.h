// Which configuration the library gets: the operator's file, and what the command line lays over
// it.
#pragma once

#include <string>
#include <string_view>

#include "hosts/cli/error.h"
#include "hosts/cli/options.h"

namespace winnow::cli {

// The text for winnow_open; empty where there is no file and nothing on the command line. A
// password in --database is refused: every user of the machine sees it in the process list.
Attempt<std::string> configuration_text(const Options& options);

// `text` with every password of a URL in it replaced by `***`.
std::string without_passwords(std::string text);

}  // namespace winnow::cli
