#include "hosts/cli/configuration.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "document/json.h"
#include "document/strings.h"
#include "document/text_file.h"
#include "document/utf8.h"
#include "hosts/cli/library/environment.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

using document::Json;

constexpr const char* kPassword = "WINNOW_DATABASE_PASSWORD";
constexpr const char* kKestraYaml = "KESTRA_CONFIGURATION";  // the YAML itself
constexpr const char* kKestraFiles = "MICRONAUT_CONFIG_FILES";
// A server without any file has it.
constexpr const char* kKestraDatabase = "KESTRA_REPOSITORY_TYPE";
constexpr std::string_view kInQuery = "password=";
constexpr std::string_view kMask = "***";
constexpr const char* kDefaultFiles[] = {"winnow.yaml", "/etc/winnow/winnow.yaml"};

// A file that was named must be there; of the default places the first that exists counts.
std::string chosen_file(const Options& options) {
  if (!options.config.empty()) return options.config;
  if (auto named = environment("WINNOW_CONFIG")) return *std::move(named);
  for (const char* path : kDefaultFiles) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return {};
}

// Where the password between `://user:` and `@` stands.
struct Span {
  std::size_t begin;
  std::size_t end;
};

std::optional<Span> password_in(std::string_view text, std::size_t from) {
  for (auto at = text.find("://", from); at != std::string_view::npos;
       at = text.find("://", at + 3)) {
    const auto begin = at + 3;
    const auto authority =
        text.substr(begin, std::min(text.find_first_of("/?# \t\n'\"", begin), text.size()) - begin);
    const auto host = authority.rfind('@');
    if (host == std::string_view::npos) continue;
    const auto colon = authority.find(':');
    if (colon < host) return Span{begin + colon + 1, begin + host};
  }
  return std::nullopt;
}

bool has_password(const std::string& url) {
  return password_in(url, 0).has_value() ||
         document::lower(url).find(kInQuery) != std::string::npos;
}

Json& section(Json& configuration, const char* name) {
  Json& part = configuration[name];
  if (!part.is_object()) part = Json::object();
  return part;
}

// A path of the command line is taken from the folder that the command runs in.
std::string absolute(const std::string& path) {
  std::error_code failure;
  const auto full = std::filesystem::absolute(path, failure);
  return failure ? path : full.lexically_normal().string();
}

// Several files are parted by commas and may begin with `file:`, as in MICRONAUT_CONFIG_FILES.
Json kestra_files(const std::string& files) {
  constexpr std::string_view kScheme = "file:";
  Json list = Json::array();
  for (auto file : document::split(files, ',')) {
    if (file.starts_with(kScheme)) file.remove_prefix(kScheme.size());
    if (!file.empty()) list.push_back(file);
  }
  return list.size() == 1 ? list.front() : list;
}

// Where nothing says what to work on: the settings of the server that this is the container of.
Json kestra_of_the_container() {
  if (environment(kKestraYaml)) return Json{{"env", kKestraYaml}};
  if (const auto files = environment(kKestraFiles)) return kestra_files(*files);
  if (environment(kKestraDatabase)) return Json::array();
  return nullptr;
}

// A file of receipts proves itself: what else the configuration holds is nothing to it.
bool needs_configuration(const Options& options) {
  return options.receipts.empty() || names_database(options);
}

// What the file names counts before Kestra's settings, and before the URL's own database or schema:
// the task would work elsewhere than the command line says, without a word.
Outcome<void> check_places(const Json& settings, const Options& options, const std::string& file) {
  const auto refuse = [&](const std::string& option, const std::string& key,
                          const std::string& remedy) {
    return fail(FailureKind::configuration,
                option + ": " + file + " has `" + key + "`, which would count instead; " + remedy);
  };
  const Json database = settings.value("database", Json());
  const auto has = [&](const char* key) { return database.is_object() && database.contains(key); };
  if (!options.kestra.empty()) {
    const std::string remedy =
        "take it out there, or write `kestra` beside it and leave the option out";
    if (options.database.empty() && has("url")) return refuse("--kestra", "database.url", remedy);
    if (options.storage.empty() && settings.contains("storage")) {
      return refuse("--kestra", "storage", remedy);
    }
  }
  if (options.database.empty() || !has("url")) return {};
  for (const char* key : {"catalog", "schema", "connection-init-sql"}) {
    if (!has(key)) continue;
    return refuse("--database", std::string("database.") + key,
                  "it belongs to the URL there: name another file by --config");
  }
  return {};
}

