// A manifest's YAML, once it is known to be right, in the form that the engines read.
#include "plugin/manifests/reader.h"

#include <utility>

#include "document/object.h"
#include "document/pointer.h"
#include "outcome/try.h"
#include "plugin/builtin/manifests.h"
#include "plugin/builtin/schemas.h"
#include "plugin/manifests/check.h"
#include "plugin/manifests/filter_operators.h"
#include "plugin/manifests/value_types.h"
#include "tasks/engine.h"

namespace winnow::plugin {
namespace {

using document::Json;
using tasks::Match;
using tasks::PurgeStep;

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> all;
  for (const auto& text : list) all.push_back(text.get<std::string>());
  return all;
}

std::string text(const Json& object, std::string_view key) {
  const auto& value = member(object, key);
  return value.is_null() ? std::string() : value.get<std::string>();
}

tasks::Filter read_filter(const Json& filter) {
  tasks::Filter read{.column = text(filter, "column"),
                     .operation = operator_named(text(filter, "operator")).operation,
                     .exact_with = text(filter, "exact-with"),
                     .document = texts(member(filter, "document")),
                     .when_missing = text(filter, "when-missing"),
                     .when_absent = texts(member(filter, "when-absent")),
                     .implies = text(filter, "implies")};
  if (const auto& other = member(filter, "instead"); !other.is_null()) {
    read.instead = {.parameter = text(other, "parameter"),
                    .value = text(other, "value"),
                    .column = text(other, "column"),
                    .document = texts(member(other, "document"))};
  }
  if (const auto& missing = member(filter, "missing-in"); !missing.is_null()) {
    read.missing_in = {.column = text(missing, "column"),
                       .values = texts(member(missing, "values"))};
  }
  return read;
}

tasks::ParameterSpec read_parameter(const std::string& name, const Json& parameter) {
  tasks::ParameterSpec spec{.name = name,
                            .schema = json_schema_of(parameter),
                            .required = parameter.value("required", false),
                            .filter = std::nullopt};
  if (!parameter.contains("filter")) return spec;
  spec.filter = read_filter(parameter["filter"]);
  if (document::is_text(parameter["type"], "values"))
    spec.filter->known_values = texts(member(parameter, "enum"));
  return spec;
}

tasks::OutputColumn read_column(const std::string& name, const Json& column) {
  return {.name = name,
          .column = text(column, "column"),
          .document = texts(member(column, "document")),
          .by_default = column.value("default", true)};
}

Match read_match(const Json& rows) {
  Match match{.column = text(rows, "column"), .document = texts(member(rows, "document"))};
  if (rows.contains("composed-key")) {
    match.kind = Match::Kind::composed_key;
    match.column = text(rows, "composed-key");
  } else if (rows.contains("document")) {
    match.kind = Match::Kind::document;
  }
  if (rows.contains("only")) {
    match.only_column = text(rows["only"], "column");
    match.only_values = texts(rows["only"]["values"]);
  }
  return match;
}

PurgeStep read_step(const Json& step, const std::string& parent_table) {
  const auto kind = step.begin().key();
  const Json& content = step.begin().value();
  PurgeStep read{.switch_parameter = text(content, "switch"), .counter = text(content, "counter")};
  if (kind == "files") {
    read.kind = PurgeStep::Kind::files;
  } else if (kind == "parent") {
    read.kind = PurgeStep::Kind::parent;
    read.table = parent_table;
    const auto& split = member(content, "split");
    read.split = {.column = text(split, "column"),
                  .present = text(split, "present"),
                  .missing = text(split, "missing")};
  } else {
    read.table = text(content, "table");
    read.match = read_match(content);
    read.written = text(member(content, "written"), "column");
    read.written_document = texts(member(member(content, "written"), "document"));
    read.optional = content.value("optional", false);
    read.written_once = content.value("written-once", false);
  }
  return read;
}

tasks::ExaminedTable read_examined(const std::string& name, const Json& table) {
  tasks::ExaminedTable read{.name = name};
  for (const auto& index : member(table, "indexes")) read.indexes.push_back(texts(index));
  const auto& parent = member(table, "belongs-to");
  if (parent.is_null()) return read;
  read.parent = text(parent, "table");
  read.match = read_match(parent);
  read.written = text(parent, "written");
  read.remedy = text(parent, "remedy");
  return read;
}

Json outputs_schema(const Json& manifest) {
  Json required = Json::array();
  Json properties = Json::object();
  for (const auto& output : member(manifest, "outputs").items()) {
    properties[output.key()] = json_schema_of(output.value());
    if (output.value().value("required", false)) required.push_back(output.key());
  }
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

tasks::Manifest read_fields(const document::Document& document) {
  const Json& source = document.value;
  tasks::Manifest manifest;
  manifest.name = text(source, "name");
  manifest.source = document.name;
  manifest.aliases = texts(member(source, "aliases"));
  manifest.title = text(source, "title");
  manifest.description = text(source, "description");
  // The schema admits known engines only.
  const auto& engine = *tasks::engine_named(text(source, "engine"));
  manifest.engine = engine.kind;
  manifest.removes = engine.removes;
  manifest.table = text(source, "table");
  manifest.tenant_column = text(source, "tenant");
  manifest.namespace_column = text(source, "namespace");
  for (const auto& entry : member(source, "parameters").items()) {
    manifest.parameters.push_back(read_parameter(entry.key(), entry.value()));
  }
  for (const auto& entry : member(source, "columns").items()) {
    manifest.columns.push_back(read_column(entry.key(), entry.value()));
  }
  const Json& order = member(source, "order");
  manifest.orders = texts(member(order, "columns"));
  manifest.descending = text(order, "direction") == "desc";
  for (const auto& step : member(source, "steps")) {
    manifest.steps.push_back(read_step(step, manifest.table));
  }
  manifest.purge_names = texts(member(source, "purges"));
  for (const auto& known : member(source, "schemas")) {
    manifest.schemas.push_back({.version = text(known, "version"),
                                .has = texts(member(known, "has")),
                                .lacks = texts(member(known, "lacks"))});
  }
  for (const auto& entry : member(source, "tables").items()) {
    manifest.tables.push_back(read_examined(entry.key(), entry.value()));
  }
  manifest.outputs = outputs_schema(source);
  return manifest;
}

// The built-in ListExecutions: its parameters and outputs are those of every listing.
Outcome<Json> list_executions() {
  for (const auto& builtin : builtin_manifests()) {
    if (builtin.name != "ListExecutions.yaml") continue;
    WINNOW_TRY(const auto document, document::parse_yaml(builtin.text, std::string(builtin.name)));
    return document.value;
  }
  return fail(FailureKind::internal, "the library has no manifest ListExecutions.yaml");
}

// An operator's listing has what every listing has without declaring it, and may not declare it
// otherwise.
Outcome<void> complete_operators_listing(const document::Document& document,
                                         tasks::Manifest& manifest) {
  const auto refused = [&](const std::string& pointer, const char* reason) {
    return fail(FailureKind::configuration, placed(document, pointer, reason), pointer);
  };
  if (document.value.contains("outputs"))
    return refused("/outputs", "every listing has these outputs already");
  WINNOW_TRY(const auto model, list_executions());
  manifest.outputs = outputs_schema(model);
  for (const auto name : tasks::kListingParameters) {
    if (!member(member(document.value, "parameters"), name).is_null()) {
      return refused(document::pointer_to("/parameters", name),
                     "every listing has this parameter already");
    }
    manifest.parameters.push_back(
        read_parameter(std::string(name), member(model["parameters"], name)));
  }
  return {};
}

// Completes a listing's parameters by its columns and its order.
void complete_listing_parameters(tasks::Manifest& manifest) {
  Json columns = Json::array();
  for (const auto& column : manifest.columns) columns.push_back(column.name);
  for (auto& parameter : manifest.parameters) {
    if (parameter.name == "columns") parameter.schema["items"]["enum"] = columns;
    if (parameter.name == "direction") {
      parameter.schema["default"] = manifest.descending ? "desc" : "asc";
    }
    if (parameter.name != "orderBy") continue;
    parameter.schema["enum"] = manifest.orders;
    parameter.schema["default"] = manifest.orders.front();
  }
}

// The rules have one schema, for flows and for the operator's file. What is explained is an
// execution: rules for logs and metrics say nothing about it.
void add_retention_parameters(tasks::Manifest& manifest) {
  const auto policy = builtin_schema("retention.schema.json");
  const bool of_executions = manifest.engine == tasks::EngineKind::explanation;
  for (const auto& entry : policy["properties"].items()) {
    if (of_executions && (entry.key() == "logs" || entry.key() == "metrics")) continue;
    manifest.parameters.push_back(
        {.name = entry.key(), .schema = entry.value(), .required = false, .filter = std::nullopt});
  }
}

Json parameters_schema(const tasks::Manifest& manifest) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& parameter : manifest.parameters) {
    properties[parameter.name] = parameter.schema;
    if (parameter.required) required.push_back(parameter.name);
  }
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", manifest.title},
              {"type", "object"},
              {"properties", std::move(properties)},
              {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace

Outcome<tasks::Manifest> read_manifest(const document::Document& document, Author author) {
  auto manifest = read_fields(document);
  if (manifest.engine == tasks::EngineKind::listing) {
    if (author == Author::operators) WINNOW_CHECK(complete_operators_listing(document, manifest));
    complete_listing_parameters(manifest);
  }
  if (!manifest.purge_names.empty()) add_retention_parameters(manifest);
  manifest.schema = parameters_schema(manifest);
  return manifest;
}

}  // namespace winnow::plugin
