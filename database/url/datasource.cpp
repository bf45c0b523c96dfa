#include "database/url/datasource.h"

#include "database/url/options.h"
#include "database/url/session_sql.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

template <class T>
Outcome<T> at(const char* pointer, Outcome<T> outcome) {
  if (!outcome) outcome.error().pointer = pointer;
  return outcome;
}

// An option that can't be used is named here already, where its key is known to be `properties`.
Outcome<void> check_properties(const Datasource& datasource) {
  if (datasource.properties.empty()) return {};
  WINNOW_TRY(auto settings, at("/url", parse_url(datasource.url)));
  for (const auto& [name, value] : datasource.properties) {
    WINNOW_CHECK(at("/properties", apply_option(settings, name, value, Unknown::read_past)));
  }
  return {};
}

Outcome<void> apply_schema(const std::string& schema, Settings& settings) {
  if (schema.empty() || settings.engine == Engine::sqlite) return {};
  if (settings.engine == Engine::postgresql) {
    settings.search_path = search_path_of(schema);
    return {};
  }
  if (schema == settings.database) return {};
  return fail(FailureKind::configuration,
              "names the schema \"" + schema + "\" and the URL the database \"" +
                  settings.database + "\", which are one thing on MySQL: name it in the URL alone");
}

}  // namespace

Outcome<Settings> read_datasource(const Datasource& datasource) {
  WINNOW_CHECK(check_properties(datasource));
  auto defaults = datasource.properties;
  if (!datasource.username.empty()) defaults.emplace_back("user", datasource.username);
  if (!datasource.password.empty()) defaults.emplace_back("password", datasource.password);
  WINNOW_TRY(auto settings, at("/url", parse_url(datasource.url, defaults)));
  if (settings.engine == Engine::mysql && !datasource.catalog.empty()) {
    settings.database = datasource.catalog;
  }
  WINNOW_CHECK(at("/schema", apply_schema(datasource.schema, settings)));
  WINNOW_CHECK(at("/connection-init-sql", add_init_sql(settings, datasource.init_sql)));
  return settings;
}

}  // namespace winnow::database
