#include "tasks/purge/newest.h"

#include <algorithm>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using database::SqlWriter;

Scope without_bound(const PurgeRequest& request) {
  auto scope = request.scope;
  std::erase_if(scope.conditions, [&](const Condition& condition) {
    return looking_back(condition, request.order) != nullptr;
  });
  return scope;
}

}  // namespace

NewestOfFlows::NewestOfFlows(Selection matched, const database::Dialect& dialect,
                             std::int64_t count)
    : matched_(std::move(matched)), dialect_(&dialect), count_(count) {}

Outcome<std::unique_ptr<NewestOfFlows>> NewestOfFlows::make(const PurgeRequest& request,
                                                            const database::Schema& schema,
                                                            const database::Dialect& dialect) {
  const auto* bound = request.bound();
  if (bound == nullptr) {
    return fail(FailureKind::internal, "the newest of a flow are kept in purges by date alone");
  }
  auto any_date = without_bound(request);
  if (request.newest_until) {
    any_date.conditions.push_back(InstantBound{.column = bound->column,
                                               .document = bound->document,
                                               .comparison = database::Comparison::at_or_before,
                                               .instant = *request.newest_until});
  }
  WINNOW_TRY(auto matched, Selection::make(std::move(any_date), schema));
  const auto& table = matched.table();
  for (const auto& needed : {matched.scope().namespace_column, std::string("flow_id")}) {
    WINNOW_CHECK(table.require(needed));
  }
  std::unique_ptr<NewestOfFlows> newest(
      new NewestOfFlows(std::move(matched), dialect, *request.keep_last));
  newest->order_ = newest->matched_.table().column(request.order);
  newest->document_ = bound->document;
  newest->until_ = bound->instant;
  newest->deleted_ = newest->matched_.deleted_branches().front();
  return newest;
}

// Inside COALESCE no index orders the date, so that the server reads the rows of the flow by the
// flow's own index, and not those of all flows by their dates.
database::Statement NewestOfFlows::select(const FlowOf& flow,
                                          const std::optional<document::Instant>& since,
                                          std::optional<std::int64_t> most) const {
  const auto column = [&](std::string_view name) {
    return database::qualified(*dialect_, "e", name);
  };
  const auto date = column(order_->name);
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + column("key") + ", " + dialect_->as_text("e", *order_, document_));
  writer.text(" FROM ").table(matched_.table()).text(" AS e WHERE ");
  matched_.write(writer, "e", deleted_);
  const auto& table = matched_.table();
  const auto exactly = [&](const std::string& name, const std::string& value) {
    writer.text(" AND ");
    dialect_->exactly_any_of(writer, column(name), *table.column(name), {value});
  };
  exactly(matched_.scope().namespace_column, flow.name_space);
  exactly("flow_id", flow.flow);
  writer.text(" AND " + date + " IS NOT NULL");
  if (since) {
    writer.text(" AND ");
    dialect_->bound_instant(writer, "e", *order_, database::Comparison::at_or_after, *since);
  }
  if (!most) return writer.take();
  writer.text(" ORDER BY COALESCE(" + date + ", " + date + ") DESC LIMIT ").bind(*most);
  return writer.take();
}

// The server orders by the column, which may hold less than the exact date (a local time, a part of
// a second). Rows that it may have put behind others are asked for once more, by the oldest of the
// exact dates found so far: no row that is older can be among the newest.
Outcome<std::vector<NewestOfFlows::Newest>> NewestOfFlows::of_flow(database::Connection& connection,
                                                                   const FlowOf& flow) const {
  std::vector<Newest> found;
  const auto take = [&](const database::Row& row) {
    found.push_back({.date = std::string(row.text(1).value_or("")),
                     .key = std::string(row.text(0).value_or(""))});
    return true;
  };
  WINNOW_CHECK(connection.query(select(flow, std::nullopt, count_ + 1), take));
  const bool whole = static_cast<std::int64_t>(found.size()) <= count_;
  if (!whole) {
    const auto oldest =
        std::min_element(found.begin(), found.end(), [](const auto& a, const auto& b) {
          return a.date < b.date;
        })->date;
    const auto since = document::parse_instant(oldest);
    if (!since) {
      return fail(FailureKind::internal, "the date of an execution can't be read: " + oldest);
    }
    found.clear();
    WINNOW_CHECK(connection.query(select(flow, *since, std::nullopt), take));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(a.date, a.key) > std::tie(b.date, b.key);
  });
  if (static_cast<std::int64_t>(found.size()) > count_) {
    found.resize(static_cast<std::size_t>(count_));
  }
  return found;
}

Outcome<bool> NewestOfFlows::keeps(database::Connection& connection, std::optional<bool> deleted,
                                   const BatchRow& row) {
  if (deleted.value_or(false)) return false;
  const std::lock_guard guard(mutex_);
  const auto flow = std::pair(row.of->name_space, row.of->flow);
  auto known = kept_.find(flow);
  if (known == kept_.end()) {
    WINNOW_TRY(const auto newest, of_flow(connection, *row.of));
    std::set<std::string, std::less<>> keys;
    const auto until = document::to_text(until_);
    for (const auto& each : newest) {
      // Younger rows are never met.
      if (each.date <= until) keys.insert(each.key);
    }
    known = kept_.emplace(flow, std::move(keys)).first;
  }
  return known->second.contains(row.key);
}

PlannedStatement NewestOfFlows::planned() const {
  const FlowOf nobody{.tenant = {}, .name_space = "winnow", .flow = "plan"};
  return {.purpose = "look for the newest of a flow",
          .statement = select(nobody, std::nullopt, count_ + 1),
          .need = {.table = &matched_.table(),
                   .scope = matched_.scope_columns(),
                   .equal = {matched_.scope().namespace_column},
                   .column = "flow_id"}};
}

}  // namespace winnow::tasks
