// A session of statements (sessions.h).
#include "bench/native/requests.h"
#include "bench/native/server.h"
#include "bench/native/sessions.h"

namespace winnow::bench {
namespace {

nlohmann::json to_json(const std::vector<Row>& rows) {
  auto result = nlohmann::json::array();
  for (const auto& row : rows) {
    auto cells = nlohmann::json::array();
    for (const auto& cell : row) cells.push_back(cell ? nlohmann::json(*cell) : nlohmann::json());
    result.push_back(std::move(cells));
  }
  return result;
}

}  // namespace

void answer_statements(const std::string& url) {
  const auto server = connect(url);
  answer_lines([&server](const nlohmann::json& request) -> nlohmann::json {
    std::vector<Row> rows;
    auto microseconds = time_each(request.value("times", 1), [&] {
      rows = server->query(request.at("sql").get<std::string>());
    });
    return {{"microseconds", std::move(microseconds)}, {"rows", to_json(rows)}};
  });
}

}  // namespace winnow::bench
