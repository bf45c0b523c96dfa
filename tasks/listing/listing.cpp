#include "tasks/listing/listing.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "database/connection.h"
#include "database/count.h"
#include "outcome/try.h"
#include "tasks/listing/cursor.h"
#include "tasks/listing/query.h"
#include "tasks/listing/rows.h"
#include "tasks/listing/store.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {
namespace {

constexpr std::int64_t kDefaultSize = 100;
// STORE's rows a statement: few enough that the server keeps to its indexes and its memory, enough
// that round trips don't count.
constexpr std::int64_t kStorePage = 2'000;

std::string fetch_type(const Json& parameters) {
  const auto* asked = given(parameters, "fetchType");
  return asked == nullptr ? "FETCH" : asked->get<std::string>();
}

std::int64_t page_size(const Json& parameters) {
  const auto* asked = given(parameters, "size");
  return asked == nullptr ? kDefaultSize : asked->get<std::int64_t>();
}

std::optional<std::string> cursor_text(const Json& parameters) {
  const auto* asked = given(parameters, "cursor");
  return asked == nullptr ? std::nullopt : std::optional(asked->get<std::string>());
}

// What plan and run work with once the database has answered.
struct Session {
  std::unique_ptr<database::Connection> connection;
  std::unique_ptr<database::Schema> schema;  // on the heap: the query points into it
  std::optional<ListingQuery> query;
  std::string fingerprint;
  std::optional<Position> after;
};

Outcome<Session> open_session(const Manifest& manifest, const Json& parameters, Context& context) {
  Session session;
  const auto tenant = allowed_tenant(context.policy, given_string(parameters, "tenant"));
  if (!tenant) return fail(tenant.error());
  session.fingerprint = listing_fingerprint(manifest, parameters, *tenant);
  if (const auto cursor = cursor_text(parameters)) {
    auto position = decode_cursor(*cursor, session.fingerprint);
    if (!position) return fail(std::move(position.error()));
    session.after = std::move(*position);
  }
  context.progress.phase = Phase::connecting;
  auto connection = database::connect(context.database, context.cancellation);
  if (!connection) return fail(std::move(connection.error()));
  session.connection = std::move(*connection);
  auto schema = session.connection->probe(std::array{manifest.table});
  if (!schema) return fail(std::move(schema.error()));
  session.schema = std::make_unique<database::Schema>(std::move(*schema));
  auto query = ListingQuery::make(manifest, parameters, context.policy, *session.schema,
                                  session.connection->dialect());
  if (!query) return fail(std::move(query.error()));
  session.query = std::move(*query);
  if (auto found = session.query->find_namespaces(*session.connection); !found) {
    return fail(std::move(found.error()));
  }
  context.progress.phase = Phase::selecting;
  return session;
}

Outcome<RowReader> open_reader(Session& session, Context& context) {
  RowReader reader(*session.connection, *session.query);
  if (session.after) {
    if (auto started = reader.start_after(*session.after); !started) return fail(started.error());
  }
  context.progress.phase = Phase::working;
  return reader;
}

// The row's text becomes a value only here, so that FETCH and STORE can't differ.
Outcome<Json> row_value(std::string_view text) {
  Json row = Json::parse(text, nullptr, false);
  if (row.is_discarded()) {
    return fail(FailureKind::schema, "a row holds a document that is not valid JSON in UTF-8");
  }
  return row;
}

Outcome<Json> fetch(std::int64_t size, Session& session, Context& context) {
  auto reader = open_reader(session, context);
  if (!reader) return fail(std::move(reader.error()));
  Json rows = Json::array();
  Position last;
  bool more = false;
  const auto take = [&](std::string_view text, const Position& position) -> Outcome<void> {
    more = std::cmp_equal(rows.size(), size);  // the one row beyond the page that was asked for
    if (more) return {};
    auto row = row_value(text);
    if (!row) return fail(std::move(row.error()));
    rows.push_back(std::move(*row));
    last = position;
    ++context.progress.rows_done;
    return {};
  };
  if (const auto read = reader->read(size + 1, take); !read) return fail(read.error());
  const auto count = rows.size();
  Json result = {{"rows", std::move(rows)}, {"size", count}};
  if (more) result["cursor"] = encode_cursor(last, session.fingerprint);
  return result;
}

Outcome<Json> fetch_one(Session& session, Context& context) {
  auto reader = open_reader(session, context);
  if (!reader) return fail(std::move(reader.error()));
  Json result = Json::object();
  const auto take = [&](std::string_view text, const Position&) -> Outcome<void> {
    auto row = row_value(text);
    if (!row) return fail(std::move(row.error()));
    result["row"] = std::move(*row);
    return {};
  };
  const auto read = reader->read(1, take);
  if (!read) return fail(read.error());
  context.progress.rows_done = *read;
  result["size"] = *read;
  return result;
}

Outcome<Json> store(const Manifest& manifest, Session& session, Context& context) {
  auto reader = open_reader(session, context);
  if (!reader) return fail(std::move(reader.error()));
  auto file = StoreFile::create(context.store_directory, manifest.name);
  if (!file) return fail(std::move(file.error()));
  const auto take = [&](std::string_view text, const Position&) -> Outcome<void> {
    ++context.progress.rows_done;
    return file->write_line(text);
  };
  std::int64_t total = 0;
  for (std::int64_t rows = kStorePage; rows == kStorePage;) {
    const auto read = reader->read(kStorePage, take);
    if (!read) return fail(read.error());
    rows = *read;
    total += rows;
    ++context.progress.batches;
    context.host.event({{"event", "page"}, {"rows", rows}, {"total", total}});
  }
  context.progress.phase = Phase::finishing;
  auto uri = file->finish();
  if (!uri) return fail(std::move(uri.error()));
  return Json{{"uri", std::move(*uri)}, {"size", total}};
}

Outcome<Json> count_rows(Session& session, Context& context) {
  context.progress.phase = Phase::working;
  WINNOW_TRY(const auto count, database::count_of(*session.connection, session.query->count()));
  context.progress.rows_done = count;
  return Json{{"size", count}};
}

Outcome<Json> run_session(const Manifest& manifest, const Json& parameters, Session& session,
                          Context& context) {
  const auto type = fetch_type(parameters);
  if (type == "NONE") return count_rows(session, context);
  if (type == "STORE") return store(manifest, session, context);
  if (type == "FETCH_ONE") return fetch_one(session, context);
  return fetch(page_size(parameters), session, context);
}

// The statements that a run begins with: the second of two is for the rows without a value. Those
// of later pages differ by their position alone.
std::vector<PlannedStatement> first_statements(const Json& parameters, const Session& session) {
  const auto type = fetch_type(parameters);
  const auto& query = *session.query;
  if (type == "NONE") return {{"count", query.count(), query.count_need()}};
  std::int64_t limit = page_size(parameters) + 1;
  if (type == "STORE") limit = kStorePage;
  if (type == "FETCH_ONE") limit = 1;
  std::vector<PlannedStatement> statements;
  const auto add = [&](Region region, const std::optional<Position>& after) {
    statements.push_back({"page", query.page(region, after, limit), query.page_need()});
  };
  const bool past_values = query.has_order() && session.after && !session.after->order;
  if (!past_values) add(Region::with_value, session.after);
  if (query.has_rows_without_value()) {
    add(Region::without_value, past_values ? session.after : std::nullopt);
  }
  return statements;
}

Outcome<Json> explain(const Manifest& manifest, const Json& parameters, Session& session) {
  Json statements = Json::array();
  for (const auto& planned : first_statements(parameters, session)) {
    auto statement = explained(*session.connection, planned);
    if (!statement) return fail(statement.error());
    statements.push_back(std::move(*statement));
  }
  return Json{{"task", manifest.name},
              {"server", session.schema->server},
              {"statements", std::move(statements)}};
}

Outcome<void> check_names(const Manifest& manifest, const Json& parameters) {
  const auto order = order_name(manifest, parameters);
  const bool known = order.empty() || std::find(manifest.orders.begin(), manifest.orders.end(),
                                                order) != manifest.orders.end();
  if (!known) {
    return fail(FailureKind::invalid_parameter,
                manifest.name + " can't be ordered by \"" + order + "\"", "/orderBy");
  }
  const auto* columns = given(parameters, "columns");
  if (columns == nullptr) return {};
  for (std::size_t index = 0; index < columns->size(); ++index) {
    const auto name = (*columns)[index].get<std::string>();
    const auto same = [&](const OutputColumn& column) { return column.name == name; };
    if (std::any_of(manifest.columns.begin(), manifest.columns.end(), same)) continue;
    return fail(FailureKind::invalid_parameter, manifest.name + " has no column \"" + name + "\"",
                "/columns/" + std::to_string(index));
  }
  return {};
}

}  // namespace

