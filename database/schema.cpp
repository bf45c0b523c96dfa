#include "database/schema.h"

#include <algorithm>

namespace winnow::database {

bool Column::can_hold(std::string_view text) const {
  return type != ColumnType::enumeration || std::ranges::find(labels, text) != labels.end();
}

const Column& document_string() {
  static const Column column{
      .name = {}, .type = ColumnType::text, .type_name = "text", .labels = {}};
  return column;
}

std::optional<Problem> Table::problem() const {
  if (!hides_rows_from.empty()) {
    return Problem{
        .what =
            "has a row-level security policy that decides which of its rows the role \"" +
            hides_rows_from +
            "\" can see or delete, and winnow works on whole tables alone: hidden rows would be "
            "left behind, or those that belong to them be taken for orphans",
        .remedy = "connect as the owner of the table, or give the role BYPASSRLS"};
  }
  if (instead_of_table.empty()) return std::nullopt;
  const bool vowel =
      std::string_view("aeiou").find(instead_of_table.front()) != std::string_view::npos;
  return Problem{
      .what = std::string("is ") + (vowel ? "an " : "a ") + instead_of_table +
              ", and winnow works on Kestra's own tables alone",
      .remedy =
          "make the URL lead to the database and the schema in which Kestra keeps its tables"};
}

const Column* Table::column(std::string_view wanted) const {
  const auto found = std::ranges::find(columns, wanted, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

Outcome<const Column*> Table::require(std::string_view wanted) const {
  if (const auto* found = column(wanted)) return found;
  return fail(FailureKind::schema, "table \"" + name + "\" has no column \"" + std::string(wanted) +
                                       "\", which this task needs");
}

const Index* Table::index_on(const std::vector<std::string>& leading) const {
  const auto serves = [&](const Index& index) {
    if (index.partial || !index.ordered || index.columns.size() < leading.size()) return false;
    const auto end = index.columns.begin() + static_cast<std::ptrdiff_t>(leading.size());
    return std::is_permutation(index.columns.begin(), end, leading.begin(), leading.end());
  };
  const auto found = std::ranges::find_if(indexes, serves);
  return found == indexes.end() ? nullptr : &*found;
}

bool Table::is_told_apart_by(std::string_view column) const {
  return std::ranges::any_of(indexes, [&](const Index& index) {
    return index.unique && !index.partial &&
           std::ranges::find(index.columns, column) != index.columns.end();
  });
}

const Table* Schema::table(std::string_view name) const {
  const auto found = tables.find(std::string(name));
  return found == tables.end() ? nullptr : &found->second;
}

Outcome<const Table*> Schema::require(std::string_view name) const {
  if (const auto* found = table(name)) {
    const auto problem = found->problem();
    if (!problem) return found;
    return fail(FailureKind::schema,
                "`" + std::string(name) + "`" +
                    (found->schema.empty() ? "" : " in \"" + found->schema + "\"") + " " +
                    problem->what + ": " + problem->remedy);
  }
  return fail(FailureKind::schema,
              "the database has no table `" + std::string(name) +
                  "` where the URL leads to: check that it names Kestra's own database and schema");
}

Outcome<void> Schema::allows_deletions() const {
  if (!deletion_refused) return {};
  return fail(FailureKind::configuration,
              server + ": " + deletion_refused->what + "; " + deletion_refused->remedy);
}

}  // namespace winnow::database
