#include "hosts/cli/console/doctor_report.h"

#include <algorithm>
#include <array>
#include <vector>

#include "document/yaml.h"

namespace winnow::cli {
namespace {

using document::Json;
using Line = std::vector<std::string>;

std::string number(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_number() ? "-" : found->dump();
}

// `1.4 GiB`.
std::string size(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return "-";
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto left = found->get<double>();
  std::size_t unit = 0;
  for (; left >= 1024 && unit + 1 < kUnits.size(); ++unit) left /= 1024;
  const auto tenths = static_cast<long long>(left * 10);
  const auto fraction = unit == 0 ? "" : "." + std::to_string(tenths % 10);
  return std::to_string(tenths / 10) + fraction + " " + kUnits[unit];
}

std::string orphans(const Json& table) {
  const auto found = table.find("orphans");
  if (found == table.end()) return "-";
  const auto text = number(*found, "found");
  return found->value("all", true) ? text : text + " of " + number(*found, "rowsLookedAt");
}

Line line_of(const Json& table) {
  const auto missing = table.find("missingIndexes");
  return {table.value("table", std::string()),
          number(table, "rows"),
          number(table, "deadRows"),
          size(table, "bytes"),
          size(table, "indexBytes"),
          missing == table.end() ? "0" : std::to_string(missing->size()),
          orphans(table)};
}

// The first column to the left, the others to the right, as numbers stand.
std::string aligned(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& line : lines) {
    for (std::size_t at = 0; at < line.size(); ++at) {
      widths[at] = std::max(widths[at], line[at].size());
    }
  }
  std::string text;
  for (const auto& line : lines) {
    for (std::size_t at = 0; at < line.size(); ++at) {
      const std::string space(widths[at] - line[at].size(), ' ');
      text += at == 0 ? line[at] + space : "  " + space + line[at];
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string doctor_report(const std::string& result_text) {
  const Json result = Json::parse(result_text);
  std::string text = result.value("server", std::string()) + ", schema of Kestra " +
                     result.value("schema", std::string("unknown")) + ", " +
                     size(result.value("database", Json::object()), "bytes") + "\n";
  std::vector<Line> lines = {
      {"table", "rows", "dead", "size", "indexes", "missing indexes", "orphans"}};
  for (const auto& table : result.value("tables", Json::array())) lines.push_back(line_of(table));
  text += aligned(lines);
  const auto findings = result.value("findings", Json::array());
  if (findings.empty()) return text + "Nothing to do.\n";
  for (const auto& finding : findings) {
    const auto table = finding.value("table", std::string());
    text += "- " + (table.empty() ? "" : table + ": ") + finding.value("problem", std::string()) +
            "\n  " + finding.value("remedy", std::string()) + "\n";
  }
  return text;
}

}  // namespace winnow::cli
