#include "tasks/selection/plan_check.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <set>

#include "database/count.h"
#include "database/memory.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::Index;
using database::Statement;
using database::Table;

// What passed in this process, and whether it did because its table was small.
database::Memory<bool>& passed_plans() {
  static database::Memory<bool> plans;
  return plans;
}

// `big` and `lacks_index` as the probe of this run has them.
bool has_passed(const std::string& key, bool big, bool lacks_index) {
  const auto because_small = passed_plans().find(key);
  return because_small && !(*because_small ? big : lacks_index);
}

// A list of a thousand keys may have another plan than one of ten.
std::string sizes(const Statement& statement) {
  std::string text;
  for (const auto& parameter : statement.parameters) {
    const auto* list = std::get_if<database::TextList>(&parameter);
    if (list != nullptr) text += std::to_string(std::bit_width(list->size())) + ",";
  }
  // Of a list that is written out each key is a parameter.
  return text + std::to_string(std::bit_width(statement.parameters.size()));
}

std::string key_of(const Statement& statement, const database::Settings& settings) {
  std::string key = std::to_string(static_cast<int>(settings.engine));
  for (const auto& part :
       {settings.host, std::to_string(settings.port), settings.database, settings.search_path,
        settings.user, sizes(statement), with_short_lists(statement.sql)}) {
    key += '\n' + part;
  }
  return key;
}

bool surely_big(const Table& table) {
  return table.estimated_rows > kSmallTable;
}

// A small one, say of a month that has just begun, is scanned whatever indexes there are.
bool is_big_partition(const Table& table, const std::string& name) {
  return std::any_of(table.partitions.begin(), table.partitions.end(), [&](const auto& partition) {
    return partition.name == name && partition.estimated_rows > kSmallTable;
  });
}

tl::unexpected<Failure> refused(const PlannedStatement& planned, const std::string& problem,
                                const std::string& remedy) {
  return fail(FailureKind::schema,
              "the statement to " + planned.purpose + " would read the table \"" +
                  planned.need.table->name + "\" from end to end: " + problem +
                  ". Nothing was sent. " + remedy +
                  ", or set `policy: {allow-scan: true}` in the configuration");
}

// No further than needed.
void write_count(database::SqlWriter& writer, const Table& table) {
  writer.text("SELECT count(*) FROM (SELECT 1 AS one FROM ").table(table);
  writer.text(" LIMIT " + std::to_string(kSmallTable + 1) + ") AS counted");
}

// In one round trip; vtgate takes such counts one by one.
Outcome<std::vector<std::int64_t>> count_each(std::span<const Table* const> tables,
                                              Connection& connection) {
  database::SqlWriter writer(connection.dialect());
  if (tables.size() == 1) {
    write_count(writer, *tables.front());
    return database::numbers_of(connection, writer.take());
  }
  std::vector<std::int64_t> counts;
  if (connection.dialect().merges_shards()) {
    for (std::size_t at = 0; at < tables.size(); ++at) {
      WINNOW_TRY(const auto count, count_each(tables.subspan(at, 1), connection));
      counts.push_back(count.front());
    }
    return counts;
  }
  const char* separator = "SELECT (";
  for (const auto* table : tables) {
    write_count(writer.text(separator), *table);
    separator = "), (";
  }
  return database::numbers_of(connection, writer.text(")").take());
}

Outcome<std::set<const Table*>> big_ones_of(const std::set<const Table*>& tables,
                                            Connection& connection) {
  std::set<const Table*> big;
  std::vector<const Table*> unsure;
  for (const auto* table : tables) {
    if (surely_big(*table)) {
      big.insert(table);
    } else {
      unsure.push_back(table);
    }
  }
  if (unsure.empty()) return big;
  WINNOW_TRY(const auto rows, count_each(unsure, connection));
  for (std::size_t at = 0; at < unsure.size(); ++at) {
    if (rows.at(at) > kSmallTable) big.insert(unsure[at]);
  }
  return big;
}

class PlanCheck {
 public:
  PlanCheck(Connection& connection, const Context& context)
      : connection_(connection), context_(context) {}

  // All are explained in one round trip, and all tables that are scanned are measured in another.
  Outcome<void> check(std::span<const PlannedStatement> statements) {
    auto looked_at = not_passed(statements);
    WINNOW_CHECK(explain(looked_at));
    WINNOW_TRY(const auto big, big_ones(looked_at));
    for (auto& look : looked_at) {
      if (look.scans && big.contains(look.planned->need.table)) return refusal(*look.planned);
      passed_plans().keep(look.key, look.scans);
    }
    return {};
  }

 private:
  struct Look {
    const PlannedStatement* planned;
    std::string key;
    bool lacks_index;
    bool scans;
  };

  std::vector<Look> not_passed(std::span<const PlannedStatement> statements) const {
    std::vector<Look> looks;
    for (const auto& planned : statements) {
      const auto& need = planned.need;
      if (need.declared_small) continue;
      const bool lacks_index = missing_index(connection_.dialect(), need).has_value();
      auto key = key_of(planned.statement, context_.database);
      if (has_passed(key, surely_big(*need.table), lacks_index)) continue;
      looks.push_back({.planned = &planned,
                       .key = std::move(key),
                       .lacks_index = lacks_index,
                       .scans = lacks_index});
    }
    return looks;
  }

  // What no index can serve needs no plan.
  Outcome<void> explain(std::vector<Look>& looks) {
    std::vector<Statement> statements;
    for (const auto& look : looks) {
      if (!look.lacks_index) statements.push_back(look.planned->statement);
    }
    if (statements.empty()) return {};
    WINNOW_TRY(const auto plans, connection_.explain_all(statements));
    auto plan = plans.begin();
    for (auto& look : looks) {
      if (!look.lacks_index) look.scans = scans(*plan++, *look.planned->need.table);
    }
    return {};
  }

