#include "tests/faults/tally.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>

#include <gtest/gtest.h>

namespace winnow::tests {
namespace {

constexpr std::size_t kEnough = 10;  // violations until a test stops

std::optional<std::uint64_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

}  // namespace

bool torturing() {
  const char* text = std::getenv("WINNOW_FAULTS");  // NOLINT(concurrency-mt-unsafe)
  return text != nullptr && std::string(text) == "torture";
}

std::uint64_t cases(std::uint64_t brief, std::uint64_t thorough) {
  if (const auto wanted = number_from("WINNOW_FAULT_CASES")) return std::min(*wanted, thorough);
  return torturing() ? thorough : brief;
}

std::vector<TestEngine> fault_engines() {
  std::vector<TestEngine> engines;
  for (const auto& engine : test_engines()) {
    if (engine.schema_version == "1.1") engines.push_back(engine);
  }
  return engines;
}

void Case::found(const std::vector<std::string>& lines) {
  violations.insert(violations.end(), lines.begin(), lines.end());
}

Tally::Tally(std::string fault, const TestEngine& engine)
    : fault_(std::move(fault)),
      engine_(engine.name),
      seed_(number_from("WINNOW_FAULT_SEED").value_or(std::random_device{}())) {}

Tally::~Tally() {
  std::string line = fault_ + "\t" + engine_ + "\t" + std::to_string(tried_) + "\t" +
                     std::to_string(failed_.size()) + "\t";
  if (!failed_.empty()) line += "seed " + std::to_string(seed_) + " cases";
  for (const auto index : failed_) line += " " + std::to_string(index);
  for (const auto& [name, text] : notes_) line += " " + name + " " + text;
  std::cout << line << ", seed " << seed_ << '\n';
  // NOLINTNEXTLINE(concurrency-mt-unsafe): set for the whole process
  if (const char* path = std::getenv("WINNOW_FAULTS_TABLE")) {
    std::ofstream(path, std::ios::app) << line << '\n';
  }
}

void Tally::note(const std::string& name, const std::string& text) {
  for (auto& [known, said] : notes_) {
    if (known != name) continue;
    said = text;
    return;
  }
  notes_.emplace_back(name, text);
}

void Tally::run(std::uint64_t count, const std::function<void(Case&)>& body) {
  const auto only = number_from("WINNOW_FAULT_CASE");
  for (std::uint64_t index = only.value_or(0); index < only.value_or(count - 1) + 1; ++index) {
    Case tried{.index = index, .seed = seed_ + index, .random = std::mt19937_64(seed_ + index)};
    ++tried_;
    try {
      body(tried);
    } catch (const std::exception& error) {
      tried.violations.emplace_back(std::string("the test can't go on: ") + error.what());
    }
    if (tried.violations.empty()) continue;
    failed_.push_back(index);
    report(tried);
    if (failed_.size() >= kEnough) return;
  }
}

void Tally::report(const Case& tried) {
  std::string text = fault_ + " on " + engine_ + ", case " + std::to_string(tried.index) + ": " +
                     tried.what + "\n";
  for (const auto& line : tried.violations) text += "  " + line + "\n";
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  text += "  replay: WINNOW_FAULT_SEED=" + std::to_string(seed_) +
          " WINNOW_FAULT_CASE=" + std::to_string(tried.index) +
          (torturing() ? " WINNOW_FAULTS=torture" : "") + " faults_test --gtest_filter='" +
          test->test_suite_name() + "." + test->name() + "'";
  ADD_FAILURE() << text;
}

}  // namespace winnow::tests
