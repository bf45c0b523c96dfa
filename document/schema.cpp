// valijson decides whether and where a value fails; the words are our own, because its messages
// name constraints and not what a person should write.
#include "document/schema.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <new>
#include <set>
#include <utility>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "document/explain.h"
#include "document/instant.h"
#include "document/nearest.h"
#include "document/object.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::document {
namespace {

// Checked here: valijson's idea of a date-time is not Kestra's, and its uniqueItems
// compares each element with each other one.
bool is_own_check(const std::string& keyword, const Json& value) {
  return (keyword == "format" && value.is_string()) ||
         (keyword == "uniqueItems" && value.is_boolean());
}

// Not as Json: what keeps its members' order copies them all, and what is below, whenever it grows.
nlohmann::json without_own_checks(const Json& definition) {
  if (definition.is_array()) {
    auto copy = nlohmann::json::array();
    for (const auto& element : definition) copy.push_back(without_own_checks(element));
    return copy;
  }
  if (!definition.is_object()) return definition;
  auto copy = nlohmann::json::object();
  for (const auto& member : definition.items()) {
    if (is_own_check(member.key(), member.value())) continue;
    copy[member.key()] = without_own_checks(member.value());
  }
  return copy;
}

// A place in the value, with the schemas that speak about it there.
struct Location {
  std::string pointer;
  const Json* value;
  std::vector<const Json*> definitions;  // alternatives of anyOf too
};

// The schema of a member or element, where `definition` has one.
const Json* child_definition(const Json& definition, const std::string& step, bool is_element) {
  if (is_element) {
    const auto items = definition.find("items");
    return items == definition.end() ? nullptr : &*items;
  }
  const auto properties = definition.find("properties");
  if (properties != definition.end() && properties->contains(step)) return &(*properties)[step];
  const auto others = definition.find("additionalProperties");
  return others != definition.end() && others->is_object() ? &*others : nullptr;
}

// One step down; false where the value has no such part.
bool descend(Location& location, const std::string& step) {
  const Json& value = *location.value;
  if (value.is_array()) {
    const auto index = number_of<std::size_t>(step);
    if (!index || *index >= value.size()) return false;
    location.value = &value[*index];
    location.pointer = pointer_to(location.pointer, *index);
  } else {
    if (!value.is_object() || !value.contains(step)) return false;
    location.value = &value[step];
    location.pointer = pointer_to(location.pointer, step);
  }
  std::vector<const Json*> below;
  for (const Json* definition : location.definitions) {
    const Json* child = child_definition(*definition, step, value.is_array());
    if (child == nullptr) continue;
    const auto all = alternatives(*child);
    below.insert(below.end(), all.begin(), all.end());
  }
  location.definitions = std::move(below);
  return true;
}

// valijson names a place as ["<root>", "[states]", "[0]"].
Location located(const Json& definition, const Json& value,
                 const std::vector<std::string>& context) {
  Location location{"", &value, alternatives(definition)};
  for (std::size_t i = 1; i < context.size(); ++i) {
    const auto& part = context[i];
    if (part.size() < 2 || !descend(location, part.substr(1, part.size() - 2))) break;
  }
  return location;
}

bool takes_objects(const Json& definition) {
  return is_text(definition.value("type", Json()), "object") || definition.contains("properties");
}

std::optional<Mismatch> unknown_property(const Location& location) {
  std::vector<std::string> known;
  for (const Json* definition : location.definitions) {
    if (!takes_objects(*definition)) continue;
    if (definition->value("additionalProperties", Json(true)) != Json(false)) return std::nullopt;
    const auto names = known_properties(*definition);
    known.insert(known.end(), names.begin(), names.end());
  }
  for (const auto& member : location.value->items()) {
    if (std::ranges::find(known, member.key()) != known.end()) continue;
    return Mismatch{pointer_to(location.pointer, member.key()),
                    "is not known here" + did_you_mean(member.key(), known)};
  }
  return std::nullopt;
}

std::optional<Mismatch> missing_property(const Location& location) {
  std::vector<const Json*> objects;
  std::ranges::copy_if(location.definitions, std::back_inserter(objects),
                       [](const Json* definition) { return takes_objects(*definition); });
  if (objects.size() != 1) return std::nullopt;  // which of several was meant is not known
  const auto required = objects.front()->find("required");
  if (required == objects.front()->end()) return std::nullopt;
  for (const auto& name : *required) {
    const auto& key = name.get_ref<const std::string&>();
    if (location.value->contains(key)) continue;
    const Json* property = child_definition(*objects.front(), key, false);
    const auto description = property == nullptr ? "" : property->value("description", "");
    return Mismatch{pointer_to(location.pointer, key),
                    "is required" + (description.empty() ? "" : ": " + description)};
  }
  return std::nullopt;
}

bool is_secret(const Location& location) {
  return std::ranges::any_of(location.definitions, [](const Json* definition) {
    return definition->value("writeOnly", false);
  });
}

// The texts that one of the alternatives lists.
std::vector<std::string> choices_of(const Location& location) {
  std::vector<std::string> choices;
  for (const Json* definition : location.definitions) {
    for (const auto& value : definition->value("enum", Json::array())) {
      if (value.is_string()) choices.push_back(value.get<std::string>());
    }
  }
  return choices;
}

Mismatch wrong_value(const Location& location) {
  if (location.definitions.empty()) return {location.pointer, "is not known here"};
  const Json& definition = *location.definitions.front();
  std::string message = "expected " + described_schema(definition);
  if (!is_secret(location)) message += ", found " + described_value(*location.value);
  if (location.value->is_string()) {
    message += did_you_mean(location.value->get<std::string>(), choices_of(location));
  }
  return {location.pointer, std::move(message)};
}

Mismatch explained(const Location& location) {
  const auto& definitions = location.definitions;
  const bool may_be_object = std::ranges::any_of(
      definitions, [](const Json* definition) { return takes_objects(*definition); });
  if (location.value->is_object() && may_be_object) {
    if (auto unknown = unknown_property(location)) return std::move(*unknown);
    if (auto missing = missing_property(location)) return std::move(*missing);
  }
  return wrong_value(location);
}

std::optional<Mismatch> repeated_element(const Json& list, const std::string& pointer) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (seen.insert(list[i].dump()).second) continue;
    return Mismatch{pointer_to(pointer, i),
                    "expected each element once, found " + described_value(list[i]) + " again"};
  }
  return std::nullopt;
}

