#include "database/url/url.h"

#include <algorithm>
#include <array>
#include <optional>

#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

constexpr std::string_view kReserved =
    "a reserved character in a user name or password has to be percent-encoded, such as %40 for @";

// What the JDBC drivers for MySQL put between the scheme and several hosts. Whichever of them
// stands there, winnow goes to the first host that it can write to.
constexpr std::array<std::string_view, 6> kHostModes = {"replication", "loadbalance", "failover",
                                                        "sequential",  "aurora",      "none"};

// pgJDBC reads `+` as a space, libpq and Connector/J do not.
enum class Plus { itself, space };

tl::unexpected<Failure> bad_url(std::string_view why) {
  return fail(FailureKind::configuration, "the database URL can't be read: " + std::string(why));
}

Outcome<std::string> decoded(std::string_view text, Plus plus = Plus::itself) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+' && plus == Plus::space) {
      result += ' ';
      continue;
    }
    if (text[at] != '%') {
      result += text[at];
      continue;
    }
    const bool whole = at + 2 < text.size();
    const auto high = whole ? document::hex_digit(text[at + 1]) : std::nullopt;
    const auto low = whole ? document::hex_digit(text[at + 2]) : std::nullopt;
    // No server takes a NUL in a name, and C libraries would cut the string there.
    if (!high || !low || (*high == 0 && *low == 0)) {
      return bad_url(
          "% has to be followed by two hexadecimal digits (not 00); write %25 for % itself");
    }
    result += static_cast<char>(*high * 16 + *low);
    at += 2;
  }
  return result;
}

std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const auto end = std::min(rest.find_first_of(ends), rest.size());
  const auto taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

Outcome<void> read_user(std::string_view text, UrlParts& parts) {
  const auto colon = text.find(':');
  WINNOW_TRY(parts.user, decoded(text.substr(0, colon)));
  if (colon == std::string_view::npos) return {};
  WINNOW_TRY(parts.password, decoded(text.substr(colon + 1)));
  return {};
}

Outcome<UrlHost> read_host(std::string_view text) {
  UrlHost host;
  if (text.starts_with('(') || text.starts_with("[(") ||
      document::lower(text).starts_with("address=")) {
    return bad_url("a host in parentheses is not read here; write HOST:PORT");
  }
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return bad_url("the `[` of its host is not closed");
    // `[fe80::1%25eth0]`: the % before a zone is written so in a URL (RFC 6874), but not for every
    // driver. Nothing else in an address is encoded.
    host.name = text.substr(1, end - 1);
    if (const auto zone = host.name.find("%25"); zone != std::string::npos) {
      host.name.erase(zone + 1, 2);
    }
    text.remove_prefix(end + 1);
    if (!text.empty() && !text.starts_with(':')) {
      return bad_url("`:` or `/` has to follow the `]` of its host");
    }
  } else {
    WINNOW_TRY(host.name, decoded(take_until(text, ":")));
  }
  if (text.starts_with(':')) host.port = text.substr(1);
  if (!std::all_of(host.port.begin(), host.port.end(), document::is_digit)) {
    return bad_url("its port is not a number (" + std::string(kReserved) + ")");
  }
  return host;
}

Outcome<void> read_authority(std::string_view text, UrlParts& parts) {
  // The last @ ends the password, so that one with an @ in it is still read as it was meant.
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    WINNOW_CHECK(read_user(text.substr(0, at), parts));
    text.remove_prefix(at + 1);
  }
  const bool several = text.find(',') != std::string_view::npos;
  while (true) {
    WINNOW_TRY(parts.hosts.emplace_back(), read_host(take_until(text, ",")));
    if (several && parts.hosts.back().name.empty()) {
      return bad_url("one of its hosts has no name");
    }
    if (text.empty()) return {};
    text.remove_prefix(1);
  }
}

Outcome<void> read_query(std::string_view text, UrlParts& parts) {
  const Plus plus = parts.jdbc && parts.scheme == "postgresql" ? Plus::space : Plus::itself;
  while (!text.empty()) {
    auto option = take_until(text, "&");
    if (!text.empty()) text.remove_prefix(1);
    if (option.empty()) continue;
    WINNOW_TRY(auto name, decoded(take_until(option, "="), plus));
    WINNOW_TRY(auto value, decoded(option.empty() ? option : option.substr(1), plus));
    parts.query.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

// `jdbc:mysql:replication://`: what stands between scheme and hosts goes.
void skip_host_mode(const UrlParts& parts, std::string_view& rest) {
  if (!parts.jdbc) return;
  for (const auto mode : kHostModes) {
    const auto prefix = std::string(mode) + ":";
    if (!document::lower(rest.substr(0, prefix.size())).starts_with(prefix)) continue;
    rest.remove_prefix(prefix.size());
    return;
  }
}

}  // namespace

Outcome<UrlParts> split_url(std::string_view url) {
  UrlParts parts;
  auto rest = url;
  parts.scheme = document::lower(take_until(rest, ":/?#@"));
  if (parts.scheme == "jdbc" && rest.starts_with(':')) {
    parts.jdbc = true;
    rest.remove_prefix(1);
    parts.scheme = document::lower(take_until(rest, ":/?#@"));
  }
  if (!rest.starts_with(':')) {
    return bad_url("expected such as postgresql://user@host:5432/database or sqlite:/path/to/file");
  }
  rest.remove_prefix(1);
  skip_host_mode(parts, rest);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    parts.authority = true;
    WINNOW_CHECK(read_authority(take_until(rest, "/?"), parts));
    parts.at_sign_after_authority = rest.find('@') != std::string_view::npos;
    if (rest.starts_with('/')) rest.remove_prefix(1);
  }
  WINNOW_TRY(parts.path, decoded(take_until(rest, "?")));
  if (!rest.empty()) rest.remove_prefix(1);
  WINNOW_CHECK(read_query(rest, parts));
  return parts;
}

}  // namespace winnow::database
