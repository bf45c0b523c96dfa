// A connection as winnow's competitors use it: libpq and libmysqlclient directly, without winnow's
// own drivers, so that a change of those never moves the baseline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace winnow::bench {

using Row = std::vector<std::optional<std::string>>;

// One connection, for one thread. A statement that the server refuses ends the program.
class Server {
 public:
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server() = default;

  // The name of a column or table, quoted.
  virtual std::string quoted(const std::string& name) const = 0;
  // The placeholder of the `index`-th value, counted from 1.
  virtual std::string placeholder(std::size_t index) const = 0;
  // Runs one statement with its values; returns the number of changed rows. The same text is
  // prepared once if the JDBC driver of that server does so too.
  virtual std::int64_t execute(const std::string& sql, const std::vector<std::string>& values) = 0;
  // Runs one statement and returns all of its rows.
  virtual std::vector<Row> query(const std::string& sql) = 0;
  // Passes on the rows of a SELECT as they arrive, `size` at a time if the server has cursors. The
  // statement stays open meanwhile, so anything else needs another connection.
  virtual void stream(const std::string& sql, std::int64_t size,
                      const std::function<void(const Row&)>& take) = 0;

  void execute(const std::string& sql) { static_cast<void>(execute(sql, {})); }
};

// By URL: postgresql:// or mysql://, with the password in it.
std::unique_ptr<Server> connect(const std::string& url);

}  // namespace winnow::bench
