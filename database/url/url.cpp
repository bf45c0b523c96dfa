#include "database/url/url.h"

#include <algorithm>
#include <optional>

namespace winnow::database {
namespace {

constexpr std::string_view kReserved =
    "a reserved character in a user name or password has to be percent-encoded, such as %40 for @";

std::optional<int> hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return std::nullopt;
}

// pgJDBC reads `+` as a space, libpq and Connector/J do not.
enum class Plus { itself, space };

std::optional<std::string> decoded(std::string_view text, Plus plus) {
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
    const auto high = at + 2 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
    const auto low = at + 2 < text.size() ? hex_digit(text[at + 2]) : std::nullopt;
    if (!high || !low) return std::nullopt;
    result += static_cast<char>(*high * 16 + *low);
    at += 2;
  }
  // No server takes a NUL in a name, and C libraries would cut the text there.
  if (result.find('\0') != std::string::npos) return std::nullopt;
  return result;
}

tl::unexpected<Failure> bad_url(std::string_view why) {
  return fail(FailureKind::configuration, "the database URL can't be read: " + std::string(why));
}

tl::unexpected<Failure> bad_escape() {
  return bad_url("% has to be followed by two hexadecimal digits (not 00); write %25 for % itself");
}

std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const auto end = std::min(rest.find_first_of(ends), rest.size());
  const auto taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

Outcome<void> read_user(std::string_view text, UrlParts& parts) {
  const auto colon = text.find(':');
  auto user = decoded(text.substr(0, colon), Plus::itself);
  if (!user) return bad_escape();
  parts.user = std::move(*user);
  if (colon == std::string_view::npos) return {};
  auto password = decoded(text.substr(colon + 1), Plus::itself);
  if (!password) return bad_escape();
  parts.password = std::move(*password);
  return {};
}

Outcome<void> read_host(std::string_view text, UrlParts& parts) {
  if (text.find(',') != std::string_view::npos) {
    return bad_url("it names several hosts; give one");
  }
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return bad_url("the `[` of its host is not closed");
    parts.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && !text.starts_with(':')) {
      return bad_url("`:` or `/` has to follow the `]` of its host");
    }
  } else {
    auto host = decoded(take_until(text, ":"), Plus::itself);
    if (!host) return bad_escape();
    parts.host = std::move(*host);
  }
  if (text.starts_with(':')) parts.port = text.substr(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!std::all_of(parts.port.begin(), parts.port.end(), is_digit)) {
    return bad_url("its port is not a number (" + std::string(kReserved) + ")");
  }
  return {};
}

Outcome<void> read_authority(std::string_view text, UrlParts& parts) {
  // The last @ ends the password, so that one with an @ in it is still read as it was meant.
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    if (auto read = read_user(text.substr(0, at), parts); !read) return read;
    text.remove_prefix(at + 1);
  }
  return read_host(text, parts);
}

Outcome<void> read_query(std::string_view text, UrlParts& parts) {
  const Plus plus = parts.jdbc && parts.scheme == "postgresql" ? Plus::space : Plus::itself;
  while (!text.empty()) {
    auto option = take_until(text, "&");
    if (!text.empty()) text.remove_prefix(1);
    if (option.empty()) continue;
    auto name = decoded(take_until(option, "="), plus);
    auto value = decoded(option.empty() ? option : option.substr(1), plus);
    if (!name || !value) return bad_escape();
    parts.query.emplace_back(std::move(*name), std::move(*value));
  }
  return {};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& character : result) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return result;
}

}  // namespace

Outcome<UrlParts> split_url(std::string_view url) {
  UrlParts parts;
  auto rest = url;
  parts.scheme = lower(take_until(rest, ":/?#@"));
  if (parts.scheme == "jdbc" && rest.starts_with(':')) {
    parts.jdbc = true;
    rest.remove_prefix(1);
    parts.scheme = lower(take_until(rest, ":/?#@"));
  }
  if (!rest.starts_with(':')) {
    return bad_url("expected such as postgresql://user@host:5432/database or sqlite:/path/to/file");
  }
  rest.remove_prefix(1);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    parts.authority = true;
    if (auto read = read_authority(take_until(rest, "/?"), parts); !read) {
      return fail(std::move(read.error()));
    }
    parts.at_sign_after_authority = rest.find('@') != std::string_view::npos;
    if (rest.starts_with('/')) rest.remove_prefix(1);
  }
  auto path = decoded(take_until(rest, "?"), Plus::itself);
  if (!path) return bad_escape();
  parts.path = std::move(*path);
  if (!rest.empty()) rest.remove_prefix(1);
  if (auto read = read_query(rest, parts); !read) return fail(std::move(read.error()));
  return parts;
}

}  // namespace winnow::database
