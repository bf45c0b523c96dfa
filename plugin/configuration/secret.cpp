// Secrets are read once, when the configuration is, and kept in database::Settings alone.
#include "plugin/configuration/secret.h"

#include <cstdlib>
#include <unistd.h>

#include "document/text_file.h"

namespace winnow::plugin {
namespace {

constexpr std::size_t kLargestSecret = std::size_t{64} * 1024;

// Clients take a password up to its first NUL, and would send another one than was meant.
Outcome<std::string> without_nul(std::string secret, const std::string& origin) {
  if (secret.find('\0') == std::string::npos) return secret;
  return fail(FailureKind::configuration, origin + " holds a NUL byte, which no password can have");
}

Outcome<std::string> secret_of_file(const std::string& path) {
  auto text = document::read_text_file(path, kLargestSecret);
  if (!text) return text;
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return without_nul(std::move(*text), "the file \"" + path + "\"");
}

}  // namespace

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::vector<std::string> environment_names(std::string_view beginning) {
  std::vector<std::string> names;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (!text.starts_with(beginning)) continue;
    names.emplace_back(text.substr(beginning.size(), text.find('=') - beginning.size()));
  }
  return names;
}

Outcome<std::string> resolve_secret(const document::Json& secret) {
  if (secret.is_string()) return without_nul(secret.get<std::string>(), "it");
  if (secret.contains("file")) return secret_of_file(secret["file"].get<std::string>());
  const auto name = secret["env"].get<std::string>();
  auto value = environment(name);
  if (!value) {
    return fail(FailureKind::configuration, "the environment variable \"" + name + "\" is not set");
  }
  return std::move(*value);
}

}  // namespace winnow::plugin
