// The operator's configuration: first its form, by the schema, then each part.
#include "plugin/configuration/configuration.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "database/url/datasource.h"
#include "document/duration.h"
#include "document/json.h"
#include "document/object.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "document/text_file.h"
#include "document/yaml.h"
#include "outcome/try.h"
#include "plugin/builtin/schemas.h"
#include "plugin/configuration/kestra.h"
#include "plugin/configuration/pace.h"
#include "plugin/configuration/s3.h"
#include "plugin/configuration/secret.h"
#include "tasks/retention/policy.h"

namespace winnow::plugin {
namespace {

using document::Document;
using document::Json;

const char* const kName = "configuration";

tl::unexpected<Failure> refused(const Document& document, const std::string& pointer,
                                const std::string& reason) {
  return fail(FailureKind::configuration, placed(document, pointer, reason), pointer);
}

const Json& part(const Json& object, const char* key) {
  static const Json none = Json::object();
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// A value of `properties`, as a JDBC driver would be handed it.
std::string property_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Outcome<database::Settings> own_settings(const Document& document, const Json& keys) {
  database::Datasource datasource{.url = keys["url"].get<std::string>(),
                                  .username = keys.value("username", ""),
                                  .schema = keys.value("schema", ""),
                                  .catalog = keys.value("catalog", ""),
                                  .init_sql = keys.value("connection-init-sql", "")};
  for (const auto& [name, value] : part(keys, "properties").items()) {
    datasource.properties.emplace_back(name, property_of(value));
  }
  auto settings = database::read_datasource(datasource);
  if (!settings) {
    return refused(document, "/database" + settings.error().pointer, settings.error().message);
  }
  // JDBC's drivers take the password of the URL, whatever else is said.
  const bool jdbc = datasource.url.starts_with("jdbc:");
  if (!settings->password.empty() && keys.contains("password") && !jdbc) {
    return refused(document, "/database/password",
                   "the URL has a password already; write it in one place only");
  }
  return settings;
}

database::Expectation expectation_of(const Json& keys) {
  database::Expectation expected{
      .schemas = {}, .database = keys.value("database", ""), .server = keys.value("server", "")};
  const auto& schema = part(keys, "schema");
  if (schema.is_string()) expected.schemas = {schema.get<std::string>()};
  if (schema.is_array()) expected.schemas = schema.get<std::vector<std::string>>();
  return expected;
}

// Beside `kestra` they would mean nothing, and another schema be worked on than is written here.
Outcome<void> check_keys_of_url(const Document& document, const Json& database) {
  if (database.contains("url")) return {};
  for (const char* key : {"username", "schema", "catalog", "connection-init-sql", "properties"}) {
    if (!database.contains(key)) continue;
    return refused(document, std::string("/database/") + key,
                   "needs `url` beside it: without one the database is reached as Kestra's own "
                   "configuration says");
  }
  return {};
}

// Above an hour a connection is not idle, but forgotten.
Outcome<void> read_keep_alive(const Document& document, const Json& database,
                              Configuration& configuration) {
  constexpr std::chrono::milliseconds kLeast{1'000};
  constexpr std::chrono::milliseconds kMost{3'600'000};
  if (!database.contains("keep-alive")) return {};
  const auto idle = document::parse_duration(database["keep-alive"].get<std::string>());
  if (!idle) return refused(document, "/database/keep-alive", idle.error().message);
  if (*idle < kLeast || *idle > kMost) {
    return refused(document, "/database/keep-alive",
                   "is a time from PT1S to PT1H; leave it out to keep no connection");
  }
  configuration.keep_alive = *idle;
  return {};
}

Outcome<void> read_database(const Document& document, const KestraConfiguration* kestra,
                            Configuration& configuration) {
  if (!document.value.contains("database") && kestra == nullptr) return {};
  const auto& database = part(document.value, "database");
  if (!database.contains("url") && kestra == nullptr) {
    return refused(document, "/database/url",
                   "is required where no `kestra` says where the database is");
  }
  WINNOW_CHECK(check_keys_of_url(document, database));
  WINNOW_TRY(auto settings,
             database.contains("url") ? own_settings(document, database) : kestra->database());
  const bool has_own_url = database.contains("url");
  if (database.contains("password") && (!has_own_url || settings.password.empty())) {
    auto password = resolve_secret(database["password"]);
    if (!password) return refused(document, "/database/password", password.error().message);
    settings.password = std::move(*password);
  }
  settings.expected = expectation_of(part(database, "expect"));
  settings.connect_timeout_ms = database.value("connect-timeout", settings.connect_timeout_ms);
  settings.lock_timeout_ms = database.value("lock-timeout", settings.lock_timeout_ms);
  if (const auto number = database.find("connections"); number != database.end()) {
    configuration.connections = number->get<std::int32_t>();
  }
  WINNOW_CHECK(read_keep_alive(document, database, configuration));
  configuration.database = std::move(settings);
  return {};
}

// Keys that say something about some types of storage only.
Outcome<void> check_storage_keys(const Document& document, const Json& storage) {
  const auto type = storage["type"].get<std::string>();
  const bool bucket = type == "s3" || type == "minio";
  for (const auto& entry : storage.items()) {
    const auto& key = entry.key();
    const bool for_all = key == "hold-time" || key == "allow-missing";
    if (key == "type" || (for_all && type != "none")) continue;
    const bool fits = key == "base-path" ? type == "local"
                      : key == "kestra"  ? type == "auto"
                                         : bucket && !for_all;
    if (fits) continue;
    return refused(document, "/storage/" + key,
                   key == "base-path" ? "goes with type local only"
                   : key == "kestra"  ? "goes with type auto only"
                   : for_all          ? "says nothing where there are no files"
                                      : "goes with the types s3 and minio only");
  }
  return {};
}

Outcome<void> read_local(const Document& document, const Json& storage, StorageSettings& settings) {
  settings.kind = StorageKind::local;
  if (!storage.contains("base-path")) {
    return refused(document, "/storage/base-path",
                   "is required: the folder of kestra.storage.local.base-path");
  }
  settings.base_path = storage["base-path"].get<std::string>();
  if (const auto wrong = wrong_base_path(settings.base_path))
    return refused(document, "/storage/base-path", *wrong);
  if (is_folder(settings.base_path)) return {};
  return refused(document, "/storage/base-path",
                 "\"" + settings.base_path + "\" is no folder on this machine");
}

Outcome<void> read_bucket(const Document& document, const Json& storage,
                          StorageSettings& settings) {
  settings.kind = StorageKind::s3;
  S3Words words{.settings = {.endpoint = storage.value("endpoint", ""),
                             .region = storage.value("region", ""),
                             .bucket = storage.value("bucket", ""),
                             .path = storage.value("path", ""),
                             .ca_file = storage.value("ca-file", ""),
                             .verify_tls = storage.value("verify-tls", true),
                             .proxy = storage.value("proxy", ""),
                             .proxy_user = storage.value("proxy-user", ""),
                             .versions = storage.value("versions", false)},
                .minio = document::is_text(storage["type"], "minio"),
                .profile = storage.value("profile", ""),
                .credentials_file = storage.value("credentials-file", "")};
  auto& given = words.settings;
  given.requests = storage.value("requests", given.requests);
  given.timeout_ms = storage.value("timeout", given.timeout_ms);
  if (storage.contains("path-style")) words.path_style = storage["path-style"].get<bool>();
  for (const auto& [key, word] :
       {std::pair{"access-key", &given.access_key}, std::pair{"secret-key", &given.secret_key},
        std::pair{"session-token", &given.session_token},
        std::pair{"proxy-password", &given.proxy_password}}) {
    if (!storage.contains(key)) continue;
    auto secret = resolve_secret(storage[key]);
    if (!secret) return refused(document, std::string("/storage/") + key, secret.error().message);
    *word = std::move(*secret);
  }
  auto complete = complete_s3(words, environment);
  if (!complete) {
    return refused(document, "/storage" + complete.error().pointer, complete.error().message);
  }
  settings.s3 = std::move(*complete);
  return {};
}

// What a host that runs inside of Kestra says of Kestra's own storage: winnow uses it itself where
// that suffices, else the host does.
Outcome<void> read_automatic(const Document& document, const Json& storage,
                             StorageSettings& settings) {
  if (!storage.contains("kestra")) {
    return refused(document, "/storage/kestra", "is required: Kestra's own `kestra.storage`");
  }
  const auto kestra =
      KestraConfiguration::resolved({.name = "the server's settings",
                                     .value = {{"kestra", {{"storage", storage["kestra"]}}}},
                                     .lines = {}},
                                    environment);
  auto found = kestra.storage();
  const auto hold = settings.hold_ms;
  const bool allow_missing = settings.allow_missing;
  if (found && found->settings) settings = std::move(*found->settings);
  settings.hold_ms = hold;
  settings.allow_missing = allow_missing;
  settings.is_automatic = true;
  if (found && found->settings) return {};
  settings.kind = StorageKind::host;
  settings.why_host = found ? std::move(found->problem) : std::move(found.error().message);
  return {};
}

Outcome<void> read_own_storage(const Document& document, Configuration& configuration) {
  const auto& storage = document.value["storage"];
  WINNOW_CHECK(check_storage_keys(document, storage));
  StorageSettings settings;
  settings.hold_ms = storage.value("hold-time", settings.hold_ms);
  settings.allow_missing = storage.value("allow-missing", settings.allow_missing);
  const auto type = storage["type"].get<std::string>();
  Outcome<void> read;
  if (type == "local") read = read_local(document, storage, settings);
  if (type == "s3" || type == "minio") read = read_bucket(document, storage, settings);
  if (type == "host") settings.kind = StorageKind::host;
  if (type == "auto") read = read_automatic(document, storage, settings);
  if (!read) return read;
  configuration.storage = std::move(settings);
  return {};
}

Outcome<void> read_storage(const Document& document, const KestraConfiguration* kestra,
                           Configuration& configuration) {
  if (document.value.contains("storage")) return read_own_storage(document, configuration);
  if (kestra == nullptr) return {};
  WINNOW_TRY(auto storage, kestra->storage());
  configuration.storage = std::move(storage.settings);
  configuration.storage_problem = std::move(storage.problem);
  return {};
}

std::optional<std::string> tenant_of(const Json& tenant) {
  return tenant.is_null() ? std::nullopt : std::optional<std::string>(tenant.get<std::string>());
}

Outcome<void> read_patterns(const Document& document, const char* key,
                            std::vector<std::string>& patterns) {
  const auto& list = part(part(document.value, "policy"), key);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto pattern = list[i].get<std::string>();
    const bool protects = std::string_view(key) == "protect";
    const auto wrong = protects ? tasks::wrong_protected_namespace(pattern)
                                : tasks::wrong_allowed_namespace(pattern);
    if (wrong)
      return refused(document, document::pointer_to(std::string("/policy/") + key, i), *wrong);
    patterns.push_back(pattern);
  }
  return {};
}

Outcome<void> read_policy(const Document& document, tasks::Policy& policy) {
  const auto& source = part(document.value, "policy");
  if (source.contains("tenant")) {
    const auto& tenant = source["tenant"];
    if (!tenant.is_array()) policy.tenants.push_back(tenant_of(tenant));
    for (const auto& each : tenant.is_array() ? tenant : Json::array())
      policy.tenants.push_back(tenant_of(each));
  }
  WINNOW_CHECK(read_patterns(document, "allow", policy.allow));
  WINNOW_CHECK(read_patterns(document, "protect", policy.protect));
  if (source.contains("max-executions"))
    policy.max_executions = source["max-executions"].get<std::int64_t>();
  if (source.contains("max-percent")) policy.max_percent = source["max-percent"].get<double>();
  policy.allow_scan = source.value("allow-scan", false);
  if (!source.contains("min-age")) return {};
  auto age = document::parse_duration(source["min-age"].get<std::string>());
  if (!age) return refused(document, "/policy/min-age", age.error().message);
  policy.min_age = *age;
  return {};
}

Outcome<void> read_retention_part(const Document& document, tasks::Policy& policy) {
  if (!document.value.contains("retention")) return {};
  const auto retention_of = [](const Json& path) -> Outcome<tasks::RetentionPolicy> {
    WINNOW_TRY(const auto file, document::read_yaml_file(path.get<std::string>()));
    if (file.value.empty()) return refused(file, "", "has no rules");
    auto read = tasks::read_retention(file.value);
    if (read) return read;
    return refused(file, read.error().pointer, read.error().message);
  };
  auto retention = retention_of(document.value["retention"]);
  if (!retention) return refused(document, "/retention", retention.error().message);
  policy.retention = std::make_shared<const tasks::RetentionPolicy>(std::move(*retention));
  return {};
}

Outcome<void> read_pace_part(const Document& document, Configuration& configuration) {
  if (!document.value.contains("pace")) return {};
  auto pace = read_operators_pace(document.value["pace"], configuration.database);
  if (!pace) return refused(document, "/pace" + pace.error().pointer, pace.error().message);
  configuration.pace = std::move(*pace);
  return {};
}

// Where nothing is named, nobody would have the receipts.
Outcome<void> read_receipts(const Document& document, Configuration& configuration) {
  if (!document.value.contains("receipts")) return {};
  const auto& keys = document.value["receipts"];
  tasks::ReceiptSettings settings{.file = keys.value("file", ""),
                                  .events = keys.value("events", false),
                                  .full_keys = keys.value("keys", "") == "full"};
  if (settings.file.empty() && !settings.events) {
    return refused(document, "/receipts", "needs a `file`, or `events: true`");
  }
  if (settings.file.find('\0') != std::string::npos) {
    return refused(document, "/receipts/file", "holds a NUL byte");
  }
  if (!settings.file.empty() && !std::filesystem::path(settings.file).is_absolute()) {
    return refused(document, "/receipts/file",
                   "has to be an absolute path: a relative one would mean another file elsewhere");
  }
  configuration.receipts = std::move(settings);
  return {};
}

Outcome<void> read_folders(const Document& document, Configuration& configuration) {
  for (const auto& folder : part(document.value, "manifests")) {
    configuration.manifest_folders.push_back(folder.get<std::string>());
  }
  if (document.value.contains("store-directory")) {
    configuration.store_directory = document.value["store-directory"].get<std::string>();
    if (is_folder(configuration.store_directory)) return {};
    return refused(document, "/store-directory",
                   "\"" + configuration.store_directory + "\" is no folder on this machine");
  }
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  configuration.store_directory = error ? "/tmp" : temporary.string();
  return {};
}

// One source of Kestra's settings: a file, or a variable of the environment that holds the YAML.
Outcome<std::vector<Document>> read_kestra_source(const Json& source) {
  if (source.is_string()) {
    const auto path = source.get<std::string>();
    WINNOW_TRY(const auto text, document::read_text_file(path, document::kLargestText));
    return document::parse_application_yaml(text, path);
  }
  WINNOW_TRY(const auto text, resolve_secret(source));
  return document::parse_application_yaml(text, "$" + source["env"].get<std::string>());
}

// Whether a variable's JSON says where the database or the storage is, by nested keys or by dotted
// ones. What can't be read may.
bool holds_places(const std::string& text) {
  if (text.empty()) return false;
  const auto settings = Json::parse(document::lower(text), nullptr, false);
  if (settings.is_discarded()) return true;
  const auto flat = settings.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    auto path = pointer;
    std::replace(path.begin(), path.end(), '.', '/');
    for (const auto* place :
         {"/datasources/", "/kestra/storage/", "/kestra/repository/", "/kestra/queue/"}) {
      if (path.starts_with(place)) return true;
    }
  }
  return false;
}

// Micronaut reads these before all else.
Outcome<void> check_kestra_json(const Document& document) {
  for (const char* name : {"MICRONAUT_APPLICATION_JSON", "SPRING_APPLICATION_JSON"}) {
    if (!holds_places(environment(name).value_or(""))) continue;
    return refused(document, "/kestra",
                   std::string("the variable ") + name +
                       " holds settings of Kestra's, which winnow doesn't read there: move them to "
                       "a file or to variables of their own");
  }
  return {};
}

Outcome<std::optional<KestraConfiguration>> read_kestra(const Document& document) {
  if (!document.value.contains("kestra")) return std::nullopt;
  WINNOW_CHECK(check_kestra_json(document));
  const auto& kestra = document.value["kestra"];
  std::vector<Document> documents;
  for (const auto& source : kestra.is_array() ? kestra : Json::array({kestra})) {
    auto read = read_kestra_source(source);
    if (!read) return refused(document, "/kestra", read.error().message);
    std::move(read->begin(), read->end(), std::back_inserter(documents));
  }
  if (documents.empty()) documents.push_back({.name = "the environment", .value = {}, .lines = {}});
  return KestraConfiguration(std::move(documents), environment, environment_names);
}

}  // namespace

std::optional<std::string> wrong_base_path(const std::string& path) {
  const std::filesystem::path folder(path);
  if (path.find('\0') != std::string::npos) return "holds a NUL byte";
  if (!folder.is_absolute())
    return "has to be an absolute path: a relative one would mean another folder elsewhere";
  const auto normal = folder.lexically_normal();
  if (normal == "/" || normal == "//") return "can't be the root of the file system";
  return std::nullopt;
}

Outcome<Configuration> read_configuration(std::string_view text) {
  WINNOW_TRY(auto document, document::parse_yaml(text, kName));
  if (document.value.is_null()) document.value = Json::object();
  WINNOW_CHECK(check_against("configuration.schema.json", document));
  WINNOW_TRY(const auto kestra, read_kestra(document));
  const auto* const from_kestra = kestra ? &*kestra : nullptr;
  Configuration configuration;
  configuration.exclusive = document.value.value("exclusive", false);
  WINNOW_CHECK(read_database(document, from_kestra, configuration));
  WINNOW_CHECK(read_storage(document, from_kestra, configuration));
  WINNOW_CHECK(read_policy(document, configuration.policy));
  WINNOW_CHECK(read_retention_part(document, configuration.policy));
  WINNOW_CHECK(read_pace_part(document, configuration));
  WINNOW_CHECK(read_receipts(document, configuration));
  WINNOW_CHECK(read_folders(document, configuration));
  return configuration;
}

}  // namespace winnow::plugin
