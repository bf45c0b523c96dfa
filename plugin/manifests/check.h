// Says with file:line what is wrong with a manifest: by its JSON Schema, and by the rules that no
// such schema can express, of names that must agree with each other, operators and their types.
// What only a built-in manifest could break is checked in tests/plugin/manifests/builtin_check.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"

namespace winnow::plugin {

// Keeps the first mistake. The checks continue after it, so that no check depends on the result of
// another.
class Diagnostics {
 public:
  void add(std::string pointer, std::string reason) {
    if (!first_) first_ = Diagnostic{std::move(pointer), std::move(reason)};
  }

  struct Diagnostic {
    std::string pointer;
    std::string reason;
  };
  const std::optional<Diagnostic>& first() const { return first_; }

 private:
  std::optional<Diagnostic> first_;
};

// `configuration` failure with file:line.
Outcome<void> check_manifest(const document::Document& document);

// The parts of it.
void check_parameters(const document::Json& manifest, Diagnostics& diagnostics);
void check_listing(const document::Json& manifest, Diagnostics& diagnostics);

// A name that becomes an SQL identifier or a step of a JSON path: letters, digits and `_`, at most
// 63 of them.
void check_identifier(const document::Json& name, const std::string& pointer,
                      Diagnostics& diagnostics);
// An optional list of such names at `key` of the object.
void check_path(const document::Json& object, const std::string& pointer, Diagnostics& diagnostics);
// A name that callers use, which begins with a letter too.
void check_name(const std::string& name, const std::string& pointer, Diagnostics& diagnostics);

// The member, or null where it is missing.
const document::Json& member(const document::Json& object, std::string_view key);

// The names of its members.
std::vector<std::string> names_of(const document::Json& object);

}  // namespace winnow::plugin
