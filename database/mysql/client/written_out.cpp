#include "database/mysql/client/written_out.h"

#include <nlohmann/json.hpp>

#include "database/mysql/client/parameters.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

class Literals {
 public:
  explicit Literals(MYSQL* mysql) : mysql_(mysql) {}

  std::string operator()(std::monostate /*null*/) const { return "NULL"; }
  std::string operator()(bool value) const { return value ? "1" : "0"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& text) const { return quoted(text); }
  std::string operator()(Instant instant) const {
    auto text = document::to_text(instant);
    if (text.ends_with('Z')) text.pop_back();
    return "CAST(" + quoted(text) + " AS DATETIME(6))";
  }
  std::string operator()(const TextList& list) const { return quoted(nlohmann::json(list).dump()); }

 private:
  std::string quoted(const std::string& text) const {
    std::string escaped(2 * text.size() + 1, '\0');
    escaped.resize(mysql_real_escape_string(mysql_, escaped.data(), text.data(), text.size()));
    return "'" + escaped + "'";
  }

  MYSQL* mysql_;
};

}  // namespace

Outcome<std::string> written_out(const MysqlSession& session, const Statement& statement) {
  WINNOW_CHECK(check_texts(statement.parameters));
  const Literals literals(session.handle());
  const std::string_view sql = statement.sql;
  auto value = statement.parameters.begin();
  std::string written;
  char quote = 0;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    const char character = sql[at];
    if (quote == 0 && character == '?' && value != statement.parameters.end()) {
      written += std::visit(literals, *value++);
      continue;
    }
    written += character;
    const bool escapes = quote == '\'' && character == '\\' && at + 1 < sql.size();
    if (escapes) {
      written += sql[++at];
    } else if (quote == 0 && (character == '\'' || character == '`')) {
      quote = character;
    } else if (character == quote) {
      quote = 0;
    }
  }
  if (value != statement.parameters.end()) {
    return fail(FailureKind::internal, "a statement has another number of values than places");
  }
  return written;
}

}  // namespace winnow::database
