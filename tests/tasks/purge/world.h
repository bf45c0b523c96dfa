// A small Kestra database made for one random case, and what a purge of it must leave: computed
// from the documents alone, by rules written down a second time, never through winnow's SQL.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/kestra_rows.h"
#include "tests/support/test_database.h"

namespace winnow::tests {

using document::Json;

// The keys of every table that is still there, and the files.
using Rows = std::map<std::string, std::set<std::string>>;

struct World {
  Json executions = Json::array();  // documents
  Json logs = Json::array();        // {"key", "value"}
  Json metrics = Json::array();     // {"key", "value"}
  Rows rows;                        // all that was written, dependents and files too
};

// The tables whose rows are deleted with their execution in this schema version, with the key of an
// execution's row there.
std::map<std::string, std::string> dependents_of(const Json& execution, const std::string& version);

// Where an execution's files are, from the storage's base path.
std::string folder_of(const Json& execution);

class WorldMaker {
 public:
  WorldMaker(database::Connection& connection, std::string version, std::filesystem::path storage,
             std::mt19937_64& random);

  // Empties the database and fills it with `fewest` to `fewest + more` executions around `middle`.
  // `adorn` may add to each execution's document.
  World make(std::int64_t fewest = 5, std::int64_t more = 40,
             const std::function<void(Json&)>& adorn = {});

  // What is in the database and the storage now.
  Rows look();

 private:
  std::int64_t pick(std::int64_t below);
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(pick(static_cast<std::int64_t>(choices.size())))];
  }
  std::string moment();
  Json execution(int number);
  void add_children(World& world, const Json& execution);
  void write(const World& world);
  void write_dependents(const World& world, const Json& execution,
                        std::vector<database::Statement>& statements) const;

  std::string version_;
  std::filesystem::path storage_;
  std::mt19937_64& random_;
  KestraRows tables_;
  bool zones_;
};

// Random parameters of PurgeExecutions, around the moments that the worlds use.
Json random_parameters(std::mt19937_64& random);

// The rows that must be left, and the counts that must be reported, by the contract alone.
struct Expectation {
  Rows left;
  Json counts;
};
Expectation expected_after(const World& world, const Json& parameters, const std::string& tenant,
                           const TestEngine& engine);

}  // namespace winnow::tests
