// winnow-sample: makes Kestra's schema and realistic rows in a database of your own, for trials and
// tests. Exit status: 0 done, 2 invalid usage, 3 unreachable, 1 anything else.
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

#include "database/connection.h"
#include "tools/sample/fill.h"
#include "tools/sample/schema.h"

namespace winnow::sample {
namespace {

using document::Json;

enum ExitStatus { kDone = 0, kFailed = 1, kUsage = 2, kUnreachable = 3 };

struct Arguments {
  std::string database;
  std::string from;
  std::string to;
  bool append = false;
  bool any_host = false;
  bool one_zone = false;
  SampleOptions options;
};

void declare(CLI::App& app, Arguments& arguments) {
  SampleOptions& options = arguments.options;
  constexpr std::int64_t kMost = 100'000'000;
  app.add_option("--database", arguments.database,
                 "postgresql://..., mysql://... or sqlite:FILE (created if missing)")
      ->required();
  app.add_option("--executions", options.executions, "How many executions")
      ->required()
      ->check(CLI::Range(std::int64_t{0}, kMost));
  app.add_option("--logs", options.logs, "Logs per execution")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000}))
      ->capture_default_str();
  app.add_option("--metrics", options.metrics, "Metrics per execution")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1'000}))
      ->capture_default_str();
  app.add_option("--storage", options.storage,
                 "Folder for files, as kestra.storage.local.base-path");
  app.add_option("--files", options.files,
                 "Total number of files (default: one per five executions)")
      ->check(CLI::Range(std::int64_t{0}, kMost));
  app.add_option("--seed", options.seed, "The same seed makes the same rows")
      ->capture_default_str();
  app.add_option("--schema", options.version, "Version of Kestra's schema")
      ->check(CLI::IsMember(schema_versions()))
      ->capture_default_str();
  app.add_option("--from", arguments.from, "Executions start at or after this instant");
  app.add_option("--to", arguments.to, "Executions start before this instant");
  app.add_flag("--one-zone", arguments.one_zone, "PostgreSQL: write all rows in UTC");
  app.add_flag("--subflows", options.subflows,
               "Three of ten executions are subflow executions of others");
  app.add_flag("--append", arguments.append, "Add to a database that has executions already");
  app.add_flag("--any-host", arguments.any_host, "Allow a database that is not on this machine");
}

int report(const Failure& failure, int status) {
  std::cerr << "winnow-sample: " << failure.message << '\n';
  return status;
}

int report(const Failure& failure) {
  if (failure.kind == FailureKind::unavailable) return report(failure, kUnreachable);
  if (failure.kind == FailureKind::configuration) return report(failure, kUsage);
  return report(failure, kFailed);
}

Outcome<void> read_instant(const char* name, const std::string& text, document::Instant& instant) {
  if (text.empty()) return {};
  const auto read = document::parse_instant(text);
  if (!read)
    return fail(FailureKind::configuration, std::string(name) + ": " + read.error().message);
  instant = *read;
  return {};
}

Outcome<void> complete(Arguments& arguments) {
  SampleOptions& options = arguments.options;
  options.mixed_zones = !arguments.one_zone;
  if (auto done = read_instant("--from", arguments.from, options.first); !done) return done;
  if (auto done = read_instant("--to", arguments.to, options.last); !done) return done;
  if (options.first >= options.last) {
    return fail(FailureKind::configuration, "--from must be before --to");
  }
  if (options.files >= 0 && options.storage.empty()) {
    return fail(FailureKind::configuration, "--files needs --storage");
  }
  return {};
}

bool is_loopback(const std::string& host) {
  return host.empty() || host == "localhost" || host == "::1" || host.starts_with("127.") ||
         host.starts_with('/');
}

// This program fills tables, which must never happen in production.
Outcome<database::Settings> read_database(const Arguments& arguments) {
  auto settings = database::parse_url(arguments.database);
  if (!settings) return settings;
  if (settings->engine == database::Engine::sqlite) {
    settings->options["mode"] = "rwc";
    return settings;
  }
  if (!arguments.any_host && !is_loopback(settings->host)) {
    return fail(FailureKind::configuration,
                settings->safe_name() + " is not on this machine: --any-host allows it");
  }
  return settings;
}

Outcome<bool> has_rows(database::Connection& connection) {
  bool found = false;
  const database::Statement statement{.sql = "SELECT 1 FROM executions LIMIT 1", .parameters = {}};
  const auto read = connection.query(statement, [&found](const database::Row&) {
    found = true;
    return true;
  });
  if (!read) return fail(read.error());
  return found;
}

// Makes the tables if there are none, and accepts only an empty database.
Outcome<void> prepare(database::Connection& connection, const Arguments& arguments) {
  const std::vector<std::string> tables{"executions"};
  const auto schema = connection.probe(tables);
  if (!schema) return fail(schema.error());
  const bool over_shards = connection.dialect().merges_shards();
  if (over_shards) {
    // A batch spans several shards, and it does no harm if it is half written.
    const auto set = connection.query(database::plain("SET SESSION transaction_mode = 'multi'"),
                                      [](const database::Row&) { return true; });
    if (!set) return set;
  }
  if (schema->table("executions") == nullptr && over_shards) {
    return fail(FailureKind::configuration,
                "Vitess has no table \"executions\" here: winnow-sample fills its tables, and "
                "does not make them (docs/servers.md)");
  }
  if (schema->table("executions") == nullptr) {
    return create_schema(connection, arguments.options.version);
  }
  const auto filled = has_rows(connection);
  if (!filled) return fail(filled.error());
  if (*filled && !arguments.append) {
    return fail(FailureKind::configuration,
                "the database has executions already: --append adds to them (with another --seed)");
  }
  return {};
}

Outcome<void> make_storage(const std::string& path) {
  if (path.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return {};
  return fail(FailureKind::configuration, "--storage " + path + ": " + error.message());
}

Outcome<Json> make(Arguments& arguments) {
  if (auto done = complete(arguments); !done) return fail(std::move(done.error()));
  const auto settings = read_database(arguments);
  if (!settings) return fail(settings.error());
  const Cancellation cancellation;
  const auto connection = database::connect(*settings, cancellation);
  if (!connection) return fail(connection.error());
  if (auto done = prepare(**connection, arguments); !done) return fail(std::move(done.error()));
  if (auto done = make_storage(arguments.options.storage); !done)
    return fail(std::move(done.error()));
  auto counts = fill(**connection, Generator(arguments.options));
  if (!counts) return counts;
  Json result{
      {"database", settings->safe_name()},
      {"schema", settings->engine == database::Engine::sqlite ? "1.1" : arguments.options.version},
      {"seed", arguments.options.seed}};
  result.update(*counts);
  return result;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Fills a database with Kestra's tables and sample rows, for trials and tests.",
               "winnow-sample");
  declare(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  // SQLite has only one schema version; the rows must match it.
  if (arguments.database.find("sqlite:") != std::string::npos) arguments.options.version = "1.1";
  const auto made = make(arguments);
  if (!made) return report(made.error());
  std::cout << made->dump() << '\n';
  return kDone;
}

}  // namespace
}  // namespace winnow::sample

int main(int argc, char** argv) {
  try {
    return winnow::sample::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "winnow-sample: " << error.what() << '\n';
    return 1;
  }
}
