#include "bench/native/kestra_purge.h"

#include "bench/native/server.h"

namespace winnow::bench {
namespace {

constexpr std::int64_t kFetchSize = 100;
constexpr std::size_t kBatchSize = 100;

// Kestra reads only the column `value` and makes objects from it. Here the key is selected too, and
// the document is received but not parsed.
std::string selection(const Server& server, const std::string& until) {
  return "SELECT value, " + server.quoted("key") +
         " FROM executions WHERE tenant_id = 'main' AND deleted IN (true, false) AND end_date <= "
         "'" +
         until + "'";
}

std::string placeholders(const Server& server, std::size_t count) {
  std::string text;
  for (std::size_t i = 1; i <= count; ++i) text += (i == 1 ? "" : ", ") + server.placeholder(i);
  return text;
}

class Purge {
 public:
  explicit Purge(Server& server) : server_(server) {}

  void remove(const std::vector<std::string>& keys) {
    const std::string in = " IN (" + placeholders(server_, keys.size()) + ")";
    purged_.executions +=
        in_a_transaction("DELETE FROM executions WHERE " + server_.quoted("key") + in, keys);
    purged_.logs +=
        in_a_transaction("DELETE FROM logs WHERE deleted = false AND execution_id" + in, keys);
    purged_.metrics +=
        in_a_transaction("DELETE FROM metrics WHERE deleted = false AND execution_id" + in, keys);
  }

  const Purged& purged() const { return purged_; }

 private:
  std::int64_t in_a_transaction(const std::string& sql, const std::vector<std::string>& keys) {
    server_.execute("BEGIN");
    const auto rows = server_.execute(sql, keys);
    server_.execute("COMMIT");
    return rows;
  }

  Server& server_;
  Purged purged_;
};

Purged purge(const std::string& url, const std::string& until, std::size_t batch_size) {
  const auto reading = connect(url);
  const auto deleting = connect(url);
  Purge purge(*deleting);
  std::vector<std::string> keys;
  reading->stream(selection(*reading, until), kFetchSize, [&](const Row& row) {
    keys.push_back(row[1].value_or(""));
    if (keys.size() < batch_size) return;
    purge.remove(keys);
    keys.clear();
  });
  if (!keys.empty()) purge.remove(keys);
  return purge.purged();
}

}  // namespace

Purged purge_as_kestra(const std::string& url, const std::string& until) {
  return purge(url, until, kBatchSize);
}

Purged purge_row_by_row(const std::string& url, const std::string& until) {
  return purge(url, until, 1);
}

}  // namespace winnow::bench
