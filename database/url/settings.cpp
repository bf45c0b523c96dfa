#include "database/url/settings.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "database/url/options.h"
#include "database/url/url.h"

namespace winnow::database {
namespace {

tl::unexpected<Failure> unusable_url(std::string_view why) {
  return fail(FailureKind::configuration, "the database URL can't be used: " + std::string(why));
}

std::optional<Engine> engine_of(const UrlParts& parts) {
  if (parts.scheme == "postgresql" || (parts.scheme == "postgres" && !parts.jdbc)) {
    return Engine::postgresql;
  }
  if (parts.scheme == "mysql" || parts.scheme == "mariadb") return Engine::mysql;
  if (parts.scheme == "sqlite") return Engine::sqlite;
  return std::nullopt;
}

Outcome<void> read_port(const std::string& text, Settings& settings) {
  if (text.empty()) return {};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, settings.port);
  if (error != std::errc() || stop != end || settings.port == 0) {
    return unusable_url("its port has to be a number from 1 to 65535");
  }
  return {};
}

Outcome<void> read_server(const UrlParts& parts, Settings& settings) {
  if (!parts.authority) return unusable_url("`//` and a host have to follow " + parts.scheme + ":");
  if (auto read = read_port(parts.port, settings); !read) return read;
  settings.host = parts.host;
  settings.user = parts.user;
  settings.password = parts.password;
  // A `/` or `@` here is nearly always the rest of a password; neither may be printed as the
  // database's name.
  if (parts.path.find_first_of("/@") != std::string::npos) {
    return unusable_url(
        "its database has a `/` or `@` in its name (a reserved character in a password "
        "has to be percent-encoded)");
  }
  settings.database = parts.path;
  return {};
}

Outcome<void> read_file(const UrlParts& parts, Settings& settings) {
  if (!parts.host.empty() || !parts.port.empty() || !parts.user.empty()) {
    return unusable_url("SQLite has no host; write sqlite:/path/to/file");
  }
  settings.database = parts.authority ? "/" + parts.path : parts.path;
  if (settings.database.empty() || settings.database == "/") {
    return unusable_url("it names no file; write sqlite:/path/to/file");
  }
  if (settings.database == ":memory:") {
    return unusable_url("a database in memory is seen by one connection alone; name a file");
  }
  return {};
}

bool may_be_named(const std::string& option) {
  return !option.empty() && std::all_of(option.begin(), option.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

Outcome<void> read_options(const UrlParts& parts, Settings& settings) {
  for (const auto& [name, value] : parts.query) {
    auto applied = may_be_named(name)
                       ? apply_option(settings, name, value)
                       : unusable_url("an option has a name that no option can have");
    if (applied) continue;
    // With an @ in the query, what looks like an option may be a password that holds `?` or `&`.
    if (!parts.at_sign_after_authority) return applied;
    return unusable_url(
        "it has an option that winnow does not know (if it is part of a password: a "
        "reserved character has to be percent-encoded)");
  }
  return finish_options(settings);
}

std::string_view scheme_of(Engine engine) {
  switch (engine) {
    case Engine::postgresql:
      return "postgresql";
    case Engine::mysql:
      return "mysql";
    case Engine::sqlite:
      break;
  }
  return "sqlite";
}

}  // namespace

std::string Settings::safe_name() const {
  std::string name(scheme_of(engine));
  if (engine == Engine::sqlite) return name + ":" + database;
  name += "://";
  if (!user.empty()) name += user + "@";
  name += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != 0) name += ":" + std::to_string(port);
  return name + "/" + database;
}

Outcome<Settings> parse_url(std::string_view url) {
  const auto parts = split_url(url);
  if (!parts) return fail(parts.error());
  const auto engine = engine_of(*parts);
  if (!engine) {
    return unusable_url(
        "expected postgresql:, mysql:, mariadb: or sqlite:, or one of them after jdbc:");
  }
  Settings settings;
  settings.engine = *engine;
  auto read =
      *engine == Engine::sqlite ? read_file(*parts, settings) : read_server(*parts, settings);
  if (read) read = read_options(*parts, settings);
  if (!read) return fail(std::move(read.error()));
  return settings;
}

}  // namespace winnow::database
