#include "tests/faults/fault_bed.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <thread>
#include <unistd.h>

#include "database/connection.h"
#include "tests/support/require.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

// After every moment that the worlds use but the last: what ended much later stays.
constexpr const char* kEnd = "2026-03-12T00:00:00Z";

std::filesystem::path new_storage() {
  static int number = 0;
  return std::filesystem::temp_directory_path() /
         ("winnow-faults-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
}

constexpr std::array kCounters = {"executionsCount", "logsCount",        "metricsCount",
                                  "storagesCount",   "taskOutputsCount", "executionOutputsCount",
                                  "dependentsCount"};

// What is in `all` and not in `rest`.
Rows without(const Rows& all, const Rows& rest) {
  Rows difference;
  for (const auto& [table, keys] : all) {
    const auto found = rest.find(table);
    for (const auto& key : keys) {
      if (found == rest.end() || !found->second.contains(key)) difference[table].insert(key);
    }
  }
  return difference;
}

bool holds(const Rows& rows, const std::string& table, const std::string& key) {
  const auto found = rows.find(table);
  return found != rows.end() && found->second.contains(key);
}

// The counter of PurgeExecutions that counts this table's rows.
std::string counter_of(const std::string& table) {
  static const std::map<std::string, std::string> counters{
      {"executions", "executionsCount"},    {"logs", "logsCount"},
      {"metrics", "metricsCount"},          {"files", "storagesCount"},
      {"task_outputs", "taskOutputsCount"}, {"execution_outputs", "executionOutputsCount"}};
  const auto found = counters.find(table);
  return found == counters.end() ? "dependentsCount" : found->second;
}

}  // namespace

