#include "database/mysql/client/statements.h"

#include <algorithm>
#include <memory>
#include <mysql.h>
#include <vector>

#include "database/mysql/client/library.h"
#include "database/mysql/client/parameters.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

constexpr std::size_t kMost = 16;
// A text with thousands of places is long and comes once.
constexpr std::size_t kLongest = 16'384;

// Keys, names and dates fit; what doesn't makes its cell grow.
constexpr std::size_t kCellSize = 256;

}  // namespace

// One prepared statement on the server. The session must outlive it.
class MysqlStatement {
 public:
  static Outcome<std::unique_ptr<MysqlStatement>> prepare(MysqlSession& session,
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

  // Runs it and reads its answer to the end; rows go to the handler, when there is one, until it
  // wants no more. Returns the rows that it changed.
  Outcome<std::int64_t> run(MysqlParameters& parameters, const RowHandler* handler) {
    // The server was asked to stop what it prepared; it would not stop what comes now.
    if (session_.asked_to_cancel()) return fail(cancelled_failure());
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

 private:
  struct Cell {
    std::vector<char> buffer;
    unsigned long size = 0;
    my_bool null = 0;
    my_bool cut = 0;
  };

  class BoundRow final : public Row {
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

  struct Closer {
    void operator()(MYSQL_STMT* statement) const {
      const WithoutPipeSignal quiet;
      mysql_stmt_close(statement);
    }
  };

  using Handle = std::unique_ptr<MYSQL_STMT, Closer>;
  MysqlStatement(MysqlSession& session, Handle statement)
      : session_(session), statement_(std::move(statement)) {}

  tl::unexpected<Failure> failed() {
    auto* statement = statement_.get();
    // What ends a result in its middle (a lock that was waited for in vain, say) the connector
    // notes on the connection alone.
    if (mysql_stmt_errno(statement) == 0) return fail(session_.failure());
    return fail(session_.failure(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement),
                                 mysql_stmt_error(statement)));
  }

  Outcome<void> read_rows(const RowHandler* handler) {
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

  void bind_cells(std::size_t count) {
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
  Outcome<bool> fetch() {
    WINNOW_TRY(const int result,
               session_.call(mysql_stmt_fetch_start, mysql_stmt_fetch_cont, statement_.get()));
    if (result == MYSQL_NO_DATA) return false;
    if (result != 0 && result != MYSQL_DATA_TRUNCATED) return failed();
    if (result == MYSQL_DATA_TRUNCATED && !widen_cells()) return failed();
    return true;
  }

  // A text longer than its cell: the cell grows, and the text is taken once more out of the row
  // that the connector holds.
  bool widen_cells() {
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
  bool bind_again() {
    std::vector<unsigned long> sizes(cells_.size());
    for (std::size_t at = 0; at < cells_.size(); ++at) sizes[at] = cells_[at].size;
    if (mysql_stmt_bind_result(statement_.get(), binds_.data()) != 0) return false;
    for (std::size_t at = 0; at < cells_.size(); ++at) cells_[at].size = sizes[at];
    return true;
  }

  MysqlSession& session_;
  Handle statement_;
  std::vector<Cell> cells_;
  std::vector<MYSQL_BIND> binds_;
};

struct MysqlStatements::Kept {
  std::string sql;
  std::unique_ptr<MysqlStatement> statement;
};

MysqlStatements::MysqlStatements(MysqlSession& session) : session_(session) {}
MysqlStatements::~MysqlStatements() = default;

Outcome<MysqlStatement*> MysqlStatements::prepared(const std::string& sql) {
  const auto found = std::ranges::find(kept_, sql, &Kept::sql);
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
    return kept_.front().statement.get();
  }
  WINNOW_TRY(auto statement, MysqlStatement::prepare(session_, sql));
  if (kept_.size() == kMost) kept_.pop_back();
  kept_.push_front({.sql = sql, .statement = std::move(statement)});
  return kept_.front().statement.get();
}

Outcome<std::int64_t> MysqlStatements::run(const Statement& statement, const RowHandler* handler) {
  WINNOW_TRY(auto parameters, MysqlParameters::make(statement.parameters));
  if (statement.sql.size() > kLongest) {
    WINNOW_TRY(auto once, MysqlStatement::prepare(session_, statement.sql));
    return once->run(parameters, handler);
  }
  WINNOW_TRY(auto* kept, prepared(statement.sql));
  return kept->run(parameters, handler);
}

}  // namespace winnow::database
