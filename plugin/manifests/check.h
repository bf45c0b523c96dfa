// Checks a manifest and reports errors with file:line: by its JSON Schema, and by the rules that a
// schema can't express, about names that must agree, operators and their types. Rules that only a
// built-in manifest could break are checked in tests/plugin/manifests/builtin_check.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"

namespace winnow::plugin {

// Keeps the first error. The checks continue after it, so no check depends on the result of
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
// An optional list of such names in the member `key` of the object.
void check_path(const document::Json& object, const std::string& pointer, Diagnostics& diagnostics);
// A name that callers use: it also begins with a letter.
void check_name(const std::string& name, const std::string& pointer, Diagnostics& diagnostics);

// The member, or null if it is missing.
const document::Json& member(const document::Json& object, std::string_view key);

}  // namespace winnow::plugin
