#include "database/url/settings.h"

#include <algorithm>
#include <optional>
#include <pwd.h>
#include <unistd.h>
#include <vector>

#include "database/url/options.h"
#include "database/url/url.h"
#include "document/strings.h"
#include "outcome/try.h"

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

Outcome<Host> read_host(const UrlHost& written) {
  Host host{.name = written.name};
  if (written.port.empty()) return host;
  const auto port = document::number_of<std::uint16_t>(written.port);
  if (!port || *port == 0) return unusable_url("its port has to be a number from 1 to 65535");
  host.port = *port;
  return host;
}

Outcome<void> read_server(const UrlParts& parts, Settings& settings) {
  if (!parts.authority) return unusable_url("`//` and a host have to follow " + parts.scheme + ":");
  for (const auto& written : parts.hosts) {
    WINNOW_TRY(settings.other_hosts.emplace_back(), read_host(written));
  }
  settings.host = settings.other_hosts.front().name;
  settings.port = settings.other_hosts.front().port;
  settings.other_hosts.erase(settings.other_hosts.begin());
  if (!parts.user.empty()) settings.user = parts.user;
  if (!parts.password.empty()) settings.password = parts.password;
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
  const bool on_a_host = std::ranges::any_of(
      parts.hosts, [](const auto& host) { return !host.name.empty() || !host.port.empty(); });
  if (on_a_host || !parts.user.empty()) {
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
  return !option.empty() && std::ranges::all_of(option, [](char c) {
    return document::is_letter(c) || document::is_digit(c) || c == '_' || c == '-' || c == '.';
  });
}

// A name in JDBC's spelling is taken as in a JDBC URL: people carry them over.
Unknown unknown_in(const UrlParts& parts, const std::string& name) {
  return parts.jdbc || document::lower(name) != name ? Unknown::read_past : Unknown::refused;
}

Outcome<void> read_options(const UrlParts& parts, Settings& settings) {
  for (const auto& [name, value] : parts.query) {
    auto applied = may_be_named(name)
                       ? apply_option(settings, name, value, unknown_in(parts, name))
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

std::string address(const Host& host) {
  const bool plain = host.name.find(':') == std::string::npos;
  return (plain ? host.name : "[" + host.name + "]") +
         (host.port == 0 ? "" : ":" + std::to_string(host.port));
}

struct Account {
  std::string user;
  std::string home;
};

Account this_account() {
  constexpr std::size_t kRoom = 16'384;
  std::vector<char> room(kRoom);
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found);
  if (error != 0 || found == nullptr) return {};
  return {.user = found->pw_name, .home = found->pw_dir};
}

}  // namespace

std::string Settings::safe_name() const {
  std::string name(scheme_of(engine));
  if (engine == Engine::sqlite) return name + ":" + database;
  name += "://";
  if (!user.empty()) name += user + "@";
  name += address({.name = host, .port = port});
  for (const auto& other : other_hosts) name += "," + address(other);
  return name + "/" + database;
}

std::string user_of(const Settings& settings) {
  return settings.user.empty() ? this_account().user : settings.user;
}

std::string home_directory() {
  return this_account().home;
}

Outcome<Settings> parse_url(std::string_view url, const Properties& defaults) {
  WINNOW_TRY(const auto parts, split_url(url));
  const auto engine = engine_of(parts);
  if (!engine) {
    return unusable_url(
        "expected postgresql:, mysql:, mariadb: or sqlite:, or one of them after jdbc: (of a "
        "driver that wraps another, such as jdbc:aws-wrapper:, winnow needs the plain URL: "
        "`database.url`; in Kestra's configuration `winnow.database.url`)");
  }
  Settings settings;
  settings.engine = *engine;
  for (const auto& [name, value] : defaults) {
    WINNOW_CHECK(apply_option(settings, name, value, Unknown::read_past));
  }
  WINNOW_CHECK(*engine == Engine::sqlite ? read_file(parts, settings)
                                         : read_server(parts, settings));
  WINNOW_CHECK(read_options(parts, settings));
  return settings;
}

}  // namespace winnow::database