  static bool scans(const database::QueryPlan& plan, const Table& table) {
    return std::any_of(plan.scans.begin(), plan.scans.end(), [&](const std::string& scanned) {
      return scanned == table.name || is_big_partition(table, scanned);
    });
  }

  // Of the tables that are scanned.
  Outcome<std::set<const Table*>> big_ones(const std::vector<Look>& looks) {
    std::set<const Table*> scanned;
    for (const auto& look : looks) {
      if (look.scans) scanned.insert(look.planned->need.table);
    }
    return big_ones_of(scanned, connection_);
  }

  tl::unexpected<Failure> refusal(const PlannedStatement& planned) const {
    const auto& need = planned.need;
    if (const auto ddl = missing_index(connection_.dialect(), need)) {
      const std::string within = need.scope.empty() ? "" : " within its tenant";
      return refused(planned,
                     need.value.empty()
                         ? "it has no index that leads to \"" + need.column + "\"" + within
                         : "\"" + need.column +
                               "\" holds no whole minutes in this version of Kestra "
                               "(kestra-io/kestra#16908), and no index holds what the documents do",
                     "Add the index (" + *ddl + ")");
    }
    const auto* index = need.column.empty() ? nullptr : serving_index(need);
    return refused(planned,
                   "the server uses no index" +
                       (index == nullptr ? "" : ", although \"" + index->name + "\" would serve"),
                   "Renew the table's statistics (ANALYZE)");
  }

  Connection& connection_;
  const Context& context_;
};

// Of a list: up to its comma, or to the end of the list.
std::string_view first_element(std::string_view list) {
  int depth = 0;
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (list[at] == '(') ++depth;
    const bool ends = depth == 0 && (list[at] == ')' || list[at] == ',');
    if (ends) return list.substr(0, at);
    if (list[at] == ')') --depth;
  }
  return list;
}

}  // namespace

Outcome<bool> is_big(const database::Table& table, Connection& connection) {
  WINNOW_TRY(const auto big, big_ones_of({&table}, connection));
  return !big.empty();
}

bool index_serves(const database::Table& table, const Match& match) {
  std::vector<std::string> columns{match.column};
  if (!match.only_column.empty()) columns.push_back(match.only_column);
  if (table.index_on(columns) != nullptr) return true;
  columns.emplace_back("deleted");
  return table.index_on(columns) != nullptr;
}

const Index* serving_index(const IndexNeed& need) {
  const auto holds = [](const std::vector<std::string>& columns, const std::string& column) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  };
  // An expression stands so in an index.
  const std::string wanted = need.value.empty() ? need.column : "";
  const auto serves = [&](const Index& index) {
    if (index.partial || !index.ordered) return false;
    for (const auto& column : index.columns) {
      if (column == wanted) return true;
      if (!holds(need.scope, column) && !holds(need.equal, column)) return false;
    }
    return false;
  };
  const auto& indexes = need.table->indexes;
  const auto found = std::find_if(indexes.begin(), indexes.end(), serves);
  return found == indexes.end() ? nullptr : &*found;
}

std::string with_short_lists(std::string_view sql) {
  constexpr std::string_view kBegins = " IN (";
  constexpr std::string_view kNext = ", ";
  std::string text;
  while (true) {
    const auto begins = sql.find(kBegins);
    if (begins == std::string_view::npos) return text.append(sql);
    const auto from = begins + kBegins.size();
    text += sql.substr(0, from);
    sql.remove_prefix(from);
    const auto element = first_element(sql);
    auto rest = sql.substr(element.size());
    while (rest.starts_with(kNext) && rest.substr(kNext.size()).starts_with(element)) {
      rest.remove_prefix(kNext.size() + element.size());
    }
    const bool of_placeholders = element.find('?') != std::string_view::npos &&
                                 !element.starts_with("SELECT ") && rest.starts_with(")");
    if (!of_placeholders) continue;
    text.append(element).append(", ...");
    sql = rest;
  }
}

Outcome<Json> explained(Connection& connection, const PlannedStatement& planned) {
  WINNOW_TRY(const auto plan, connection.explain(planned.statement));
  Json described{{"purpose", planned.purpose},
                 {"sql", with_short_lists(planned.statement.sql)},
                 {"indexes", plan.indexes},
                 {"scans", plan.scans}};
  if (auto ddl = missing_index(connection.dialect(), planned.need)) {
    described["missingIndex"] = std::move(*ddl);
  }
  return described;
}

Outcome<Json> explained(Connection& connection, std::span<const PlannedStatement> statements) {
  Json list = Json::array();
  for (const auto& planned : statements) {
    WINNOW_TRY(auto described, explained(connection, planned));
    list.push_back(std::move(described));
  }
  return list;
}

database::TextList stand_in_keys(std::int64_t count) {
  database::TextList keys;
  for (std::int64_t at = 0; at < count; ++at) keys.push_back("winnow-plan-" + std::to_string(at));
  return keys;
}

std::string branch_name(std::optional<bool> deleted) {
  if (!deleted) return {};
  return *deleted ? ", deleted = true" : ", deleted = false";
}

std::optional<std::string> missing_index(const database::Dialect& dialect, const IndexNeed& need) {
  if (need.column.empty() || serving_index(need) != nullptr) return std::nullopt;
  auto columns = need.scope;
  columns.push_back(need.column);
  return dialect.create_index(*need.table, columns, need.value);
}

Outcome<void> check_plans(std::span<const PlannedStatement> statements, Connection& connection,
                          const Context& context) {
  if (context.policy.allow_scan) return {};
  return PlanCheck(connection, context).check(statements);
}

}  // namespace winnow::tasks
