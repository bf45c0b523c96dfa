// The findings of `winnow doctor`.
#include <string>
#include <vector>

#include "hosts/cli/console/figures.h"
#include "hosts/cli/console/report.h"
#include "hosts/cli/console/table.h"

namespace winnow::cli {
namespace {

using document::Json;

std::string number(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return "-";
  return grouped(found->get<std::int64_t>());
}

std::string size(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_number() ? "-" : size_text(found->get<double>());
}

std::string string(const Json& object, const char* key, const char* otherwise = "") {
  return printable(object.value(key, std::string(otherwise)));
}

std::string orphans(const Json& table) {
  const auto found = table.find("orphans");
  if (found == table.end()) return "-";
  const auto text = number(*found, "found");
  return found->value("all", true) ? text : text + " of " + number(*found, "rowsLookedAt");
}

std::vector<std::string> row_of(const Json& table) {
  const auto missing = table.find("missingIndexes");
  return {string(table, "table"),
          number(table, "rows"),
          number(table, "deadRows"),
          size(table, "bytes"),
          size(table, "indexBytes"),
          missing == table.end() ? "0" : std::to_string(missing->size()),
          orphans(table)};
}

}  // namespace

std::string doctor_report(const Json& result, const Screen& screen) {
  auto text = paragraph(string(result, "server") + ", schema of Kestra " +
                            string(result, "schema", "unknown") + ", " +
                            size(result.value("database", Json::object()), "bytes"),
                        screen);
  Table tables({{.title = "table"},
                {.title = "rows", .align = Align::right},
                {.title = "dead", .align = Align::right},
                {.title = "size", .align = Align::right},
                {.title = "indexes", .align = Align::right},
                {.title = "missing indexes", .align = Align::right},
                {.title = "orphans", .align = Align::right}});
  for (const auto& table : result.value("tables", Json::array())) tables.add(row_of(table));
  if (!tables.empty()) text += "\n" + tables.text(screen) + "\n";
  const auto findings = result.value("findings", Json::array());
  if (findings.empty()) return text + paragraph("Nothing to do.", screen);
  for (const auto& finding : findings) {
    const auto table = string(finding, "table");
    text += item((table.empty() ? "" : table + ": ") + string(finding, "problem"), screen);
    for (const auto& line :
         wrapped(string(finding, "remedy"), screen.columns > 2 ? screen.columns - 2 : 0)) {
      text += "  " + line + "\n";
    }
  }
  return text;
}

}  // namespace winnow::cli
