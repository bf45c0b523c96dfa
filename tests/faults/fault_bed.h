// A small Kestra database with files for one engine, what a purge of it must leave, and the checks
// that apply after any fault.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/abi_run.h"
#include "tests/faults/intercepted_calls.h"
#include "tests/support/test_database.h"
#include "tests/tasks/purge/world.h"

namespace winnow::tests {

class FaultBed {
 public:
  explicit FaultBed(const TestEngine& engine);
  // On a separate server: the URL of an account that may create databases.
  FaultBed(const TestEngine& engine, const std::string& server_url);
  FaultBed(const FaultBed&) = delete;
  FaultBed& operator=(const FaultBed&) = delete;
  ~FaultBed();

  // A new world of some executions, from this seed alone.
  void fill(std::uint64_t seed, int fewest = 6, int more = 12);

  const TestEngine& engine() const { return engine_; }
  const World& world() const { return world_; }
  const std::filesystem::path& storage() const { return storage_; }
  const TestDatabase& database() const { return database_; }
  const Json& parameters() const { return parameters_; }
  void set_parameters(Json parameters);
  // Runs leave their receipts in this file from now on.
  void set_receipts(std::string file) { receipts_ = std::move(file); }

  // winnow's configuration. `port`: of a proxy in front of the server, 0 for the server itself; of
  // several servers in front of the one with the port `behind`.
  struct Reach {
    std::uint16_t port = 0;
    std::uint16_t behind = 0;
    int connections = 1;
    int connect_timeout_ms = 5'000;
    int lock_timeout_ms = 2'000;
    bool host_storage = false;
  };
  std::string configuration(const Reach& reach) const;
  std::unique_ptr<AbiRun> run(const Reach& reach) const;
  std::unique_ptr<AbiRun> run() const { return run(Reach{}); }
  // A run that has come to its end, armed from when it was prepared; it is still to be closed.
  std::unique_ptr<AbiRun> run_armed(const Interception& interception);
  // A file more in an execution's folder.
  void add_file(const std::string& execution, const std::string& name);

  // What is there now.
  Rows look();
  // Closes the bed's own connection; the next check opens another. Call it before a fork, and
  // before the server stops.
  void let_go();
  database::Connection& connection();

  // Executions that a purge with these parameters deletes.
  const std::vector<std::string>& chosen() const { return chosen_; }
  bool is_there(const Rows& rows, const std::string& execution) const;

  // One line per violation; empty if all is well. At any moment: nothing was deleted that should
  // stay (S1, S6), no orphan, nothing half deleted (S3).
  std::vector<std::string> broken_now(const Rows& now) const;
  // After a finished run: everything was deleted (S2).
  std::vector<std::string> left_over(const Rows& now) const;
  // The counters equal what was deleted between two checks (S4).
  std::vector<std::string> miscounted(const Rows& before, const Rows& after,
                                      const Json& counters) const;
  // No session of winnow is left on the server, and no file beside SQLite's database (S7). Waits
  // until a server has noticed that its client is dead.
  std::vector<std::string> left_behind();

  // A run without a fault must finish the rest; checks all of the above.
  std::vector<std::string> finish();

 private:
  void make_maker();
  void judge();
  std::int64_t sessions();

  TestEngine engine_;
  TestDatabase database_;
  std::filesystem::path storage_;
  std::string receipts_;
  std::mt19937_64 random_;
  std::unique_ptr<database::Connection> connection_;
  std::unique_ptr<WorldMaker> maker_;
  World world_;
  Json parameters_;
  Rows left_;  // what a finished purge leaves
  std::vector<std::string> chosen_;
  std::map<std::string, Rows> belongings_;  // by selected execution: what is deleted with it
};

// Adds the lines of `more`.
void append(std::vector<std::string>& lines, const std::vector<std::string>& more);

}  // namespace winnow::tests
