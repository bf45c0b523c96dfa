// Reads YAML (and so JSON) that people write into one JSON value, and keeps the line of every part
// of it, so that whoever refuses a value can say where it stands.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "outcome/failure.h"

namespace winnow::document {

// Keeps the order of keys as they were written: outputs and schemas read like their sources.
using Json = nlohmann::ordered_json;
// Ends the process where memory runs out: document::is_text (document/object.h) doesn't.
bool operator==(const Json& json, const char* text) = delete;

// NOLINTNEXTLINE(bugprone-exception-escape): clang-tidy takes Json's move for one that throws
struct Document {
  std::string name;  // the file's name, for messages
  Json value;
  std::map<std::string, int> lines;  // JSON Pointer of each key and element -> line, from 1

  // `name:line` of the pointer's value, or of the nearest parent that has one.
  std::string place(std::string_view pointer) const;
};

// Parses one document by YAML 1.2's core schema (yes, no, on and off are strings), and merge keys
// (`<<: *base`). Refused, as `configuration` with
// name:line: syntax errors, duplicate keys, keys that are not text, more than 100,000 values (what
// an alias stands for counts each time), nesting beyond 100 levels, text that is not UTF-8, several
// documents in one file, more than 10 MiB of JSON or 1 MiB of other YAML (its parser may hold 240
// bytes for each one of a hostile text). No message repeats a value: it may be a secret.
Outcome<Document> parse_yaml(std::string_view text, std::string name);

// Parses all documents of a text as SnakeYAML reads Micronaut's application.yml, by YAML 1.1: yes,
// no, on and off are booleans. A number is an integer only where its text is how one writes it: 7
// is one, and 007, 0x7, 7e3, 1_000 and 12:30, which mean something else in each version of YAML,
// become a double that nobody should use. Of a key that stands twice the last counts, and a number
// or boolean may be one. Other bounds and refusals are those of parse_yaml, for each document.
Outcome<std::vector<Document>> parse_application_yaml(std::string_view text, std::string name);

// The first of the two, from a file; a file that can't be read is a configuration failure that
// names it.
Outcome<Document> read_yaml_file(const std::string& path);

}  // namespace winnow::document
