#include "tools/sample/generator.h"

#include <algorithm>
#include <set>

#include "document/strings.h"
#include "tools/sample/dependents.h"
#include "tools/sample/documents.h"

namespace winnow::sample {
namespace {

// Every tenth execution gets files, several at once.
constexpr std::int64_t kGroup = 10;
// Streams of numbers that no execution uses.
constexpr std::uint64_t kOtherStream = std::uint64_t{1} << 62U;

Row document_row(std::string_view table, std::string key, const Json& value) {
  return {document_table(table), {std::move(key), value.dump()}};
}

}  // namespace

storage::ExecutionFolder SampleExecution::folder() const {
  return {.tenant = facts.tenant,
          .name_space = facts.name_space,
          .flow = facts.flow,
          .execution = facts.id};
}

SampleExecution Generator::execution(std::int64_t index) const {
  Random random(options_.seed, static_cast<std::uint64_t>(index));
  SampleExecution result;
  result.facts = make_facts(options_, index, random);
  const Facts& facts = result.facts;
  result.document = execution_document(facts, options_.version, random);
  result.rows.push_back(document_row("executions", facts.id, result.document));
  for (std::int64_t i = 0; i < options_.logs; ++i) {
    result.rows.push_back(
        document_row("logs", random.id(), log_document(facts, options_.version, random)));
  }
  for (std::int64_t i = 0; i < options_.metrics; ++i) {
    result.rows.push_back(
        document_row("metrics", random.id(), metric_document(facts, options_.version, random)));
  }
  std::ranges::move(dependent_rows(facts, result.document, options_.version, random),
                    std::back_inserter(result.rows));
  result.files = files_of(index, facts, random);
  return result;
}

std::vector<SampleFile> Generator::files_of(std::int64_t index, const Facts& facts,
                                            Random& random) const {
  std::vector<SampleFile> files;
  if (options_.storage.empty() || index % kGroup != 0) return files;
  const std::int64_t total = options_.files < 0 ? options_.executions / 5 : options_.files;
  const auto up_to = [&](std::int64_t count) {
    return total * std::min(count, options_.executions) / options_.executions;
  };
  const std::int64_t count = up_to(index + kGroup) - up_to(index);
  const TaskRunFacts run =
      facts.task_runs.empty() ? TaskRunFacts{random.id(), "first"} : facts.task_runs.front();
  const std::string folder = "tasks/" + storage::slug(run.task) + "/" + run.id + "/";
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string nested = i % 3 == 2 ? "nested/deeper/" : "";
    files.push_back({folder + nested + "out-" + std::to_string(i) + ".ion", random.percent(25)});
  }
  return files;
}

std::vector<Row> Generator::other_rows() const {
  std::vector<Row> rows;
  std::set<std::string> known;
  const std::int64_t count = (options_.executions + 49) / 50;
  for (std::int64_t i = 0; i < count; ++i) {
    Random random(options_.seed, kOtherStream + static_cast<std::uint64_t>(i));
    const Facts facts = make_facts(options_, i, random);
    rows.push_back(
        document_row("logs", random.id(), trigger_log_document(facts, options_.version, random)));
    // MySQL's collation treats keys that differ only in case as equal.
    if (!known.insert(document::lower(composed_key(facts, ""))).second) continue;
    std::ranges::move(flow_rows(facts, options_.version), std::back_inserter(rows));
  }
  return rows;
}

}  // namespace winnow::sample