void append(std::vector<std::string>& lines, const std::vector<std::string>& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

FaultBed::FaultBed(const TestEngine& engine) : FaultBed(engine, "") {}

FaultBed::FaultBed(const TestEngine& engine, const std::string& server_url)
    : engine_(engine),
      database_(server_url.empty() ? TestDatabase::create(engine)
                                   : TestDatabase::create(engine, server_url)),
      storage_(new_storage()) {
  require(sample::create_schema(connection(), engine_.schema_version));
  set_parameters({});
}

FaultBed::~FaultBed() {
  let_go();
  std::filesystem::remove_all(storage_);
}

void FaultBed::set_parameters(Json parameters) {
  parameters_ = Json{{"endDate", kEnd}, {"batchSize", 3}};
  if (!parameters.is_null()) parameters_.update(parameters);
  judge();
}

database::Connection& FaultBed::connection() {
  if (!connection_) connection_ = database_.connection();
  return *connection_;
}

void FaultBed::let_go() {
  maker_.reset();
  connection_.reset();
}

void FaultBed::make_maker() {
  if (maker_) return;
  maker_ = std::make_unique<WorldMaker>(connection(), engine_.schema_version, storage_, random_);
}

void FaultBed::fill(std::uint64_t seed, int fewest, int more) {
  random_.seed(seed);
  make_maker();
  world_ = maker_->make(fewest, more);
  judge();
}

// From the oracle, before anything runs: what must stay, and what is deleted with which execution.
void FaultBed::judge() {
  left_ = expected_after(world_, parameters_, "main", engine_).left;
  chosen_.clear();
  belongings_.clear();
  for (const auto& execution : world_.executions) {
    World alone = world_;
    alone.executions = Json::array({execution});
    const auto rest = expected_after(alone, parameters_, "main", engine_).left;
    auto goes = without(world_.rows, rest);
    if (goes.empty()) continue;
    chosen_.push_back(execution["id"]);
    belongings_[chosen_.back()] = std::move(goes);
  }
}

std::string FaultBed::configuration(const Reach& reach) const {
  auto url = database_.url();
  const auto& settings = database_.settings();
  if (reach.port != 0) {
    const auto port = ":" + std::to_string(reach.behind != 0 ? reach.behind : settings.port);
    const auto hosts = url.find('@');
    url.replace(url.find(port, hosts), port.size(), ":" + std::to_string(reach.port));
  }
  // A proxy must see where a message ends.
  const char mark = url.find('?') == std::string::npos ? '?' : '&';
  if (engine_.name == "postgresql") url += std::string(1, mark) + "sslmode=disable";
  if (engine_.name == "mysql" && url.find("ssl-mode") == std::string::npos) {
    url += std::string(1, mark) + "ssl-mode=DISABLED";
  }
  const Json storage = reach.host_storage
                           ? Json{{"type", "host"}}
                           : Json{{"type", "local"}, {"base-path", storage_.string()}};
  Json configuration{{"database",
                      {{"url", url},
                       {"connections", reach.connections},
                       {"connect-timeout", reach.connect_timeout_ms},
                       {"lock-timeout", reach.lock_timeout_ms}}},
                     {"storage", storage},
                     {"policy", {{"tenant", "main"}}}};
  if (!receipts_.empty()) configuration["receipts"] = {{"file", receipts_}};
  return configuration.dump();
}

std::unique_ptr<AbiRun> FaultBed::run(const Reach& reach) const {
  return std::make_unique<AbiRun>(configuration(reach), "PurgeExecutions", parameters_.dump());
}

std::unique_ptr<AbiRun> FaultBed::run_armed(const Interception& interception) {
  if (engine_.name == "sqlite") let_go();
  auto started = run();
  if (started->prepare()) {
    arm(interception);
    started->run();
    disarm();
  }
  return started;
}

void FaultBed::add_file(const std::string& execution, const std::string& name) {
  for (const auto& document : world_.executions) {
    if (document["id"] != execution) continue;
    const auto file = std::filesystem::path(folder_of(document)) / name;
    std::filesystem::create_directories((storage_ / file).parent_path());
    std::ofstream(storage_ / file) << "content";
    world_.rows["files"].insert(file.string());
  }
  judge();
}

Rows FaultBed::look() {
  make_maker();
  return maker_->look();
}

bool FaultBed::is_there(const Rows& rows, const std::string& execution) const {
  return holds(rows, "executions", execution);
}

std::vector<std::string> FaultBed::broken_now(const Rows& now) const {
  std::vector<std::string> broken;
  const auto gone = without(world_.rows, now);
  for (const auto& [table, keys] : without(left_, now)) {
    for (const auto& key : keys) {
      broken.push_back("S1: " + table + " " + key + " is gone and should stay");
    }
  }
  for (const auto& [execution, rows] : belongings_) {
    if (!holds(rows, "executions", execution)) continue;  // executions stay by the parameters
    const bool parent_gone = holds(gone, "executions", execution);
    for (const auto& [table, keys] : rows) {
      for (const auto& key : keys) {
        const bool child_gone = holds(gone, table, key);
        if (parent_gone && !child_gone) {
          broken.push_back("S3: execution " + execution + " is gone, its " + table + " " + key +
                           " is not");
        } else if (!parent_gone && child_gone && table != "files") {
          broken.push_back("half: " + table + " " + key + " is gone, its execution " + execution +
                           " is not");
        }
      }
    }
  }
  return broken;
}

std::vector<std::string> FaultBed::left_over(const Rows& now) const {
  std::vector<std::string> lines;
  for (const auto& [table, keys] : without(now, left_)) {
    for (const auto& key : keys) lines.push_back("S2: " + table + " " + key + " is still there");
  }
  return lines;
}

std::vector<std::string> FaultBed::miscounted(const Rows& before, const Rows& after,
                                              const Json& counters) const {
  std::map<std::string, std::int64_t> went;
  for (const auto& [table, keys] : without(before, after)) {
    went[counter_of(table)] += static_cast<std::int64_t>(keys.size());
  }
  const auto compare = [&went](const Json& told) {
    std::vector<std::string> lines;
    for (const auto* counter : kCounters) {
      const auto counted = told.value(counter, std::int64_t{0});
      if (counted == went[counter]) continue;
      lines.push_back("S4: " + std::string(counter) + " is " + std::to_string(counted) + ", but " +
                      std::to_string(went[counter]) + " went");
    }
    return lines;
  };
  auto lines = compare(counters);
  // A transaction whose outcome is unknown to the run was committed as a whole or not at all.
  const auto open = counters.find("inDoubt");
  if (lines.empty() || open == counters.end()) return lines;
  auto all = counters;
  for (const auto& [counter, rows] : open->items()) {
    all[counter] = counters.value(counter, std::int64_t{0}) + rows.get<std::int64_t>();
  }
  return compare(all).empty() ? std::vector<std::string>{} : lines;
}

std::int64_t FaultBed::sessions() {
  const bool postgres = engine_.name == "postgresql";
  const database::Statement statement{
      .sql = postgres ? "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND pid <> pg_backend_pid()"
                      : "SELECT count(*) FROM information_schema.processlist WHERE db = database() "
                        "AND id <> connection_id()",
      .parameters = {}};
  std::int64_t count = 0;
  require(connection().query(statement, [&](const database::Row& row) {
    count = std::stoll(std::string(row.text(0).value_or("0")));
    return true;
  }));
  return count;
}

std::vector<std::string> FaultBed::left_behind() {
  if (engine_.name == "sqlite") return {};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (sessions() > 0) {
    if (std::chrono::steady_clock::now() > end) return {"S7: a session is left on the server"};
    std::this_thread::yield();
  }
  return {};
}

std::vector<std::string> FaultBed::finish() {
  const auto before = look();
  if (engine_.name == "sqlite") let_go();
  const auto clean = run();
  if (clean->prepare()) clean->run();
  std::vector<std::string> lines;
  if (clean->result().status != WINNOW_OK) {
    lines.push_back("the run after the fault failed: " + clean->result().json.dump());
  }
  if (!clean->close()) lines.emplace_back("S7: the library can't be closed");
  const auto after = look();
  append(lines, broken_now(after));
  append(lines, left_over(after));
  append(lines, miscounted(before, after, clean->result().counters()));
  append(lines, left_behind());
  // One that a dead process left without locks disappears with the next transaction.
  if (before != after && std::filesystem::exists(database_.settings().database + "-journal")) {
    lines.emplace_back("S7: SQLite's journal is left behind");
  }
  return lines;
}

}  // namespace winnow::tests
