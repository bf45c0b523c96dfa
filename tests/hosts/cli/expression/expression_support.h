// What the expression tests share: one scope, one moment, one time zone.
#pragma once

#include <ostream>
#include <regex>
#include <string>

#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/language/template.h"
#include "tests/hosts/cli/environment_guard.h"

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

// `MESSAGE, at column N of "..."` as "error@N: MESSAGE".
inline std::string shortened(const Failure& failure) {
  static const std::regex form(R"(^([^]*), at (?:line \d+, )?column (\d+) of "[^]*"$)");
  std::smatch parts;
  const bool fits = std::regex_match(failure.message, parts, form);
  return fits ? "error@" + parts[2].str() + ": " + parts[1].str() : failure.message;
}

// The printed value, or "error@COLUMN: message".
inline std::string rendered(const std::string& text, const std::string& zone = "Europe/Paris") {
  const tests::EnvironmentGuard machine("TZ", zone.c_str());
  const auto parsed = Template::parse(text, callables());
  if (!parsed) return shortened(parsed.error());
  const auto value = parsed->value(scope());
  return value ? printed(*value) : shortened(value.error());
}

}  // namespace winnow::cli::expression
