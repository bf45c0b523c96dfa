// The JSON object for stdout. It contains the library's text unchanged: that may be large, and is
// neither parsed nor copied.
#pragma once

#include <string>
#include <string_view>

#include "document/yaml.h"

namespace winnow::cli {

class Result {
 public:
  Result() = default;
  // The members of `object`, which is a JSON object with its braces.
  explicit Result(std::string object);

  // `value` is JSON. A key is added once.
  void add(const std::string& key, std::string_view value);
  void add(const std::string& key, const document::Json& value);

  // On one line for programs; indented for people, which requires parsing it.
  std::string text(bool for_people) const;

 private:
  std::string members_;  // without the braces around them
};

}  // namespace winnow::cli
