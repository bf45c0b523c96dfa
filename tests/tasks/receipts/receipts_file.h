// A file of receipts in a folder of the test's own.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "document/yaml.h"

namespace winnow::tests {

class ReceiptsFile {
 public:
  ReceiptsFile() {
    std::string name = testing::TempDir() + "winnow-receipts-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder can be made");
    folder_ = name;
  }
  ReceiptsFile(const ReceiptsFile&) = delete;
  ReceiptsFile& operator=(const ReceiptsFile&) = delete;
  ~ReceiptsFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path() const { return (folder_ / "receipts.jsonl").string(); }
  std::string text() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> lines() const {
    std::istringstream text(this->text());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
  std::vector<document::Json> records() const {
    std::vector<document::Json> records;
    for (const auto& line : lines()) records.push_back(document::Json::parse(line));
    return records;
  }
  std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const auto& record : records()) kinds.push_back(record["receipt"].get<std::string>());
    return kinds;
  }
  void append(const std::string& text) const {
    std::ofstream(path(), std::ios::binary | std::ios::app) << text;
  }
  void write(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }
  void write(const std::vector<std::string>& lines) const {
    std::ofstream file(path(), std::ios::binary);
    for (const auto& line : lines) file << line << "\n";
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace winnow::tests
