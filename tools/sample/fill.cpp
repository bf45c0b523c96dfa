#include "tools/sample/fill.h"

#include <algorithm>

#include "outcome/try.h"
#include "tools/sample/files.h"
#include "tools/sample/insertion.h"

namespace winnow::sample {
namespace {

using database::AfterBatch;
using database::Statement;

constexpr std::int64_t kLargestBatch = 250;

// Even small samples get enough batches for every time zone.
std::int64_t batch_size(std::int64_t executions) {
  return std::clamp<std::int64_t>(executions / 8, 1, kLargestBatch);
}

// The time zone of the session of a batch; nothing for the connection's own, which is UTC.
const char* zone_statement(std::int64_t batch) {
  if (batch % 4 == 1) return "SET LOCAL TIME ZONE 'Europe/Paris'";
  if (batch % 4 == 3) return "SET LOCAL TIME ZONE 'America/Los_Angeles'";
  return nullptr;
}

// Empty except on Vitess.
Outcome<PlacingColumns> placing_columns(database::Connection& connection) {
  PlacingColumns placing;
  if (!connection.dialect().merges_shards()) return placing;
  std::vector<std::string> names;
  for (const auto& shape : table_shapes()) names.emplace_back(shape.name);
  WINNOW_TRY(const auto schema, connection.probe(names));
  for (const auto& shape : table_shapes()) {
    const auto* table = schema.table(shape.name);
    if (table == nullptr || !table->sharding || table->sharding->column.empty()) continue;
    const auto& column = table->sharding->column;
    const bool is_named =
        std::ranges::any_of(shape.columns, [&](const auto& each) { return each.first == column; });
    if (!is_named) placing.emplace(shape.name, column);
  }
  return placing;
}

class Filling {
 public:
  Filling(database::Connection& connection, const Generator& generator, PlacingColumns placing)
      : connection_(connection), generator_(generator), placing_(std::move(placing)) {}

  Outcome<void> batch(std::int64_t from, std::int64_t to, std::int64_t number) {
    std::vector<Row> rows;
    for (std::int64_t index = from; index < to; ++index) {
      SampleExecution execution = generator_.execution(index);
      const auto files = write_files(generator_.options().storage, execution);
      if (!files) return fail(files.error());
      files_ += *files;
      for (auto& row : execution.rows) row.execution = execution.facts.id;
      std::ranges::move(execution.rows, std::back_inserter(rows));
    }
    return insert(rows, number);
  }

  Outcome<void> insert(const std::vector<Row>& rows, std::int64_t number) {
    std::vector<Statement> statements;
    const bool zoned =
        generator_.options().mixed_zones && connection_.dialect().name() == "postgresql";
    if (const char* zone = zone_statement(number); zoned && zone != nullptr) {
      statements.push_back({.sql = zone, .parameters = {}});
    }
    std::ranges::move(insertions(connection_.dialect(), rows, placing_),
                      std::back_inserter(statements));
    if (auto begun = connection_.begin(); !begun) return begun;
    const auto done = connection_.execute(statements, AfterBatch::commit);
    if (!done) return fail(done.error());
    for (const Row& row : rows) ++counts_[std::string(row.table->name)];
    return {};
  }

  document::Json counts() const {
    document::Json result = document::Json::object();
    for (const TableShape& table : table_shapes()) {
      const auto found = counts_.find(std::string(table.name));
      if (found != counts_.end()) result[found->first] = found->second;
    }
    result["files"] = files_;
    return result;
  }

 private:
  database::Connection& connection_;
  const Generator& generator_;
  const PlacingColumns placing_;
  std::map<std::string, std::int64_t> counts_{{"executions", 0}, {"logs", 0}, {"metrics", 0}};
  std::int64_t files_ = 0;
};

}  // namespace

Outcome<document::Json> fill(database::Connection& connection, const Generator& generator,
                             const FillProgress& progress) {
  WINNOW_TRY(auto placing, placing_columns(connection));
  Filling filling(connection, generator, std::move(placing));
  const std::int64_t executions = generator.options().executions;
  const std::int64_t size = batch_size(executions);
  for (std::int64_t from = 0; from < executions; from += size) {
    const std::int64_t to = std::min(from + size, executions);
    if (auto done = filling.batch(from, to, from / size); !done)
      return fail(std::move(done.error()));
    if (progress) progress(to);
  }
  if (auto done = filling.insert(generator.other_rows(), 0); !done) {
    return fail(std::move(done.error()));
  }
  return filling.counts();
}

}  // namespace winnow::sample
