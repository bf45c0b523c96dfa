// The keys of Kestra's flows: those that the command honours, and those that it must refuse.
#pragma once

#include <string>
#include <vector>

namespace winnow::cli {

struct Keys {
  std::vector<std::string> known;
  std::vector<std::string> beyond;  // Kestra knows them, this command can't do what they say

  bool is_known(const std::string& key) const;
  bool is_beyond(const std::string& key) const;
  std::vector<std::string> all() const;
};

const Keys& flow_keys();
const Keys& input_keys();
const Keys& task_keys();  // every other key is a parameter of the task
const Keys& output_keys();

}  // namespace winnow::cli
