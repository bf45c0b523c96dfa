// What the expression tests share: one scope, one moment, one time zone.
#pragma once

#include <cstdlib>
#include <ostream>
#include <string>

#include "hosts/cli/expression/language/template.h"

namespace winnow::cli::expression {

struct Example {
  std::string text;
  std::string expected;
};

inline void PrintTo(const Example& example, std::ostream* out) {
  *out << example.text;
}

inline Scope scope() {
  Scope scope;
  scope.now = *document::parse_instant("2026-11-24T12:34:56.123456Z");
  scope.variables = Json::parse(R"({
    "inputs": {"days": 30, "name": "company.team", "flag": true, "off": false, "nothing": null, "blank": "",
               "states": ["SUCCESS", "FAILED"], "ratio": 0.5, "umlaut": "Größe",
               "nested": "{{ now() }}"},
    "vars": {"a-b": 1, "map": {"k": "v", "list": [10, 20, 30]}},
    "outputs": {"list": {"rows": [{"id": "x1"}, {"id": "x2"}], "size": 2}},
    "flow": {"id": "purge", "namespace": "company.ops"}
  })");
  return scope;
}

// The printed text, or "error@COLUMN: message".
inline std::string rendered(const std::string& text, const std::string& zone = "Europe/Paris") {
  ::setenv("TZ", zone.c_str(), 1);
  const auto failed = [](const Problem& problem) {
    return "error@" + std::to_string(problem.offset + 1) + ": " + problem.message;
  };
  const auto parsed = Template::parse(text);
  if (!parsed) return failed(parsed.error());
  const auto printed = parsed->text(scope());
  return printed ? *printed : failed(printed.error());
}

}  // namespace winnow::cli::expression
