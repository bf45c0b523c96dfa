// What one engine asks of a manifest and the others do not.
#include <algorithm>
#include <set>

#include "document/nearest.h"
#include "document/pointer.h"
#include "plugin/manifests/check.h"

namespace winnow::plugin {
namespace {

using document::Json;
using document::pointer_to;

std::vector<std::string> names_of(const Json& object) {
  std::vector<std::string> names;
  for (const auto& entry : object.items()) names.push_back(entry.key());
  return names;
}

void refuse_keys(const Json& manifest, std::initializer_list<const char*> keys,
                 std::string_view engine, Complaints& complaints) {
  for (const char* key : keys) {
    if (manifest.contains(key))
      complaints.add(pointer_to("", key), "a " + std::string(engine) + " has none");
  }
}

bool has_table(const Json& manifest, Complaints& complaints) {
  if (manifest.contains("table")) return true;
  complaints.add("/table", "is required: the table whose rows the task works on");
  return false;
}

void check_columns(const Json& columns, Complaints& complaints) {
  bool any_by_default = false;
  for (const auto& entry : columns.items()) {
    const auto pointer = pointer_to("/columns", entry.key());
    check_name(entry.key(), pointer, complaints);
    check_identifier(entry.value()["column"], pointer_to(pointer, "column"), complaints);
    check_path(entry.value(), pointer, complaints);
    any_by_default = any_by_default || entry.value().value("default", true);
  }
  if (columns.empty()) {
    complaints.add("/columns", "a listing needs one column at least");
  } else if (!any_by_default) {
    complaints.add("/columns",
                   "none is listed by default; leave `default: false` out of one at least");
  }
}

void check_listing_order(const Json& order, const Json& columns, Complaints& complaints) {
  if (!order.contains("columns")) {
    return complaints.add("/order",
                          "a listing's order is {columns: [...], direction: asc or desc}");
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < order["columns"].size(); ++i) {
    const auto name = order["columns"][i].get<std::string>();
    const auto pointer = pointer_to("/order/columns", i);
    if (!seen.insert(name).second) complaints.add(pointer, "\"" + name + "\" stands here twice");
    if (!columns.contains(name)) {
      complaints.add(pointer, "\"" + name + "\" is none of the listing's `columns`" +
                                  document::did_you_mean(name, names_of(columns)));
    } else if (columns[name]["column"] == "value") {
      complaints.add(pointer,
                     "\"" + name + "\" lies inside of the row's document, which no index orders");
    }
  }
}

void check_switch(const Json& manifest, const Json& content, const std::string& pointer,
                  Complaints& complaints) {
  if (!content.contains("switch")) return;
  const auto name = content["switch"].get<std::string>();
  const auto& parameters = member(manifest, "parameters");
  const auto& parameter = member(parameters, name);
  if (parameter.is_null()) {
    complaints.add(pointer_to(pointer, "switch"),
                   "there is no parameter \"" + name + "\"" +
                       document::did_you_mean(name, names_of(parameters)));
  } else if (parameter["type"] != "boolean" || parameter.contains("filter")) {
    complaints.add(
        pointer_to(pointer, "switch"),
        "\"" + name + "\" is no switch: that is a parameter of type boolean without a filter");
  }
}

void check_counter(const Json& manifest, const Json& content, const std::string& pointer,
                   Complaints& complaints) {
  const auto name = content["counter"].get<std::string>();
  const auto& outputs = member(manifest, "outputs");
  if (outputs.contains(name)) return;
  complaints.add(pointer_to(pointer, "counter"),
                 "\"" + name + "\" is none of the `outputs`" +
                     document::did_you_mean(name, names_of(outputs)));
}

void check_rows(const Json& manifest, const Json& rows, const std::string& pointer,
                Complaints& complaints) {
  check_identifier(rows["table"], pointer_to(pointer, "table"), complaints);
  if (rows["table"] == manifest["table"]) {
    complaints.add(pointer_to(pointer, "table"),
                   "is the task's own table, whose rows go in the step `parent`");
  }
  int ways = 0;
  for (const char* key : {"column", "composed-key"}) {
    if (!rows.contains(key)) continue;
    ++ways;
    check_identifier(rows[key], pointer_to(pointer, key), complaints);
  }
  if (rows.contains("document")) ++ways;
  check_path(rows, pointer, complaints);
  if (ways != 1)
    complaints.add(pointer, "needs one of `column`, `composed-key` and `document`, and only one");
  if (rows.contains("only")) {
    check_identifier(rows["only"]["column"], pointer_to(pointer, "only") + "/column", complaints);
  }
  if (!rows.contains("written")) return;
  const auto written = pointer_to(pointer, "written");
  check_identifier(rows["written"]["column"], pointer_to(written, "column"), complaints);
  check_path(rows["written"], written, complaints);
  if (manifest["engine"] != "orphan-rows") {
    complaints.add(written, "goes with the engine orphan-rows only");
  }
}

void check_steps(const Json& manifest, Complaints& complaints) {
  const auto& steps = member(manifest, "steps");
  bool files = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto kind = steps[i].begin().key();
    const Json& content = steps[i].begin().value();
    const auto pointer = pointer_to(pointer_to("/steps", i), kind);
    check_switch(manifest, content, pointer, complaints);
    check_counter(manifest, content, pointer, complaints);
    if (kind == "rows") check_rows(manifest, content, pointer, complaints);
    if (kind == "files" && std::exchange(files, true))
      complaints.add(pointer, "the files go in one step");
    const bool last = i + 1 == steps.size();
    if (kind == "parent" && !last)
      complaints.add(pointer, "the parent goes last: children that outlive it would be orphans");
    if (kind != "parent" && last) complaints.add("/steps", "the last step has to be `parent`");
  }
}

// A parameter that the engine reads itself.
void check_own_parameter(const Json& manifest, const char* name, const char* type,
                         Complaints& complaints) {
  const auto engine = manifest["engine"].get<std::string>();
  const auto& parameter = member(member(manifest, "parameters"), name);
  if (parameter.is_null()) {
    complaints.add("/parameters", (engine == "purge" ? "a purge" : "the engine " + engine) +
                                      " has the parameter " + name + " of type " + type);
  } else if (parameter["type"] != type || parameter.contains("filter") ||
             !parameter.contains("default")) {
    complaints.add(std::string("/parameters/") + name, std::string("has to be of type ") + type +
                                                           ", with a default and without a filter");
  }
}

void check_outputs(const Json& manifest, Complaints& complaints) {
  for (const auto& output : member(manifest, "outputs").items()) {
    check_name(output.key(), pointer_to("/outputs", output.key()), complaints);
  }
}

void check_listing(const Json& manifest, Complaints& complaints) {
  refuse_keys(manifest, {"steps", "outputs", "schemas", "tables"}, "listing", complaints);
  if (!has_table(manifest, complaints)) return;
  const auto& columns = member(manifest, "columns");
  check_columns(columns, complaints);
  check_listing_order(member(manifest, "order"), columns, complaints);
}

void check_purge(const Json& manifest, Complaints& complaints) {
  refuse_keys(manifest, {"columns", "order", "schemas", "tables"}, "purge", complaints);
  if (!has_table(manifest, complaints)) return;
  const auto& parameters = member(manifest, "parameters");
  const bool ends = std::any_of(parameters.begin(), parameters.end(), [](const Json& parameter) {
    return parameter.value("required", false) &&
           member(member(parameter, "filter"), "operator") == "at-or-before";
  });
  if (!ends) {
    complaints.add("/parameters",
                   "a purge has a date that is required, with the operator at-or-before");
  }
  check_own_parameter(manifest, "batchSize", "integer", complaints);
  check_own_parameter(manifest, "dryRun", "boolean", complaints);
  check_outputs(manifest, complaints);
  if (!manifest.contains("steps"))
    complaints.add("", "a purge has `steps`, of which the last is `parent`");
  check_steps(manifest, complaints);
}

void check_orphan_rows(const Json& manifest, Complaints& complaints) {
  refuse_keys(manifest, {"columns", "order", "schemas", "tables"}, "sweep", complaints);
  if (!has_table(manifest, complaints)) return;
  check_own_parameter(manifest, "minimumAge", "integer", complaints);
  check_own_parameter(manifest, "batchSize", "integer", complaints);
  check_own_parameter(manifest, "dryRun", "boolean", complaints);
  check_outputs(manifest, complaints);
  if (!manifest.contains("steps")) complaints.add("", "a sweep of rows has `steps`");
  const auto& steps = member(manifest, "steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto pointer = pointer_to("/steps", i);
    if (!steps[i].contains("rows") || steps[i]["rows"].contains("composed-key")) {
      complaints.add(
          pointer,
          "a sweep's step is `rows` with the `column` or `document` of the execution's id");
      continue;
    }
    check_rows(manifest, steps[i]["rows"], pointer_to(pointer, "rows"), complaints);
    check_counter(manifest, steps[i]["rows"], pointer_to(pointer, "rows"), complaints);
  }
}

void check_orphan_folders(const Json& manifest, Complaints& complaints) {
  refuse_keys(manifest, {"columns", "order", "steps", "schemas", "tables"}, "sweep of folders",
              complaints);
  if (!has_table(manifest, complaints)) return;
  check_own_parameter(manifest, "minimumAge", "integer", complaints);
  check_own_parameter(manifest, "dryRun", "boolean", complaints);
  check_outputs(manifest, complaints);
  const auto& end = member(member(manifest, "parameters"), "endDate");
  if (end.is_null() || !end.value("required", false) || end.value("format", "") != "date-time") {
    complaints.add("/parameters",
                   "a sweep of folders has the parameter endDate, a date-time that is required");
  }
}

// How a table's rows name those that they belong to.
void check_belonging(const Json& parent, const std::string& place, Complaints& complaints) {
  for (const char* key : {"column", "written"}) {
    if (parent.contains(key)) check_identifier(parent[key], pointer_to(place, key), complaints);
  }
  check_path(parent, place, complaints);
  if (parent.contains("column") == parent.contains("document")) {
    complaints.add(place, "needs one of `column` and `document`, and only one");
  }
  if (!parent.contains("only")) return;
  check_identifier(parent["only"]["column"], pointer_to(place, "only") + "/column", complaints);
}

void check_doctor(const Json& manifest, Complaints& complaints) {
  refuse_keys(manifest, {"table", "tenant", "namespace", "order", "columns", "steps", "outputs"},
              "doctor", complaints);
  const auto& tables = member(manifest, "tables");
  if (tables.empty()) complaints.add("/tables", "a doctor needs one table at least");
  for (const auto& entry : tables.items()) {
    const auto pointer = pointer_to("/tables", entry.key());
    check_identifier(entry.key(), pointer, complaints);
    const auto& indexes = member(entry.value(), "indexes");
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      const auto place = pointer_to(pointer_to(pointer, "indexes"), i);
      for (std::size_t j = 0; j < indexes[i].size(); ++j) {
        check_identifier(indexes[i][j], pointer_to(place, j), complaints);
      }
    }
    if (!entry.value().contains("belongs-to")) continue;
    const auto& parent = entry.value()["belongs-to"];
    const auto place = pointer_to(pointer, "belongs-to");
    check_belonging(parent, place, complaints);
    if (!tables.contains(parent["table"].get<std::string>())) {
      complaints.add(
          pointer_to(place, "table"),
          "is none of the `tables`" +
              document::did_you_mean(parent["table"].get<std::string>(), names_of(tables)));
    }
  }
}

}  // namespace

void check_engine(const Json& manifest, Complaints& complaints) {
  const auto engine = manifest["engine"].get<std::string>();
  if (engine == "listing") check_listing(manifest, complaints);
  if (engine == "purge") check_purge(manifest, complaints);
  if (engine == "orphan-rows") check_orphan_rows(manifest, complaints);
  if (engine == "orphan-folders") check_orphan_folders(manifest, complaints);
  if (engine == "doctor") check_doctor(manifest, complaints);
}

}  // namespace winnow::plugin
