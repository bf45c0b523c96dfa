#include "tasks/purge/prepared.h"

#include <functional>

#include "database/texts.h"
#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/families/members.h"
#include "tasks/purge/shards.h"
#include "tasks/purge/source.h"

namespace winnow::tasks {

bool removes_files(const PurgeRequest& request, const Context& context) {
  return request.removes_files() && context.storage != nullptr;
}

Outcome<std::unique_ptr<Prepared>> prepare(const Manifest& manifest, const PurgeRequest& request,
                                           Context& context, PurgeSession& session) {
  context.progress.phase = Phase::connecting;
  auto prepared = std::make_unique<Prepared>();
  WINNOW_TRY(prepared->connection, session.take_connection(context));
  auto& connection = *prepared->connection;
  WINNOW_TRY(prepared->schema, session.schema(manifest, connection));
  WINNOW_TRY(prepared->selection, Selection::make(request.scope, prepared->schema));
  const bool with_files = removes_files(request, context);
  const auto hold =
      hold_of(request, prepared->selection->table(), connection.dialect(), with_files);
  WINNOW_TRY(prepared->steps,
             PurgeSteps::resolve(manifest, request, prepared->schema, connection,
                                 hold == Hold::skipping ? Use::locks_and_deletes : Use::deletes));
  WINNOW_TRY(prepared->statements,
             PurgeStatements::make(request, *prepared->selection, *prepared->steps,
                                   connection.dialect(), hold));
  WINNOW_CHECK(check_shards(prepared->selection->table(), *prepared->steps));
  const bool walks = request.keep_last || request.members;
  if (!walks) return prepared;
  WINNOW_TRY(prepared->counting,
             PurgeStatements::make(request, *prepared->selection, *prepared->steps,
                                   connection.dialect(), Hold::none));
  if (request.keep_last) {
    WINNOW_TRY(prepared->newest, NewestOfFlows::make(request.scope, *kept(request),
                                                     prepared->schema, connection.dialect()));
  }
  if (!request.members) return prepared;
  FamilyTerms terms{.selected = request.scope,
                    .members = scope_of_members(request.scope, *request.members),
                    .ended = *request.members,
                    .split = prepared->steps->parent().split.column};
  WINNOW_TRY(auto statements,
             FamilyStatements::make(std::move(terms), prepared->schema, connection.dialect()));
  prepared->families = std::make_unique<Families>(std::move(statements), prepared->newest.get());
  return prepared;
}

namespace {

// Walks over what is selected and does not stay as one of the newest of its flow.
Outcome<void> walk(const Prepared& prepared, database::Connection& connection,
                   const std::function<bool(const BatchRow&)>& visit) {
  BatchSource source(*prepared.selection, *prepared.counting, prepared.newest.get(),
                     prepared.families.get());
  while (true) {
    WINNOW_TRY(const auto batch, source.next(connection, BatchSource::kPage));
    if (batch.rows.empty()) return {};
    for (const auto& row : batch.rows) {
      if (!visit(row)) return {};
    }
  }
}

}  // namespace

Outcome<std::int64_t> count_selected(const Prepared& prepared, database::Connection& connection,
                                     std::int64_t most) {
  if (prepared.counting) {
    std::int64_t count = 0;
    WINNOW_CHECK(walk(prepared, connection, [&](const BatchRow&) { return ++count < most; }));
    return count;
  }
  return count_branches(connection, prepared.selection->deleted_branches(), most,
                        [&](std::optional<bool> deleted, std::int64_t further) {
                          return prepared.statements->count_selected(deleted, further);
                        });
}

Outcome<std::map<std::string, std::int64_t>> count_by_namespace(const Prepared& prepared,
                                                                database::Connection& connection) {
  std::map<std::string, std::int64_t> counts;
  if (prepared.counting) {
    WINNOW_CHECK(walk(prepared, connection, [&](const BatchRow& row) {
      ++counts[row.of->name_space];
      return true;
    }));
    return counts;
  }
  for (const auto deleted : prepared.selection->deleted_branches()) {
    bool read = true;
    WINNOW_CHECK(connection.query(
        prepared.statements->count_by_namespace(deleted), [&](const database::Row& row) {
          const auto rows = document::number_of<std::int64_t>(row.text(1).value_or(""));
          if (rows) counts[std::string(row.text(0).value_or(""))] += *rows;
          read = rows.has_value();
          return read;
        }));
    if (!read) return fail(FailureKind::internal, "the server counts in no whole numbers");
  }
  return counts;
}

std::optional<std::int64_t> estimate_selected(const Prepared& prepared,
                                              database::Connection& connection) {
  if (prepared.counting) return std::nullopt;
  std::int64_t rows = 0;
  for (const auto deleted : prepared.selection->deleted_branches()) {
    const auto plan = connection.explain(prepared.statements->count_selected(deleted, kCountAll));
    if (!plan || !plan->rows) return std::nullopt;
    rows += *plan->rows;
  }
  return rows;
}

Outcome<std::vector<std::string>> first_selected(const Prepared& prepared,
                                                 database::Connection& connection,
                                                 std::int64_t most) {
  std::vector<std::string> keys;
  if (prepared.counting) {
    WINNOW_CHECK(walk(prepared, connection, [&](const BatchRow& row) {
      if (row.is_root()) keys.push_back(row.key);
      return static_cast<std::int64_t>(keys.size()) < most;
    }));
    return keys;
  }
  for (const auto deleted : prepared.selection->deleted_branches()) {
    WINNOW_TRY(const auto found,
               database::texts_of(connection, prepared.statements->first_selected(deleted, most)));
    keys.insert(keys.end(), found.begin(), found.end());
  }
  return keys;
}

}  // namespace winnow::tasks
