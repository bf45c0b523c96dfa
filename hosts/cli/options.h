// The command line.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "hosts/cli/console/console.h"

namespace winnow::cli {

enum class Verb {
  none,
  run,
  call,
  plan,
  explain,
  verify,
  doctor,
  tasks,
  describe,
  syntax,
  version
};

struct Options {
  Verb verb = Verb::none;
  std::string config;    // --config
  std::string kestra;    // --kestra
  std::string database;  // --database
  std::string storage;   // --storage
  Loudness loudness = Loudness::normal;
  bool json = false;                // --json
  std::string flow;                 // run
  std::vector<std::string> inputs;  // run: each `name=value`
  bool dry_run = false;             // run
  std::string execution;            // explain
  std::string receipts;             // verify: the file; empty: that of the configuration
  std::string task;                 // call, plan, doctor, describe (may be empty)
  std::string parameters;           // call, plan: JSON, or @file
};

// Why there is nothing to do: help was requested, or the command line is invalid. `text` is for a
// person.
struct NoOptions {
  bool is_help = false;
  std::string text;
};

tl::expected<Options, NoOptions> read_options(int count, const char* const* arguments);

}  // namespace winnow::cli
