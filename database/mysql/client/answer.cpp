#include "database/mysql/client/answer.h"

#include <functional>
#include <memory>

#include "outcome/try.h"

namespace winnow::database {
namespace {

class TextRow final : public Row {
 public:
  TextRow(MYSQL_ROW row, const unsigned long* lengths, std::size_t size)
      : row_(row), lengths_(lengths), size_(size) {}
  std::size_t size() const override { return size_; }
  std::optional<std::string_view> text(std::size_t column) const override {
    if (column >= size_ || row_[column] == nullptr) return std::nullopt;
    return std::string_view(row_[column], lengths_[column]);
  }

 private:
  MYSQL_ROW row_;
  const unsigned long* lengths_;
  std::size_t size_;
};

Outcome<void> read_rows(MysqlSession& session, MYSQL_RES* result, const RowHandler* handler) {
  while (true) {
    WINNOW_TRY(const MYSQL_ROW row,
               session.call(mysql_fetch_row_start, mysql_fetch_row_cont, result));
    if (row == nullptr) {
      if (mysql_errno(session.handle()) != 0) return fail(session.failure());
      return {};
    }
    if (handler == nullptr || session.asked_to_cancel()) return {};
    if (!(*handler)(TextRow(row, mysql_fetch_lengths(result), mysql_num_fields(result)))) return {};
    session.check_cancellation();
  }
}

// A handler that throws leaves the rest of its result unread: the connection ends with it.
class Unread {
 public:
  Unread(MysqlSession& session, MYSQL_RES* result) : session_(session), result_(result) {}
  Unread(const Unread&) = delete;
  Unread& operator=(const Unread&) = delete;
  ~Unread() {
    if (result_ == nullptr) return;
    session_.give_up();
    mysql_free_result(result_);
  }
  void release() { result_ = nullptr; }

 private:
  MysqlSession& session_;
  MYSQL_RES* result_;
};

Outcome<std::int64_t> read_result(MysqlSession& session, const RowHandler* handler) {
  auto* result = mysql_use_result(session.handle());
  if (result == nullptr) {
    if (mysql_field_count(session.handle()) != 0) return fail(session.failure());
    return static_cast<std::int64_t>(mysql_affected_rows(session.handle()));
  }
  Unread unread(session, result);
  auto read = read_rows(session, result, handler);
  unread.release();
  // What was not read is read now and dropped: the connection serves the next statement.
  auto ended = session.drive([&] { return mysql_free_result_start(result); },
                             [&](int ready) { return mysql_free_result_cont(result, ready); });
  if (!read) return fail(std::move(read.error()));
  if (!ended) return fail(std::move(ended.error()));
  return std::int64_t{0};
}

// Which rows go to nobody, nullptr says.
using HandlerOf = std::function<const RowHandler*(std::size_t result)>;

Outcome<std::int64_t> read_results(MysqlSession& session, const HandlerOf& handler_of) {
  std::size_t at = 0;
  auto changed = read_result(session, handler_of(at));
  while (changed && mysql_more_results(session.handle()) != 0) {
    WINNOW_CHECK(session.go_to_next_result());
    changed = read_result(session, handler_of(++at));
  }
  return changed;
}

}  // namespace

// A procedure answers with several results.
Outcome<std::int64_t> read_mysql_answer(MysqlSession& session, const RowHandler* handler) {
  return read_results(session, [handler](std::size_t) { return handler; });
}

Outcome<std::int64_t> read_mysql_answers(MysqlSession& session,
                                         std::span<const RowHandler> handlers) {
  return read_results(session, [handlers](std::size_t result) {
    return result < handlers.size() ? &handlers[result] : nullptr;
  });
}

Outcome<std::string> mysql_first_cell(MysqlSession& session, const std::string& sql) {
  std::string found;
  const RowHandler handler = [&](const Row& row) {
    if (found.empty()) found = row.text(0).value_or("");
    return true;
  };
  WINNOW_CHECK(session.send(sql));
  WINNOW_CHECK(read_mysql_answer(session, &handler));
  return found;
}

}  // namespace winnow::database
