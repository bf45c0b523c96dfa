#include "bench/native/mysql_server.h"

#include <mysql.h>

#include "bench/native/give_up.h"

namespace winnow::bench {
namespace {

struct CloseConnection {
  void operator()(MYSQL* connection) const { mysql_close(connection); }
};
struct FreeResult {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using MysqlConnection = std::unique_ptr<MYSQL, CloseConnection>;
using MysqlResult = std::unique_ptr<MYSQL_RES, FreeResult>;

class MysqlServer final : public Server {
 public:
  explicit MysqlServer(MysqlConnection connection) : connection_(std::move(connection)) {}

  std::string quoted(const std::string& name) const override { return '`' + name + '`'; }
  std::string placeholder(std::size_t /*index*/) const override { return "?"; }

  // Connector/J writes the values into the text by default, and so does this.
  std::int64_t execute(const std::string& sql, const std::vector<std::string>& values) override {
    send(values.empty() ? sql : with_literals(sql, values));
    skip_rows();
    return static_cast<std::int64_t>(mysql_affected_rows(connection_.get()));
  }

  std::vector<Row> query(const std::string& sql) override {
    send(sql);
    std::vector<Row> rows;
    if (const MysqlResult result(mysql_store_result(connection_.get())); result) {
      read(*result, [&rows](const Row& row) { rows.push_back(row); });
    }
    skip_rows();
    return rows;
  }

  // Row by row from the socket, like Connector/J's streaming; there is no cursor on the server.
  void stream(const std::string& sql, std::int64_t /*size*/,
              const std::function<void(const Row&)>& take) override {
    send(sql);
    const MysqlResult result(mysql_use_result(connection_.get()));
    if (!result) fail();
    read(*result, take);
  }

 private:
  void send(const std::string& sql) {
    if (mysql_real_query(connection_.get(), sql.data(), sql.size()) != 0) fail();
  }

  void read(MYSQL_RES& result, const std::function<void(const Row&)>& take) {
    const auto columns = mysql_num_fields(&result);
    while (MYSQL_ROW cells = mysql_fetch_row(&result)) {
      const auto* sizes = mysql_fetch_lengths(&result);
      Row row(columns);
      for (unsigned int i = 0; i < columns; ++i) {
        if (cells[i] != nullptr) row[i].emplace(cells[i], sizes[i]);
      }
      take(row);
    }
    if (mysql_errno(connection_.get()) != 0) fail();
  }

  // A CALL returns several results.
  void skip_rows() {
    do {
      const MysqlResult rest(mysql_store_result(connection_.get()));
    } while (mysql_next_result(connection_.get()) == 0);
    if (mysql_errno(connection_.get()) != 0) fail();
  }

  std::string with_literals(const std::string& sql, const std::vector<std::string>& values) {
    std::string text;
    auto value = values.begin();
    for (const char letter : sql) {
      if (letter != '?') {
        text += letter;
        continue;
      }
      std::string escaped(value->size() * 2 + 1, '\0');
      escaped.resize(mysql_real_escape_string(connection_.get(), escaped.data(), value->data(),
                                              static_cast<unsigned long>(value->size())));
      text.append(1, '\'').append(escaped).append(1, '\'');
      ++value;
    }
    return text;
  }

  [[noreturn]] void fail() { give_up(mysql_error(connection_.get())); }

  MysqlConnection connection_;
};

}  // namespace

std::unique_ptr<Server> connect_mysql(const database::Settings& settings) {
  MysqlConnection connection(mysql_init(nullptr));
  mysql_options(connection.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
  const auto port = settings.port == 0 ? 3306U : settings.port;
  const auto* opened = mysql_real_connect(
      connection.get(), settings.host.c_str(), settings.user.c_str(), settings.password.c_str(),
      settings.database.c_str(), port, nullptr, CLIENT_MULTI_RESULTS);
  if (opened == nullptr) give_up(mysql_error(connection.get()));
  auto server = std::make_unique<MysqlServer>(std::move(connection));
  server->Server::execute("SET time_zone = '+00:00', lock_wait_timeout = 60");
  return server;
}

}  // namespace winnow::bench