Outcome<void> check_listing(const Manifest& manifest, const Json& parameters,
                            const Policy& policy) {
  if (const auto scope = read_scope(manifest, parameters, policy); !scope) {
    return fail(scope.error());
  }
  if (auto checked = check_names(manifest, parameters); !checked) return checked;
  const auto cursor = cursor_text(parameters);
  if (!cursor) return {};
  if (fetch_type(parameters) == "NONE") {
    return fail(FailureKind::invalid_parameter,
                "fetchType NONE counts all rows: it takes no cursor", "/cursor");
  }
  const auto tenant = allowed_tenant(policy, given_string(parameters, "tenant"));
  if (!tenant) return fail(tenant.error());
  const auto position = decode_cursor(*cursor, listing_fingerprint(manifest, parameters, *tenant));
  if (!position) return fail(position.error());
  return {};
}

TaskResult plan_listing(const Manifest& manifest, const Json& parameters, Context& context) {
  if (auto checked = check_listing(manifest, parameters, context.policy); !checked) {
    return fail(std::move(checked.error()));
  }
  auto session = open_session(manifest, parameters, context);
  if (!session) return fail(std::move(session.error()));
  auto plan = explain(manifest, parameters, *session);
  if (!plan) return fail(std::move(plan.error()));
  context.progress.phase = Phase::done;
  return std::move(*plan);
}

TaskResult run_listing(const Manifest& manifest, const Json& parameters, Context& context) {
  if (auto checked = check_listing(manifest, parameters, context.policy); !checked) {
    return fail(std::move(checked.error()));
  }
  auto session = open_session(manifest, parameters, context);
  if (!session) return fail(std::move(session.error()));
  const auto statements = first_statements(parameters, *session);
  if (auto checked = check_plans(statements, *session->connection, context); !checked) {
    return fail(std::move(checked.error()));
  }
  auto result = run_session(manifest, parameters, *session, context);
  if (!result) return fail(std::move(result.error()));
  context.progress.phase = Phase::done;
  return std::move(*result);
}

}  // namespace winnow::tasks
