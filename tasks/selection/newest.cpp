#include "tasks/selection/newest.h"

#include <algorithm>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using database::SqlWriter;

Scope without_bound(Scope scope, const std::string& column) {
  std::erase_if(scope.conditions, [&](const Condition& condition) {
    return looking_back(condition, column) != nullptr;
  });
  return scope;
}

}  // namespace

const Filter* end_filter(const Manifest& manifest) {
  for (const auto& parameter : manifest.parameters) {
    if (parameter.filter && parameter.filter->operation == FilterOperator::at_or_before) {
      return &*parameter.filter;
    }
  }
  return nullptr;
}

Outcome<std::optional<KeepLast>> read_keep_last(const Manifest& manifest, const Json& parameters,
                                                const Scope& scope) {
  const auto* last = given(parameters, "keepLast");
  const auto* end = end_filter(manifest);
  if (last == nullptr || end == nullptr) return std::nullopt;
  if (end->instead && looking_back(scope.conditions, end->instead->column) != nullptr) {
    return fail(FailureKind::invalid_parameter,
                "keepLast keeps the executions that ended last: leave `dateFilter` START out",
                "/keepLast");
  }
  return KeepLast{
      .count = last->get<std::int64_t>(), .column = end->column, .document = end->document};
}

NewestOfFlows::NewestOfFlows(Selection matched, const database::Dialect& dialect,
                             std::int64_t count)
    : matched_(std::move(matched)), dialect_(&dialect), count_(count) {}

Outcome<std::unique_ptr<NewestOfFlows>> NewestOfFlows::make(const Scope& scope,
                                                            const KeepLast& keep,
                                                            const database::Schema& schema,
                                                            const database::Dialect& dialect) {
  auto any_date = without_bound(scope, keep.column);
  if (keep.newest_until) {
    any_date.conditions.push_back(InstantBound{.column = keep.column,
                                               .document = keep.document,
                                               .comparison = database::Comparison::at_or_before,
                                               .instant = *keep.newest_until});
  }
  WINNOW_TRY(auto matched, Selection::make(std::move(any_date), schema));
  const auto& table = matched.table();
  for (const auto& needed :
       {matched.scope().namespace_column, std::string("flow_id"), keep.column}) {
    WINNOW_CHECK(table.require(needed));
  }
  std::unique_ptr<NewestOfFlows> newest(new NewestOfFlows(std::move(matched), dialect, keep.count));
  newest->order_ = newest->matched_.table().column(keep.column);
  newest->document_ = keep.document;
  const auto* bound = looking_back(scope.conditions, keep.column);
  if (bound != nullptr) newest->until_ = bound->instant;
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
                                   const FlowOf& flow, const std::string& key) {
  if (deleted.value_or(false)) return false;
  const std::lock_guard guard(mutex_);
  const auto name = std::pair(flow.name_space, flow.flow);
  auto known = kept_.find(name);
  if (known == kept_.end()) {
    WINNOW_TRY(const auto newest, of_flow(connection, flow));
    std::set<std::string, std::less<>> keys;
    const auto until = until_ ? document::to_text(*until_) : std::string();
    for (const auto& each : newest) {
      // Younger rows are never met.
      if (!until_ || each.date <= until) keys.insert(each.key);
    }
    known = kept_.emplace(name, std::move(keys)).first;
  }
  return known->second.contains(key);
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