void lay_over(Json& settings, const Options& options, Configuration& configuration) {
  if (!options.kestra.empty()) {
    settings["kestra"] = kestra_files(options.kestra);
    configuration.options["/kestra"] = "--kestra";
  }
  if (!options.storage.empty()) {
    settings["storage"] = Json{{"type", "local"}, {"base-path", absolute(options.storage)}};
    configuration.options["/storage/base-path"] = "--storage " + options.storage;
  }
  if (!options.receipts.empty()) {
    settings["receipts"] = Json{{"file", absolute(options.receipts)}};
  }
  if (options.database.empty()) return;
  Json& database = section(settings, "database");
  database["url"] = options.database;
  configuration.options["/database/url"] = "--database";
  if (!environment(kPassword)) return;
  database["password"] = Json{{"env", kPassword}};
  configuration.options["/database/password"] = std::string("$") + kPassword;
}

}  // namespace

bool names_database(const Options& options) {
  return !options.database.empty() || !options.config.empty() || !options.kestra.empty();
}

Outcome<Configuration> read_configuration(const Options& options) {
  if (has_password(options.database)) {
    return fail(FailureKind::invalid_argument,
                "--database: a password on the command line is seen by every user of the machine; "
                "leave it out of the URL and set $" +
                    std::string(kPassword) + ", or write a configuration");
  }
  for (const auto* value :
       {&options.kestra, &options.database, &options.storage, &options.receipts}) {
    if (document::is_utf8(*value)) continue;
    return fail(
        FailureKind::invalid_argument,
        "--kestra, --database, --storage and the name of a file of receipts take UTF-8 only");
  }
  // An empty list is a server without any file, which only a configuration says.
  if (!options.kestra.empty() && kestra_files(options.kestra).empty()) {
    return fail(FailureKind::invalid_argument,
                "--kestra: \"" + options.kestra + "\" names no file");
  }
  Configuration result;
  if (needs_configuration(options)) result.file = chosen_file(options);
  if (!result.file.empty()) {
    WINNOW_TRY(result.text, document::read_text_file(result.file, document::kLargestText));
  }
  const bool names_place =
      !options.kestra.empty() || !options.database.empty() || !options.receipts.empty();
  result.is_written = !names_place && options.storage.empty();
  if (!names_place && result.file.empty()) {
    const auto kestra = kestra_of_the_container();
    if (!kestra.is_null()) result.text = Json{{"kestra", kestra}}.dump();
  }
  if (result.is_written) return result;
  WINNOW_TRY(auto parsed,
             document::parse_yaml(result.text.empty() ? "{}" : result.text, result.file));
  Json settings = parsed.value.is_null() ? Json::object() : std::move(parsed.value);
  if (!settings.is_object()) {
    return fail(FailureKind::configuration, result.file + ": expected a map of settings");
  }
  WINNOW_CHECK(check_places(settings, options, result.file));
  lay_over(settings, options, result);
  result.text = settings.dump();
  return result;
}

Failure with_file(const Configuration& configuration, Failure failure) {
  constexpr std::string_view kName = "configuration:";
  const std::string& message = failure.message;
  if (!message.starts_with(kName)) return failure;
  auto name_end = kName.size();
  if (!configuration.is_written) {
    // The line is one of the text that was put together here.
    const auto line_end = message.find_first_not_of("0123456789", name_end);
    if (line_end != std::string::npos && line_end > name_end) name_end = line_end + 1;
  }
  const auto option = configuration.options.find(failure.pointer);
  const std::string place = " " + failure.pointer + ": ";
  if (option != configuration.options.end() &&
      message.compare(name_end, place.size(), place) == 0) {
    failure.message = option->second + ": " + message.substr(name_end + place.size());
  } else if (!configuration.file.empty()) {
    failure.message = configuration.file + ":" + message.substr(name_end);
  }
  return failure;
}

std::string without_passwords(std::string text) {
  std::size_t from = 0;
  while (const auto span = password_in(text, from)) {
    text.replace(span->begin, span->end - span->begin, kMask);
    from = span->begin;
  }
  for (auto at = document::lower(text).find(kInQuery); at != std::string::npos;
       at = document::lower(text).find(kInQuery, at)) {
    at += kInQuery.size();
    text.replace(at, text.find_first_of("&# \t\n'\"", at) - at, kMask);
  }
  return text;
}

}  // namespace winnow::cli
