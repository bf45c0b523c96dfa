// STORE writes the same bytes as one plain statement over all rows, however it pages, merges and
// reads its rows.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "tasks/listing/rows.h"
#include "tests/tasks/listing/bed.h"
#include "tests/tasks/listing/world.h"

namespace winnow::tests {
namespace {

namespace fs = std::filesystem;

struct Listed {
  std::string name;
  std::string column;
  std::vector<std::string> document;
};

const std::vector<Listed>& listed() {
  static const std::vector<Listed> columns = {{"id", "key", {}},
                                              {"tenantId", "tenant_id", {}},
                                              {"namespace", "namespace", {}},
                                              {"flowId", "flow_id", {}},
                                              {"state", "state_current", {}},
                                              {"startDate", "start_date", {"state", "startDate"}},
                                              {"endDate", "end_date", {"state", "endDate"}},
                                              {"duration", "state_duration", {}},
                                              {"deleted", "deleted", {}},
                                              {"value", "value", {}}};
  return columns;
}

class StoredBytes : public ListingBed {
 protected:
  static std::size_t count_of(std::size_t columns) { return std::min(columns, listed().size()); }

  // The first `columns` of listed(), in the order of one of them.
  std::string slow_way(std::size_t columns, const Listed& order, bool descending, bool deleted) {
    const auto& dialect = connection_->dialect();
    const auto& table = *rows_.schema().table("executions");
    std::string sql = "SELECT ";
    for (std::size_t at = 0; at < count_of(columns); ++at) {
      sql += (at == 0 ? "" : ", ") +
             dialect.as_text("t", *table.column(listed()[at].column), listed()[at].document);
    }
    const auto value = dialect.value_of("t", *table.column(order.column));
    const std::string direction = descending ? " DESC" : "";
    sql += " FROM executions AS t WHERE t.tenant_id = 'main'";
    if (!deleted && table.column("deleted") != nullptr) sql += " AND t.deleted = false";
    sql += " ORDER BY (" + value + ") IS NULL, " + value + direction + ", t." +
           dialect.quoted("key") + direction;
    std::string lines;
    require(connection_->query(database::plain(sql), [&](const database::Row& row) {
      for (std::size_t at = 0; at < count_of(columns); ++at) {
        lines += (at == 0 ? "{\"" : ",\"") + listed()[at].name + "\":";
        tasks::append_json(lines, table.column(listed()[at].column)->type, row.text(at));
      }
      lines += "}\n";
      return true;
    }));
    return lines;
  }

  std::string stored(std::size_t columns, const Listed& order, bool descending, bool deleted) {
    Json names = Json::array();
    for (std::size_t at = 0; at < count_of(columns); ++at) names.push_back(listed()[at].name);
    const auto result =
        require_result(bed_.run("ListExecutions", {{"fetchType", "STORE"},
                                                   {"columns", names},
                                                   {"orderBy", order.name},
                                                   {"direction", descending ? "desc" : "asc"},
                                                   {"deleted", deleted}}));
    const fs::path path = *fs::directory_iterator(bed_.store_directory);
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    fs::remove(path);
    return text.str();
  }

  void expect_same_bytes() {
    for (const std::size_t order : {0U, 5U, 6U, 7U}) {
      for (const bool descending : {false, true}) {
        for (const bool deleted : {false, true}) {
          for (const std::size_t columns : {7U, 10U}) {
            const auto& by = listed()[order];
            EXPECT_EQ(stored(columns, by, descending, deleted),
                      slow_way(columns, by, descending, deleted))
                << columns << " columns by " << by.name << (descending ? " desc" : " asc")
                << (deleted ? ", deleted too" : "");
          }
        }
      }
    }
  }
};

// Stretches of rows that are marked deleted, longer and shorter than what a page expects of them.
// With them all rows are more than a page, and most of the table: MySQL sorts those.
TEST_P(StoredBytes, AreThoseOfOneStatement) {
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  auto documents = random_executions(random, 3'000);
  bool marked = false;
  for (std::size_t at = 0; at < documents.size(); ++at) {
    if (at % 700 == 0) marked = !marked;
    const bool is_marked = marked || random() % 20 == 0;
    documents[at]["deleted"] = is_marked;
    documents[at]["tenantId"] = "main";
  }
  insert_executions(rows_, documents);
  expect_same_bytes();
}

// The server formats what the client can't read in the same way: another offset, more digits than a
// column has, a space, a clock change.
TEST_P(StoredBytes, AreThoseOfOneStatementHoweverDatesAreSpelled) {
  if (!on("postgresql")) GTEST_SKIP() << "the columns of the others take Kestra's spelling alone";
  const auto& by = listed()[6];
  for (const char* date :
       {"2026-02-01T12:00:00Z", "2026-02-01T12:00:00.1Z", "2026-02-01T12:00:00.123456Z",
        "2026-02-01T13:00:00.5+01:00", "2026-02-01T12:00:00.1234567Z",
        "2026-02-01T12:00:00.9999999Z", "2026-02-01 12:00:00Z", "2026-02-01T24:00:00Z",
        "2026-02-01T12:00:60Z", "2026-02-01T12:00Z", "20260201T120000Z", "2026-02-01T12:00:00",
        "2026-02-01T12:00:01z", "0001-01-01T00:00:00Z", "12026-02-01T12:00:00Z"}) {
    rows_.execute({rows_.deletion("executions")});
    std::vector<Json> documents;
    for (const char* each : {"2026-01-01T00:00:00.25Z", date, "2026-03-01T00:00:00.75Z"}) {
      documents.push_back(execution_document("e" + std::to_string(documents.size()), each));
    }
    insert_executions(rows_, documents);
    EXPECT_EQ(stored(10, by, false, false), slow_way(10, by, false, false)) << date;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, StoredBytes, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
