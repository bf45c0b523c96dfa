#include "tasks/selection/table_probes.h"

#include <algorithm>
#include <string>

#include "document/strings.h"

namespace winnow::tasks {

using database::SqlWriter;
using database::Statement;

bool deleted_leads(const database::Table& table, const database::Column& column) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const auto& index) {
    return index.ordered && !index.partial && index.columns.size() > 1 &&
           index.columns[0] == "deleted" && index.columns[1] == column.name;
  });
}

// The order makes every server take the index: one that believes marked rows to be frequent would
// look for the first from the beginning of the table, and read all of it where there is none.
Statement probe_sql(const database::Dialect& dialect, std::span<const TableProbe> probes) {
  SqlWriter writer(dialect);
  for (std::size_t at = 0; at < probes.size(); ++at) {
    const auto& probe = probes[at];
    const auto number = std::to_string(at);
    writer.text(at == 0 ? "" : " UNION ALL ");
    writer.text("SELECT " + number + " FROM (SELECT 1 AS one FROM ").table(*probe.table);
    if (probe.deleted_before != nullptr) {
      writer.text(" WHERE ").identifier("deleted").text(" = true ORDER BY ");
      writer.identifier(probe.deleted_before->name);
    }
    writer.text(" LIMIT 1) AS found_" + number);
  }
  return writer.take();
}

std::optional<std::vector<bool>> run_probes(database::Connection& connection,
                                            std::span<const TableProbe> probes) {
  std::vector<bool> found(probes.size(), false);
  if (probes.empty()) return found;
  const auto queried =
      connection.query(probe_sql(connection.dialect(), probes), [&](const database::Row& row) {
        const auto place = document::number_of<std::size_t>(row.text(0).value_or(""));
        if (place && *place < found.size()) found[*place] = true;
        return true;
      });
  if (!queried) return std::nullopt;
  return found;
}

}  // namespace winnow::tasks
