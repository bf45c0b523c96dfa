#include "tasks/shared/counters.h"

#include "document/object.h"
#include "document/strings.h"

namespace winnow::tasks {

void add_to(Json& counters, const std::string& counter, std::int64_t rows) {
  if (counter.empty()) return;
  counters[counter] = counters.value(counter, std::int64_t{0}) + rows;
}

Json zero_counters(const Manifest& manifest) {
  Json counters = Json::object();
  if (manifest.outputs.contains("properties")) {
    for (const auto& [name, schema] : manifest.outputs["properties"].items()) {
      if (schema.value("type", "") == "integer") counters[name] = 0;
    }
  }
  for (const auto& step : manifest.steps) {
    if (!step.counter.empty()) counters[step.counter] = 0;
  }
  return counters;
}

void report_batch(Context& context, std::size_t rows, const Json& counters) {
  const auto batches = ++context.progress.batches;
  context.host.event(document::object_of({{"event", "batch"},
                                          {"batch", batches},
                                          {"rows", rows},
                                          {"total", context.progress.rows_done.load()},
                                          {"counters", counters}}));
}

std::string rows_are_back(std::int64_t rows, const std::string& noun, const std::string& of) {
  return "the server that took over lacks commits that its predecessor had confirmed: " +
         document::counted(rows, noun) + of + (rows == 1 ? " is" : " are") +
         " back, and deleted again";
}

}  // namespace winnow::tasks
