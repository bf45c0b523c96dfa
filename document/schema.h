// Holds a JSON value against a JSON Schema (draft 7) and says for a person what was expected and
// where.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "document/yaml.h"

namespace winnow::document {

struct Mismatch {
  std::string pointer;  // JSON Pointer of the value that does not fit
  std::string message;  // what was found and what was expected, one sentence
};

// A compiled schema; may be used from several threads at once.
class Schema {
 public:
  // The failure is `internal` when `definition` itself is not a schema: schemas are ours, not the
  // user's.
  static Outcome<Schema> compile(const Json& definition);

  // The first value that does not fit (deepest cause, not "the object is not valid"), or nothing.
  // An unknown property is reported at its own pointer, with the nearest known name where one is
  // close.
  std::optional<Mismatch> mismatch(const Json& value) const;

 private:
  struct Compiled;
  explicit Schema(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

// A schema that is compiled when it is first used: of many, a run uses one or two. Thread-safe. A
// failure (no memory) is not kept.
class LazySchema {
 public:
  explicit LazySchema(std::function<Json()> definition);

  // As Schema::compile(); the schema lives as long as this object or a copy of it.
  Outcome<const Schema*> compiled() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// `value` with the `default` of every missing property of the object schema `definition` filled in
// (one level).
Json with_defaults(const Json& definition, Json value);

}  // namespace winnow::document
