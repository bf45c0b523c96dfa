#include "database/mysql/client/statement.h"

#include "database/mysql/client/library.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// Keys, names and dates fit; what doesn't makes its cell grow.
constexpr std::size_t kCellSize = 256;

}  // namespace

class MysqlStatement::BoundRow final : public Row {
 public:
  explicit BoundRow(const std::vector<Cell>& cells) : cells_(cells) {}
  std::size_t size() const override { return cells_.size(); }
  std::optional<std::string_view> text(std::size_t column) const override {
    if (column >= size() || cells_[column].null != 0) return std::nullopt;
    return std::string_view(cells_[column].buffer.data(), cells_[column].size);
  }

 private:
  const std::vector<Cell>& cells_;
};

void MysqlStatement::Closer::operator()(MYSQL_STMT* statement) const {
  const WithoutPipeSignal quiet;
  mysql_stmt_close(statement);
}

tl::unexpected<Failure> MysqlStatement::failed() {
  auto* statement = statement_.get();
  // What ends a result in its middle (a lock that was waited for in vain, say) the connector notes
  // on the connection alone.
  if (mysql_stmt_errno(statement) == 0) return fail(session_.failure());
  return fail(session_.failure(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement),
                               mysql_stmt_error(statement)));
}

Outcome<std::unique_ptr<MysqlStatement>> MysqlStatement::prepare(MysqlSession& session,
                                                                 const std::string& sql) {
  WINNOW_CHECK(session.set_up());
  Handle owned(mysql_stmt_init(session.handle()));
  if (!owned) return fail(FailureKind::no_memory, "no memory for a statement");
  auto* const handle = owned.get();
  std::unique_ptr<MysqlStatement> statement(
      new MysqlStatement(session, std::move(owned)));  // NOLINT: its constructor is its own
  WINNOW_TRY(const int result, session.call(mysql_stmt_prepare_start, mysql_stmt_prepare_cont,
                                            handle, sql.data(), sql.size()));
  if (result != 0) return statement->failed();
  return statement;
}

Outcome<std::int64_t> MysqlStatement::run(MysqlParameters& parameters, const RowHandler* handler) {
  // The server was asked to stop what it prepared; it would not stop what comes now.
  if (session_.asked_to_cancel()) return fail(FailureKind::cancelled, "cancelled");
  auto* handle = statement_.get();
  if (mysql_stmt_param_count(handle) != parameters.size()) {
    return fail(FailureKind::internal, "a statement has another number of values than places");
  }
  if (parameters.size() > 0 && mysql_stmt_bind_param(handle, parameters.binds()) != 0) {
    return failed();
  }
  WINNOW_TRY(const int result,
             session_.call(mysql_stmt_execute_start, mysql_stmt_execute_cont, handle));
  if (result != 0) return failed();
  if (mysql_stmt_field_count(handle) == 0) {
    return static_cast<std::int64_t>(mysql_stmt_affected_rows(handle));
  }
  auto read = read_rows(handler);
  // What was not read is read now and dropped: the connection serves the next statement.
  auto ended = session_.call(mysql_stmt_free_result_start, mysql_stmt_free_result_cont, handle);
  if (!read) return fail(std::move(read.error()));
  if (!ended) return fail(std::move(ended.error()));
  return std::int64_t{0};
}

Outcome<void> MysqlStatement::read_rows(const RowHandler* handler) {
  bind_cells(mysql_stmt_field_count(statement_.get()));
  if (mysql_stmt_bind_result(statement_.get(), binds_.data()) != 0) return failed();
  const BoundRow row(cells_);
  while (true) {
    WINNOW_TRY(const auto found, fetch());
    if (!found || handler == nullptr || session_.asked_to_cancel()) return {};
    if (!(*handler)(row)) return {};
    session_.check_cancellation();
  }
}

void MysqlStatement::bind_cells(std::size_t count) {
  cells_.resize(count);
  binds_.assign(count, MYSQL_BIND{});
  for (std::size_t at = 0; at < count; ++at) {
    auto& cell = cells_[at];
    if (cell.buffer.empty()) cell.buffer.resize(kCellSize);
    binds_[at].buffer_type = MYSQL_TYPE_STRING;
    binds_[at].buffer = cell.buffer.data();
    binds_[at].buffer_length = cell.buffer.size();
    binds_[at].length = &cell.size;
    binds_[at].is_null = &cell.null;
    binds_[at].error = &cell.cut;
  }
}

// The next row into the cells; false at the end.
Outcome<bool> MysqlStatement::fetch() {
  WINNOW_TRY(const int result,
             session_.call(mysql_stmt_fetch_start, mysql_stmt_fetch_cont, statement_.get()));
  if (result == MYSQL_NO_DATA) return false;
  if (result != 0 && result != MYSQL_DATA_TRUNCATED) return failed();
  if (result == MYSQL_DATA_TRUNCATED && !widen_cells()) return failed();
  return true;
}

// A text longer than its cell: the cell grows, and the text is taken once more out of the row that
// the connector holds.
bool MysqlStatement::widen_cells() {
  bool widened = false;
  for (std::size_t at = 0; at < cells_.size(); ++at) {
    auto& cell = cells_[at];
    if (cell.null != 0 || cell.size <= cell.buffer.size()) continue;
    cell.buffer.resize(cell.size + cell.size / 2);
    binds_[at].buffer = cell.buffer.data();
    binds_[at].buffer_length = cell.buffer.size();
    const auto column = static_cast<unsigned int>(at);
    if (mysql_stmt_fetch_column(statement_.get(), &binds_[at], column, 0) != 0) return false;
    widened = true;
  }
  return !widened || bind_again();
}

// Binding sets the sizes to 0 in some versions of the connector; the row that was read keeps its
// own.
bool MysqlStatement::bind_again() {
  std::vector<unsigned long> sizes(cells_.size());
  for (std::size_t at = 0; at < cells_.size(); ++at) sizes[at] = cells_[at].size;
  if (mysql_stmt_bind_result(statement_.get(), binds_.data()) != 0) return false;
  for (std::size_t at = 0; at < cells_.size(); ++at) cells_[at].size = sizes[at];
  return true;
}

}  // namespace winnow::database
