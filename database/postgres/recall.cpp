#include "database/postgres/recall.h"

namespace winnow::database {

std::string recall_key(const Settings& settings, const Statement& statement) {
  std::string key;
  const auto add = [&key](const std::string& part) {
    key += std::to_string(part.size()) + ':' + part;
  };
  for (const auto& part : {settings.host, std::to_string(settings.port), settings.database,
                           settings.user, settings.search_path, statement.sql}) {
    add(part);
  }
  for (const auto& [name, value] : settings.session) {
    add(name);
    add(value);
  }
  for (const auto& parameter : statement.parameters) {
    if (const auto* text = std::get_if<std::string>(&parameter)) add(*text);
    if (const auto* flag = std::get_if<bool>(&parameter)) add(*flag ? "true" : "false");
    if (const auto* number = std::get_if<std::int64_t>(&parameter)) add(std::to_string(*number));
    if (const auto* list = std::get_if<TextList>(&parameter)) {
      add(std::to_string(list->size()));
      for (const auto& text : *list) add(text);
    }
    if (const auto* instant = std::get_if<Instant>(&parameter)) add(document::to_text(*instant));
  }
  return key;
}

Memory<TextList>& postgres_memory() {
  static Memory<TextList> memory;
  return memory;
}

}  // namespace winnow::database
