// Reads the few keys of application.yml that say where Kestra keeps its data.
#include "plugin/configuration/kestra.h"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "database/url/datasource.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "outcome/try.h"
#include "plugin/configuration/s3.h"

namespace winnow::plugin {
namespace {

using document::Json;

// `basePath`, `base-path`, `base_path` and `BASE_PATH` are one name to Micronaut; `basepath` is
// another.
std::string hyphenated(std::string_view name) {
  std::string words;
  char before = '-';
  for (const char c : name) {
    const bool is_capital = document::lower(c) != c;
    const bool in_word = before != '-' && before != '_' && document::upper(before) != before;
    if (is_capital && (in_word || document::is_digit(before))) words += '-';
    words += c == '_' ? '-' : document::lower(c);
    before = c;
  }
  return words;
}

std::vector<std::string> path_of(std::string_view dotted) {
  const auto keys = document::split(dotted, '.');
  return {keys.begin(), keys.end()};
}

struct Place {
  const Json* value = nullptr;
  std::string pointer;
};

// The value at the path, whether its keys are nested, joined by dots, or both; of several the last.
Place find_below(const Json& node, std::span<const std::string> path, const std::string& pointer) {
  if (path.empty()) return node.is_null() ? Place{} : Place{&node, pointer};
  if (!node.is_object()) return {};
  Place last;
  for (const auto& member : node.items()) {
    const auto parts = path_of(member.key());
    const bool leads =
        parts.size() <= path.size() && std::equal(parts.begin(), parts.end(), path.begin(),
                                                  [](const auto& one, const auto& other) {
                                                    return hyphenated(one) == hyphenated(other);
                                                  });
    if (!leads) continue;
    auto found = find_below(member.value(), path.subspan(parts.size()),
                            document::pointer_to(pointer, member.key()));
    if (found.value != nullptr) last = std::move(found);
  }
  return last;
}

// Every value that is there, with its keys joined by dots.
template <class Take>
void each_value(const Json& node, const std::string& key, const std::string& pointer,
                const Take& take) {
  if (!node.is_object()) {
    if (!node.is_null()) take(key, pointer, node);
    return;
  }
  for (const auto& member : node.items()) {
    each_value(member.value(), key.empty() ? member.key() : key + "." + member.key(),
               document::pointer_to(pointer, member.key()), take);
  }
}

// DATASOURCES_POSTGRES_URL for datasources.postgres.url, KESTRA_STORAGE_LOCAL_BASE_PATH for
// ...base-path.
std::string environment_name(const std::vector<std::string>& path) {
  std::string name;
  for (const auto& part : path) {
    if (!name.empty()) name += '_';
    for (const char c : part) {
      name += document::is_letter(c) || document::is_digit(c) ? document::upper(c) : '_';
    }
  }
  return name;
}

std::string dotted(const std::vector<std::string>& path) {
  std::string text;
  for (const auto& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

// A boolean that is written as text, such as a variable's value: `true`, `True` and `TRUE`, as the
// storage's plugins read it.
bool is_true(const std::string& text) {
  return document::lower(text) == "true";
}

// Whether the bucket's name can stand before the host of its endpoint: before no address, and with
// a dot under no certificate.
bool fits_host(const std::string& bucket, const std::string& endpoint) {
  const auto mark = endpoint.find("://");
  const auto host = mark == std::string::npos ? endpoint : endpoint.substr(mark + 3);
  const bool is_address =
      host.starts_with('[') || host.find_first_not_of("0123456789.:/") == std::string::npos;
  const bool is_label = std::none_of(bucket.begin(), bucket.end(),
                                     [](char c) { return c == '_' || document::lower(c) != c; });
  const bool dotted = bucket.find('.') != std::string::npos && !endpoint.starts_with("http://");
  return (endpoint.empty() || !is_address) && is_label && !dotted;
}

// Kestra's own setting may have to stay as it is.
std::string with_remedy(const std::string& reason) {
  if (reason.find("database.url") != std::string::npos) return reason;
  return reason + ". Where Kestra needs it so, name the database by winnow's own `database.url`";
}

// Placeholders whose settings have placeholders, one in the other.
constexpr int kMostReferences = 10;

constexpr std::string_view kUrl = "_URL";
constexpr const char* kProperties = "data-source-properties";
constexpr const char* kWorksOn = "winnow works on PostgreSQL and MySQL";

}  // namespace

KestraConfiguration KestraConfiguration::resolved(document::Document settings, Lookup lookup) {
  KestraConfiguration configuration({std::move(settings)}, std::move(lookup), {});
  configuration.form_ = Form::resolved;
  return configuration;
}

KestraConfiguration::Found KestraConfiguration::find(const Path& path) const {
  for (auto document = documents_.rbegin(); document != documents_.rend(); ++document) {
    const auto found = find_below(document->value, path, "");
    if (found.value != nullptr) return {&*document, found.value, found.pointer};
  }
  return {};
}

std::optional<std::string> KestraConfiguration::in_environment(const Path& path) const {
  if (form_ == Form::resolved) return std::nullopt;
  return variable(environment_name(path), lookup_);
}

std::string KestraConfiguration::names() const {
  std::string names;
  std::string_view last;  // a file may hold several documents
  for (const auto& document : documents_) {
    if (document.name == std::exchange(last, document.name)) continue;
    names += (names.empty() ? "" : ", ") + document.name;
  }
  return names;
}

tl::unexpected<Failure> KestraConfiguration::refused(const Path& path,
                                                     const std::string& reason) const {
  const auto found = find(path);
  const auto place =
      found.document == nullptr || path.empty() ? names() : found.document->place(found.pointer);
  return fail(FailureKind::configuration,
              place + ": " + (path.empty() ? "" : dotted(path) + ": ") + reason);
}

Outcome<std::string> KestraConfiguration::text(const Path& path) const {
  return text_within(path, 0);
}

// `depth`: of how many placeholders this value is a part.
Outcome<std::string> KestraConfiguration::text_within(const Path& path, int depth) const {
  if (const auto value = in_environment(path)) return replaced(path, *value, depth);
  return value_of(path, find(path), depth);
}

Outcome<std::string> KestraConfiguration::value_of(const Path& path, const Found& found,
                                                   int depth) const {
  if (found.value == nullptr) return std::string();
  if (found.value->is_boolean() || found.value->is_number_integer()) return found.value->dump();
  if (found.value->is_number()) {
    return refused(path,
                   "Kestra may read this as another number than it looks like; write it in "
                   "quotes, in Kestra's configuration too");
  }
  if (!found.value->is_string()) return refused(path, "expected a string; write it in quotes");
  if (form_ == Form::resolved) return found.value->get<std::string>();
  return replaced(path, found.value->get_ref<const std::string&>(), depth);
}

Outcome<std::string> KestraConfiguration::replaced(const Path& path, const std::string& text,
                                                   int depth) const {
  if (depth > kMostReferences) {
    return refused(path, "its placeholders lead to each other without an end");
  }
  Outcome<void> read;
  auto replaced = resolve_placeholders(text, [&](const std::string& name) {
    // Once is enough: each of several placeholders would go the whole way again.
    if (!read) return std::optional<std::string>();
    auto value = named(name, depth + 1);
    if (value) return std::move(*value);
    if (read) read = fail(std::move(value.error()));
    return std::optional<std::string>();
  });
  if (!read) return fail(read.error());
  if (!replaced) return refused(path, replaced.error().message);
  return replaced;
}

// What `${NAME}` stands for. To Micronaut `${db.host}` is a setting like any other, which stands in
// a file or in DB_HOST; only what looks like a variable (`${DB_HOST}`) is asked of the environment
// first.
Outcome<std::optional<std::string>> KestraConfiguration::named(const std::string& name,
                                                               int depth) const {
  const bool is_variable =
      std::none_of(name.begin(), name.end(), [](char c) { return document::upper(c) != c; });
  if (is_variable) {
    if (auto value = variable(name, lookup_)) return value;
  }
  WINNOW_TRY(auto setting, text_within(path_of(name), depth));
  if (!setting.empty()) return std::optional(std::move(setting));
  return is_variable ? std::nullopt : variable(name, lookup_);
}

std::vector<std::string> KestraConfiguration::datasource_names() const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& document : documents_) {
    if (!document.value.is_object()) continue;
    for (const auto& top : document.value.items()) {
      const auto parts = path_of(top.key());
      if (hyphenated(parts.front()) != "datasources") continue;
      if (parts.size() > 1) {
        add(parts[1]);
      } else if (top.value().is_object()) {
        for (const auto& source : top.value().items()) add(path_of(source.key()).front());
      }
    }
  }
  if (!variables_) return names;
  for (const auto& variable : variables_("DATASOURCES_")) {
    if (!variable.ends_with(kUrl)) continue;
    const auto name = document::lower(variable.substr(0, variable.size() - kUrl.size()));
    // Micronaut would call another by its first word.
    if (name.find('_') == std::string::npos) add(name);
  }
  return names;
}

Outcome<std::string> KestraConfiguration::datasource() const {
  WINNOW_TRY(auto type, text({"kestra", "repository", "type"}));
  if (type == "postgresql") type = "postgres";
  const auto names = datasource_names();
  if (names.empty() && type.empty()) {
    return refused({}, "there are no `datasources` here; is this Kestra's configuration?");
  }
  if (type.empty()) {
    if (names.size() == 1) return names.front();
    return refused({"datasources"},
                   "there are several, and no kestra.repository.type says which one is Kestra's");
  }
  if (type != "postgres" && type != "mysql") {
    return refused({"kestra", "repository", "type"},
                   "Kestra keeps its data in \"" + type + "\" here; " + kWorksOn);
  }
  // The name of a datasource is free; by convention it is its type.
  const bool named = std::find(names.begin(), names.end(), type) != names.end();
  if (named || names.size() != 1) return type;
  return names.front();
}

// The options that the datasource hands to the JDBC driver beside the URL. Micronaut takes these,
// and the key that they stand below, as they are written in a file: neither `dataSourceProperties`
// nor a variable of the environment counts.
Outcome<database::Properties> KestraConfiguration::properties(const std::string& datasource) const {
  const std::string below = "datasources." + datasource + "." + kProperties + ".";
  std::map<std::string, Found> options;
  for (const auto& document : documents_) {
    each_value(document.value, "", "",
               [&](const std::string& key, const std::string& pointer, const Json& value) {
                 if (!key.starts_with(below)) return;
                 options[key.substr(below.size())] = {&document, &value, pointer};
               });
  }
  database::Properties properties;
  for (const auto& [name, found] : options) {
    WINNOW_TRY(auto value, value_of({"datasources", datasource, kProperties, name}, found, 0));
    properties.emplace_back(name, std::move(value));
  }
  return properties;
}

// Logs that Kestra keeps elsewhere would be counted as none.
Outcome<void> KestraConfiguration::check_logs() const {
  const Path key{"kestra", "logs", "type"};
  WINNOW_TRY(const auto logs, text(key));
  WINNOW_TRY(const auto repository, text({"kestra", "repository", "type"}));
  if (logs.empty() || logs == repository || logs == "database" || logs == "jdbc") return {};
  return refused(key, "Kestra keeps its logs in \"" + logs +
                          "\", where winnow can't remove them. To purge the rest all the same, "
                          "name the database by winnow's own `database.url`");
}

Outcome<database::Settings> KestraConfiguration::database() const {
  WINNOW_CHECK(check_logs());
  WINNOW_TRY(const auto name, datasource());
  const auto key = [&](const char* last) { return Path{"datasources", name, last}; };
  WINNOW_TRY(auto url, text(key("url")));
  WINNOW_TRY(const auto other, text(key("jdbc-url")));  // Hikari's own name for it
  if (!url.empty() && !other.empty() && url != other) {
    return refused(key("jdbc-url"),
                   "another database than `url` names, and which of the two Kestra takes is not "
                   "known here; keep one of them");
  }
  if (url.empty()) url = other;
  if (url.empty()) return refused({"datasources"}, name + ".url is missing");
  if (url.starts_with("jdbc:h2:")) {
    return refused(key("url"), std::string("H2 is no database that winnow can reach; ") + kWorksOn);
  }
  database::Datasource datasource{.url = url};
  for (const auto& [last, value] :
       {std::pair{"username", &datasource.username}, std::pair{"password", &datasource.password},
        std::pair{"schema", &datasource.schema}, std::pair{"catalog", &datasource.catalog},
        std::pair{"connection-init-sql", &datasource.init_sql}}) {
    WINNOW_TRY(*value, text(key(last)));
  }
  WINNOW_TRY(datasource.properties, properties(name));
  auto settings = database::read_datasource(datasource);
  if (!settings) {
    const auto last = settings.error().pointer.substr(1);
    return refused(key(last == "properties" ? kProperties : last.c_str()),
                   with_remedy(settings.error().message));
  }
  if (settings->engine == database::Engine::sqlite) return refused(key("url"), kWorksOn);
  return settings;
}

Outcome<KestraStorage> KestraConfiguration::storage() const {
  WINNOW_TRY(const auto type, text({"kestra", "storage", "type"}));
  if (type.empty()) return KestraStorage{std::nullopt, names() + " has no kestra.storage.type"};
  if (type == "local") return local_storage();
  if (type == "s3" || type == "minio") return bucket(type);
  return KestraStorage{std::nullopt,
                       "Kestra's storage is of type \"" + type +
                           "\", from which this version of winnow can't remove files itself"};
}

Outcome<KestraStorage> KestraConfiguration::local_storage() const {
  const Path key{"kestra", "storage", "local", "base-path"};
  WINNOW_TRY(const auto path, text(key));
  if (path.empty()) return refused({"kestra", "storage"}, "local.base-path is missing");
  if (const auto wrong = wrong_base_path(path)) {
    return KestraStorage{std::nullopt,
                         "kestra.storage.local.base-path in " + names() + " " + *wrong};
  }
  return KestraStorage{StorageSettings{.kind = StorageKind::local, .base_path = path}, {}};
}

Outcome<KestraStorage> KestraConfiguration::bucket(const std::string& type) const {
  Outcome<void> read;
  // The first of several names that a version of the storage's plugin had for it.
  const auto given = [&](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      Path path{"kestra", "storage", type};
      for (auto& part : path_of(name)) path.push_back(std::move(part));
      auto value = text(path);
      if (!value && read) read = fail(value.error());
      if (value && !value->empty()) return *value;
    }
    return std::string();
  };
  S3Words words{.settings = {.endpoint = given({"endpoint-override", "endpoint"}),
                             .region = given({"region"}),
                             .bucket = given({"bucket"}),
                             .path = given({"path"}),
                             .access_key = given({"access-key-id", "access-key"}),
                             .secret_key = given({"secret-key-id", "secret-key"})},
                .minio = type == "minio"};
  auto& settings = words.settings;
  // As AWS's SDK, which Kestra's storage is written with, addresses a bucket at any endpoint.
  if (!words.minio) {
    words.path_style =
        is_true(given({"force-path-style"})) || !fits_host(settings.bucket, settings.endpoint);
  }
  if (words.minio && !settings.endpoint.empty()) {
    const auto port = given({"port"});
    const bool secure = is_true(given({"secure"}));
    if (settings.endpoint.find("://") == std::string::npos) {
      settings.endpoint = (secure ? "https://" : "http://") + settings.endpoint;
    }
    if (!port.empty()) settings.endpoint += ":" + port;
    if (const auto virtual_host = given({"vhost"}); !virtual_host.empty()) {
      words.path_style = !is_true(virtual_host);
    }
  }
  settings.versions = is_true(given({"s3-files-compatible"}));
  settings.ca_pem = given({"ca-pem"});
  settings.client_pem = given({"client-pem"});
  settings.verify_tls = !is_true(given({"ssl-options.insecure-trust-all-certificates"}));
  const auto proxy = [&](const std::string& name) {
    return given({("proxy-configuration." + name).c_str()});
  };
  // Without a type it is DIRECT.
  if (const auto kind = proxy("type"); kind == "HTTP" || kind == "SOCKS") {
    settings.proxy =
        (kind == "SOCKS" ? "socks5h://" : "http://") + proxy("address") + ":" + proxy("port");
    settings.proxy_user = proxy("username");
    settings.proxy_password = proxy("password");
  }
  const bool role = !given({"sts-role-arn"}).empty();
  if (!read) return fail(read.error());
  if (settings.bucket.empty()) return refused({"kestra", "storage"}, type + ".bucket is missing");
  const auto unusable = [&](const std::string& reason) {
    return KestraStorage{std::nullopt, "the bucket of kestra.storage." + type + " in " + names() +
                                           " can't be used: " + reason};
  };
  if (role) return unusable("winnow takes on no role (sts-role-arn)");
  auto complete = complete_s3(words, lookup_);
  if (!complete)
    return unusable(complete.error().pointer.substr(1) + ": " + complete.error().message);
  return KestraStorage{StorageSettings{.kind = StorageKind::s3, .s3 = std::move(*complete)}, {}};
}

}  // namespace winnow::plugin
