#include "bench/native/postgres_server.h"

#include <array>
#include <charconv>
#include <map>

#include <libpq-fe.h>

#include "bench/native/give_up.h"

namespace winnow::bench {
namespace {

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgConnection = std::unique_ptr<PGconn, FinishConnection>;
using PgResult = std::unique_ptr<PGresult, ClearResult>;

Row row_of(const PGresult* result, int index) {
  Row row;
  for (int column = 0; column < PQnfields(result); ++column) {
    if (PQgetisnull(result, index, column) != 0) {
      row.emplace_back();
    } else {
      const auto size = static_cast<std::size_t>(PQgetlength(result, index, column));
      row.emplace_back(std::string(PQgetvalue(result, index, column), size));
    }
  }
  return row;
}

class PostgresServer final : public Server {
 public:
  explicit PostgresServer(PgConnection connection) : connection_(std::move(connection)) {}

  std::string quoted(const std::string& name) const override { return '"' + name + '"'; }
  std::string placeholder(std::size_t index) const override { return '$' + std::to_string(index); }

  std::int64_t execute(const std::string& sql, const std::vector<std::string>& values) override {
    const auto result = values.empty() ? checked(PQexec(connection_.get(), sql.c_str()))
                                       : run_prepared(sql, values);
    std::int64_t rows = 0;
    const std::string_view text = PQcmdTuples(result.get());
    std::from_chars(text.data(), text.data() + text.size(), rows);
    return rows;
  }

  std::vector<Row> query(const std::string& sql) override {
    const auto result = checked(PQexec(connection_.get(), sql.c_str()));
    std::vector<Row> rows;
    rows.reserve(static_cast<std::size_t>(PQntuples(result.get())));
    for (int i = 0; i < PQntuples(result.get()); ++i) rows.push_back(row_of(result.get(), i));
    return rows;
  }

  // Like the JDBC driver's fetch size: a portal of a long transaction, `size` rows per round trip.
  void stream(const std::string& sql, std::int64_t size,
              const std::function<void(const Row&)>& take) override {
    Server::execute("BEGIN");
    Server::execute("DECLARE streamed NO SCROLL CURSOR FOR " + sql);
    const std::string fetch = "FETCH FORWARD " + std::to_string(size) + " FROM streamed";
    for (auto rows = query(fetch); !rows.empty(); rows = query(fetch)) {
      for (const auto& row : rows) take(row);
    }
    Server::execute("COMMIT");
  }

 private:
  PgResult run_prepared(const std::string& sql, const std::vector<std::string>& values) {
    auto [found, is_new] = prepared_.try_emplace(sql, "s" + std::to_string(prepared_.size()));
    const auto count = static_cast<int>(values.size());
    if (is_new) {
      checked(PQprepare(connection_.get(), found->second.c_str(), sql.c_str(), count, nullptr));
    }
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const auto& value : values) texts.push_back(value.c_str());
    return checked(PQexecPrepared(connection_.get(), found->second.c_str(), count, texts.data(),
                                  nullptr, nullptr, 0));
  }

  PgResult checked(PGresult* raw) {
    PgResult result(raw);
    const auto status = PQresultStatus(raw);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    give_up(PQerrorMessage(connection_.get()));
  }

  PgConnection connection_;
  std::map<std::string, std::string> prepared_;  // by SQL text
};

}  // namespace

std::unique_ptr<Server> connect_postgres(const database::Settings& settings) {
  const auto port = std::to_string(settings.port == 0 ? 5432 : settings.port);
  const std::array<const char*, 7> names{"host",   "port",    "user", "password",
                                         "dbname", "options", nullptr};
  // No lock may make a run wait forever.
  const std::array<const char*, 7> values{settings.host.c_str(),
                                          port.c_str(),
                                          settings.user.c_str(),
                                          settings.password.c_str(),
                                          settings.database.c_str(),
                                          "-c lock_timeout=60s -c client_min_messages=warning",
                                          nullptr};
  PgConnection connection(PQconnectdbParams(names.data(), values.data(), 0));
  if (PQstatus(connection.get()) != CONNECTION_OK) give_up(PQerrorMessage(connection.get()));
  return std::make_unique<PostgresServer>(std::move(connection));
}

}  // namespace winnow::bench
