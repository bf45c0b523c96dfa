// One row to insert, and the shape of its table, without columns that the database computes from
// `value`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::sample {

// `consumer`: who has read a message; each database stores that differently.
enum class CellType { text, document, bytes, instant, queue_type, consumer };

struct TableShape {
  std::string_view name;
  std::vector<std::pair<std::string_view, CellType>> columns;
};

struct Row {
  const TableShape* table = nullptr;
  std::vector<std::string> cells;  // in the order of the table's columns
  // The id of the execution that it belongs to; empty: none.
  std::string execution = {};
};

// `key` and `value` of the tables that hold a document; nullptr for a table that is not among them.
const TableShape* document_table(std::string_view name);
const TableShape* queues_table();
const TableShape* task_outputs_table();
const TableShape* execution_outputs_table();

// Every table for rows, executions first.
std::span<const TableShape> table_shapes();

}  // namespace winnow::sample
