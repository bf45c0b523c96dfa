// The statements of Kestra's own purges, without the JVM.
#pragma once

#include <cstdint>
#include <string>

namespace winnow::bench {

struct Purged {
  std::int64_t executions = 0;
  std::int64_t logs = 0;
  std::int64_t metrics = 0;
};

// 1.1: a cursor over whole documents in one long transaction; for every 100 of them three deletes,
// `IN` with a value per id, each in its own transaction. `until` is the UTC text of the latest end.
Purged purge_as_kestra(const std::string& url, const std::string& until);

// Before 1.1 (kestra-io/kestra#11685): the same cursor, and three deletes for each execution, each
// its own transaction.
Purged purge_row_by_row(const std::string& url, const std::string& until);

}  // namespace winnow::bench
