// What the command does for each of its verbs.
#pragma once

#include "hosts/cli/console/console.h"
#include "hosts/cli/console/error.h"
#include "hosts/cli/options.h"

namespace winnow::cli {

struct Answer {
  Json object;
  ExitStatus status = kDone;
};

// Never fails otherwise than by the answer: an error stands in `object` under `error`.
Answer answer(const Options& options, Console& console);

Answer answer_of(const Error& error, bool started);

}  // namespace winnow::cli