// Follows properties and items; what our schemas say in alternatives needs none of these checks.
std::optional<Mismatch> wrong_by_own_checks(const Json& definition, const Json& value,
                                            const std::string& pointer) {
  if (value.is_string() && definition.value("format", "") == "date-time") {
    const auto read = parse_instant(value.get_ref<const std::string&>());
    if (!read) {
      auto wrong = wrong_value(Location{pointer, &value, {&definition}});
      const auto reason = read.error().message.find(';');
      if (reason != std::string::npos) wrong.message += read.error().message.substr(reason);
      return wrong;
    }
  }
  if (value.is_array()) {
    if (definition.value("uniqueItems", false)) {
      if (auto repeated = repeated_element(value, pointer)) return repeated;
    }
    const Json* items = child_definition(definition, {}, true);
    if (items == nullptr || !items->is_object()) return std::nullopt;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto wrong = wrong_by_own_checks(*items, value[i], pointer_to(pointer, i))) return wrong;
    }
  }
  if (!value.is_object()) return std::nullopt;
  for (const auto& member : value.items()) {
    const Json* property = child_definition(definition, member.key(), false);
    if (property == nullptr) continue;
    auto wrong = wrong_by_own_checks(*property, member.value(), pointer_to(pointer, member.key()));
    if (wrong) return wrong;
  }
  return std::nullopt;
}

}  // namespace

struct Schema::Compiled {
  Json definition;
  valijson::Schema constraints;
};

Outcome<Schema> Schema::compile(const Json& definition) {
  auto compiled = std::make_shared<Compiled>();
  compiled->definition = definition;
  try {
    const nlohmann::json plain = without_own_checks(definition);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(plain), compiled->constraints);
  } catch (const std::bad_alloc&) {
    throw;  // says nothing of the schema
  } catch (const std::exception& error) {
    return fail(FailureKind::internal, std::string("a JSON Schema can't be used: ") + error.what());
  }
  return Schema(std::move(compiled));
}

std::optional<Mismatch> Schema::mismatch(const Json& value) const {
  const nlohmann::json plain = value;
  valijson::ValidationResults results;
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  const valijson::adapters::NlohmannJsonAdapter target(plain);
  if (validator.validate(compiled_->constraints, target, &results)) {
    return wrong_by_own_checks(compiled_->definition, value, "");
  }
  // The deepest place is the cause; those above it only say that something below them is wrong.
  std::vector<std::string> deepest;
  for (const auto& error : results) {
    if (error.context.size() > deepest.size()) deepest = error.context;
  }
  return explained(located(compiled_->definition, value, deepest));
}

struct LazySchema::State {
  explicit State(std::function<Json()> of) : definition(std::move(of)) {}

  const std::function<Json()> definition;
  std::mutex mutex;
  std::optional<Schema> schema;
};

LazySchema::LazySchema(std::function<Json()> definition)
    : state_(std::make_shared<State>(std::move(definition))) {}

Outcome<const Schema*> LazySchema::compiled() const {
  const std::lock_guard lock(state_->mutex);
  if (!state_->schema) {
    WINNOW_TRY(auto schema, Schema::compile(state_->definition()));
    state_->schema.emplace(std::move(schema));
  }
  return &*state_->schema;
}

Json with_defaults(const Json& definition, Json value) {
  const auto properties = definition.find("properties");
  if (properties == definition.end()) return value;
  for (const auto& property : properties->items()) {
    const auto given = property.value().find("default");
    if (given != property.value().end() && !value.contains(property.key()))
      value[property.key()] = *given;
  }
  return value;
}

}  // namespace winnow::document
