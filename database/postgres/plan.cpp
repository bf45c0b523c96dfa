#include "database/postgres/plan.h"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "database/texts.h"

namespace winnow::database {
namespace {

using Json = nlohmann::json;

std::string member_of(const Json& node, const char* key) {
  return node.value(key, std::string());
}

// The rows of a node are those of one process of several (get_parallel_divisor of PostgreSQL: a
// leader with workers to look after reads less).
double processes(const Json& node) {
  const auto workers = node.value("Workers Planned", 0.0);
  return workers > 0 ? workers + std::max(0.0, 1 - 0.3 * workers) : 1;
}

void read_node(const Json& node, std::size_t depth, double shared_by, QueryPlan& plan) {
  const auto type = member_of(node, "Node Type");
  const auto index = member_of(node, "Index Name");
  const auto table = member_of(node, "Relation Name");
  add_once(plan.indexes, index);
  if (type == "Seq Scan" || type == "Foreign Scan") add_once(plan.scans, table);
  plan.text += std::string(depth * 2, ' ') + type;
  if (!index.empty()) plan.text += " using " + index;
  if (!table.empty()) plan.text += " on " + table;
  plan.text += " (rows " + std::to_string(node.value("Plan Rows", std::int64_t{0})) + ")";
  // Append: a table of partitions, each of which has a scan of its own.
  if (!plan.rows && (!table.empty() || type == "Append" || type == "MergeAppend")) {
    plan.rows = static_cast<std::int64_t>(node.value("Plan Rows", 0.0) * shared_by);
  }
  for (const auto* condition : {"Index Cond", "Filter"}) {
    const auto text = member_of(node, condition);
    if (!text.empty()) plan.text += " " + std::string(condition) + ": " + text;
  }
  plan.text += "\n";
  const auto children = node.find("Plans");
  if (children == node.end()) return;
  for (const auto& child : *children) {
    read_node(child, depth + 1, shared_by * processes(node), plan);
  }
}

}  // namespace

Outcome<QueryPlan> postgres_plan(std::string_view json) {
  QueryPlan plan;
  try {
    // A rule may make several statements of one, or none.
    for (const auto& statement : Json::parse(json)) read_node(statement.at("Plan"), 0, 1, plan);
  } catch (const Json::exception& error) {
    return fail(FailureKind::internal,
                std::string("PostgreSQL's plan can't be read: ") + error.what());
  }
  if (!plan.text.empty()) plan.text.pop_back();
  return plan;
}

}  // namespace winnow::database
