#include "database/sqlite/statement.h"

#include <nlohmann/json.hpp>

#include "database/sqlite/errors.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// The texts live in `value` or in this call; SQLite keeps a copy.
struct Binder {
  sqlite3_stmt* statement;
  int ordinal;

  int operator()(std::monostate /*null*/) const { return sqlite3_bind_null(statement, ordinal); }
  int operator()(bool value) const { return sqlite3_bind_int(statement, ordinal, value ? 1 : 0); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, ordinal, value); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(statement, ordinal, value.data(), value.size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
  int operator()(Instant value) const { return (*this)(document::to_text(value)); }
  int operator()(const TextList& value) const { return (*this)(nlohmann::json(value).dump()); }
};

}  // namespace

Outcome<SqliteStatement> SqliteStatement::prepare(sqlite3* database, const Statement& statement) {
  sqlite3_stmt* prepared = nullptr;
  const char* tail = nullptr;
  const int code =
      sqlite3_prepare_v3(database, statement.sql.c_str(),
                         static_cast<int>(statement.sql.size() + 1), 0, &prepared, &tail);
  SqliteStatement result(database, prepared);
  if (code != SQLITE_OK) return fail(sqlite_failure(code, sqlite3_errmsg(database)));
  if (prepared == nullptr ||
      std::string_view(tail).find_first_not_of(" \n\t;") != std::string_view::npos) {
    return fail(FailureKind::internal,
                "SQLite: one statement at a time is run, and not an empty one");
  }
  WINNOW_CHECK(result.bind(statement.parameters));
  return result;
}

Outcome<void> SqliteStatement::bind(const std::vector<Parameter>& values) {
  int ordinal = 0;
  for (const auto& value : values) {
    ++ordinal;
    try {
      const int code = std::visit(Binder{statement_.get(), ordinal}, value);
      if (code != SQLITE_OK) return fail(sqlite_failure(code, sqlite3_errmsg(database_)));
    } catch (const nlohmann::json::exception&) {
      return fail(FailureKind::invalid_parameter, "a text of a list is not UTF-8");
    }
  }
  return {};
}

Outcome<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(sqlite_failure(code, sqlite3_errmsg(database_)));
}

std::size_t SqliteStatement::size() const {
  return static_cast<std::size_t>(sqlite3_column_count(statement_.get()));
}

std::optional<std::string_view> SqliteStatement::text(std::size_t column) const {
  const int index = static_cast<int>(column);
  if (sqlite3_column_type(statement_.get(), index) == SQLITE_NULL) return std::nullopt;
  const auto* bytes = sqlite3_column_text(statement_.get(), index);
  // The size is that of the text, so it is asked for after the value was turned into one.
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), index));
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes), size);
}

}  // namespace winnow::database
