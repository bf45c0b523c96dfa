// Runs the cases of one fault class, and keeps what they found for the table of ./dev torture.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/test_database.h"

namespace winnow::tests {

// The number of cases: `brief` in a test run, `thorough` under ./dev torture
// (WINNOW_FAULTS=torture), or WINNOW_FAULT_CASES if that is set.
std::uint64_t cases(std::uint64_t brief, std::uint64_t thorough);
bool torturing();

// One case of a fault. The same index and seed give the same case again.
struct Case {
  std::uint64_t index;
  std::uint64_t seed;  // of this case alone
  std::mt19937_64 random;
  std::string what = {};  // the fault, for who reads of a violation
  std::vector<std::string> violations = {};

  std::uint64_t pick(std::uint64_t below) { return random() % below; }
  void found(const std::vector<std::string>& lines);
};

// The engines of the fault tests: each once, in the oldest version of the schema.
std::vector<TestEngine> fault_engines();

class Tally {
 public:
  // The seed is the clock's, or WINNOW_FAULT_SEED; WINNOW_FAULT_CASE replays one case alone.
  Tally(std::string fault, const TestEngine& engine);
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  ~Tally();  // writes the line of the table

  // Runs `body` for the cases 0 to count - 1. A violation, or an exception of the body, fails the
  // test and says how to replay the case. After ten the rest are left out.
  void run(std::uint64_t count, const std::function<void(Case&)>& body);
  // Notes something about the cases that is not a violation; the last note of each name is kept.
  void note(const std::string& name, const std::string& text);

 private:
  void report(const Case& tried);

  std::string fault_;
  std::string engine_;
  std::uint64_t seed_;
  std::uint64_t tried_ = 0;
  std::vector<std::uint64_t> failed_;
  std::vector<std::pair<std::string, std::string>> notes_;
};

}  // namespace winnow::tests
