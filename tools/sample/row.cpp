#include "tools/sample/row.h"

#include <algorithm>
#include <array>

namespace winnow::sample {
namespace {

constexpr auto kDocumentTables = std::to_array<std::string_view>({
    "executions",
    "logs",
    "metrics",
    "executorstate",
    "execution_queued",
    "concurrency_limit",
    "sla_monitor",
    "executordelayed",
    "worker_job_running",
    "triggers",
    "execution_statistics",
});

std::vector<TableShape> make_shapes() {
  std::vector<TableShape> shapes;
  shapes.reserve(kDocumentTables.size() + 3);
  for (const auto name : kDocumentTables) {
    shapes.push_back({name, {{"key", CellType::text}, {"value", CellType::document}}});
  }
  shapes.push_back({"queues",
                    {{"type", CellType::queue_type},
                     {"key", CellType::text},
                     {"value", CellType::document},
                     {"updated", CellType::instant},
                     {"consumers", CellType::consumer}}});
  shapes.push_back({"task_outputs",
                    {{"key", CellType::text},
                     {"task_run_id", CellType::text},
                     {"tenant_id", CellType::text},
                     {"execution_id", CellType::text},
                     {"value", CellType::bytes}}});
  shapes.push_back(
      {"execution_outputs",
       {{"key", CellType::text}, {"tenant_id", CellType::text}, {"value", CellType::bytes}}});
  return shapes;
}

const std::vector<TableShape>& shapes() {
  static const std::vector<TableShape> all = make_shapes();
  return all;
}

}  // namespace

std::span<const TableShape> table_shapes() {
  return shapes();
}

const TableShape* document_table(std::string_view name) {
  const auto found = std::ranges::find(kDocumentTables, name);
  return found == kDocumentTables.end()
             ? nullptr
             : &shapes()[static_cast<std::size_t>(found - kDocumentTables.begin())];
}

const TableShape* queues_table() {
  return &shapes()[kDocumentTables.size()];
}

const TableShape* task_outputs_table() {
  return &shapes()[kDocumentTables.size() + 1];
}

const TableShape* execution_outputs_table() {
  return &shapes()[kDocumentTables.size() + 2];
}

}  // namespace winnow::sample
