#include "tasks/orphans/table.h"

#include "document/instant.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/rights.h"

namespace winnow::tasks {
namespace {

using database::Dialect;
using database::SqlWriter;
using database::Statement;
using database::TextList;

document::Instant youngest(const Json& parameters) {
  const std::chrono::seconds age(parameters.at("minimumAge").get<std::int64_t>());
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now() - age);
}

// Why the table can't be swept under this policy; empty: it can.
std::string unable(const database::Table& table, const Json& parameters, const Policy& policy) {
  const bool by_namespace =
      parameters.contains("namespace") || !policy.allow.empty() || !policy.protect.empty();
  if (!policy.tenants.empty() && table.column("tenant_id") == nullptr) {
    return "its rows don't tell their tenant, which `policy.tenant` asks for";
  }
  if (by_namespace && table.column("namespace") == nullptr) {
    return "its rows don't tell their namespace, which the policy or a parameter asks for";
  }
  return {};
}

}  // namespace

Outcome<std::unique_ptr<OrphanTable>> OrphanTable::make(
    const Manifest& manifest, const PurgeStep& step, const Json& parameters, const Policy& policy,
    const database::Schema& schema, std::vector<std::string>& left_out) {
  const auto leave_out = [&](const std::string& reason) -> std::unique_ptr<OrphanTable> {
    left_out.push_back("table \"" + step.table + "\": " + reason);
    return nullptr;
  };
  const auto table = schema.require(step.table);
  if (!table && step.optional) return leave_out("it does not exist");
  if (!table) return fail(table.error());
  if (const auto reason = unable(**table, parameters, policy); !reason.empty()) {
    return leave_out(reason);
  }
  std::unique_ptr<OrphanTable> made(new OrphanTable);
  made->step_ = &step;
  made->table_ = *table;
  made->id_ = (*table)->column(step.match.column);
  const bool one_key = (*table)->primary_key.size() == 1;
  made->key_ = one_key ? (*table)->column((*table)->primary_key.front()) : nullptr;
  std::string missing;
  if (made->id_ == nullptr) missing = "it has no column \"" + step.match.column + "\"";
  if (made->key_ == nullptr) missing = "it has no key of one column";
  if (missing.empty() && !policy.allow_scan && !index_serves(**table, step.match)) {
    missing = "no index leads to the executions of its rows (`policy.allow-scan` allows a scan)";
  }
  if (!missing.empty() && step.optional) return leave_out(missing);
  if (!missing.empty()) {
    return fail(FailureKind::schema, "table \"" + step.table + "\": " + missing);
  }
  if (const auto allowed = check_may_lock_and_delete(**table); !allowed) {
    return fail(allowed.error());
  }

  auto scope = read_scope(manifest, parameters, policy);
  if (!scope) return fail(scope.error());
  scope->table = step.table;
  if ((*table)->column("tenant_id") == nullptr) scope->tenant_column.clear();
  if ((*table)->column("namespace") == nullptr) {
    scope->namespace_column.clear();
    scope->conditions.clear();
  }
  if (!step.written.empty()) {
    scope->conditions.emplace_back(InstantBound{.column = step.written,
                                                .document = step.written_document,
                                                .comparison = database::Comparison::at_or_before,
                                                .instant = youngest(parameters)});
  }
  auto selection = Selection::make(std::move(*scope), schema);
  if (!selection) return fail(selection.error());
  made->selection_ = std::move(*selection);
  return made;
}

Statement OrphanTable::ids(const Dialect& dialect, std::optional<bool> deleted,
                           const std::string& after, std::int64_t limit) const {
  SqlWriter writer(dialect);
  const auto id = "t." + dialect.quoted(id_->name);
  writer.text("SELECT DISTINCT " + id + " FROM ").table(*table_).text(" AS t WHERE ");
  if (deleted) {
    writer.text("t." + dialect.quoted("deleted")).text(*deleted ? " = true AND " : " = false AND ");
  }
  writer.text(id + " > ").bind_as(*id_, after);
  writer.text(" ORDER BY " + id + " LIMIT ").bind(limit);
  return writer.take();
}

void OrphanTable::write_selected(SqlWriter& writer, std::optional<bool> deleted,
                                 TextList ids) const {
  writer.text(" FROM ").table(*table_).text(" AS t WHERE ");
  selection_->write(writer, "t", deleted);
  writer.text(" AND ");
  const auto& dialect = writer.dialect();
  dialect.any_of(writer, "t." + dialect.quoted(id_->name), *id_, std::move(ids));
}

Statement OrphanTable::count(const Dialect& dialect, std::optional<bool> deleted,
                             TextList ids) const {
  SqlWriter writer(dialect);
  writer.text("SELECT count(DISTINCT t." + dialect.quoted(id_->name) + "), count(*)");
  write_selected(writer, deleted, std::move(ids));
  return writer.take();
}

Statement OrphanTable::held(const Dialect& dialect, std::optional<bool> deleted,
                            std::int64_t most) const {
  SqlWriter writer(dialect);
  writer.text("SELECT count(*) FROM (SELECT 1 AS one FROM ").table(*table_).text(" AS t WHERE ");
  selection_->write_scope(writer, "t", deleted);
  writer.text(" LIMIT ").bind(most).text(") AS held");
  return writer.take();
}

Statement OrphanTable::keys(const Dialect& dialect, std::optional<bool> deleted, TextList ids,
                            std::int64_t limit) const {
  SqlWriter writer(dialect);
  writer.text("SELECT t." + dialect.quoted(key_->name));
  write_selected(writer, deleted, std::move(ids));
  writer.text(" LIMIT ").bind(limit).text(" ").text(dialect.lock_skipping_locked());
  return writer.take();
}

Statement OrphanTable::deletion(const Dialect& dialect, TextList keys) const {
  return dialect.delete_by_keys(*table_, *key_, std::move(keys));
}

Statement OrphanTable::left(const Dialect& dialect, TextList keys) const {
  SqlWriter writer(dialect);
  writer.text("SELECT count(*) FROM ").table(*table_).text(" AS t WHERE ");
  dialect.any_of(writer, "t." + dialect.quoted(key_->name), *key_, std::move(keys));
  return writer.take();
}

}  // namespace winnow::tasks
