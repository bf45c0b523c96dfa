// What `winnow tasks` and `winnow describe` say, out of JSON Schema.
#include <algorithm>
#include <string>
#include <vector>

#include "hosts/cli/console/report.h"
#include "hosts/cli/console/table.h"

namespace winnow::cli {
namespace {

using document::Json;

std::string joined(const Json& list, const char* between) {
  std::string text;
  for (const auto& entry : list) {
    text += (text.empty() ? "" : between) +
            printable(entry.is_string() ? entry.get<std::string>() : entry.dump());
  }
  return text;
}

std::string type_of(const Json& schema) {
  const auto format = schema.value("format", std::string());
  if (!format.empty()) return printable(format);
  const auto type = schema.find("type");
  if (type == schema.end()) return schema.contains("enum") ? "string" : "any";
  return type->is_array() ? joined(*type, ", ") : joined(Json::array({*type}), "");
}

// What a value may be, behind what it is for.
std::string description_of(const Json& schema) {
  auto text = printable(schema.value("description", std::string()));
  const auto items = schema.find("items");
  for (const Json* one : {&schema, items == schema.end() ? nullptr : &*items}) {
    if (one == nullptr || !one->is_object() || !one->contains("enum")) continue;
    text += (text.empty() ? "One of " : " One of ") + joined((*one)["enum"], ", ") + ".";
  }
  return text;
}

bool is_required(const Json& schema, const std::string& name) {
  const auto required = schema.value("required", Json::array());
  return std::find(required.begin(), required.end(), name) != required.end();
}

std::string default_of(const Json& schema, const std::string& name) {
  const auto& property = schema["properties"][name];
  if (property.contains("default")) return joined(Json::array({property["default"]}), "");
  return is_required(schema, name) ? "required" : "-";
}

const Json* properties_of(const Json& description, const char* of) {
  const auto schema = description.find(of);
  if (schema == description.end() || !schema->is_object()) return nullptr;
  const auto found = schema->find("properties");
  return found == schema->end() || !found->is_object() || found->empty() ? nullptr : &*found;
}

std::string parameters(const Json& description, const Screen& screen) {
  const auto* properties = properties_of(description, "parameters");
  if (properties == nullptr) return "";
  Table table({{.title = "parameter"},
               {.title = "type", .wraps = true},
               {.title = "default"},
               {.title = "description", .wraps = true}});
  for (const auto& property : properties->items()) {
    table.add({printable(property.key()), type_of(property.value()),
               default_of(description["parameters"], property.key()),
               description_of(property.value())});
  }
  return "\n" + table.text(screen);
}

std::string outputs(const Json& description, const Screen& screen) {
  const auto* properties = properties_of(description, "outputs");
  if (properties == nullptr) return "";
  Table table({{.title = "output"},
               {.title = "type", .wraps = true},
               {.title = "description", .wraps = true}});
  for (const auto& property : properties->items()) {
    table.add(
        {printable(property.key()), type_of(property.value()), description_of(property.value())});
  }
  return "\n" + table.text(screen);
}

}  // namespace

std::string tasks_report(const Json& result, const Screen& screen) {
  Table table({{.title = "task"}, {.title = "title", .wraps = true}});
  for (const auto& task : result.value("tasks", Json::array())) {
    table.add({printable(task.value("name", std::string())),
               printable(task.value("title", std::string()))});
  }
  return table.text(screen);
}

std::string task_report(const Json& result, const Screen& screen) {
  std::string text =
      heading(elided(printable(result.value("name", std::string())), screen.columns), screen) +
      "\n" + paragraph(printable(result.value("description", std::string())), screen);
  const auto aliases = joined(result.value("aliases", Json::array()), ", ");
  if (!aliases.empty()) text += "\n" + paragraph(printable("Also: " + aliases), screen);
  return text + parameters(result, screen) + outputs(result, screen);
}

}  // namespace winnow::cli
