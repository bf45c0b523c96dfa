// Placeholders, by recursive descent over a bounded depth.
#include "plugin/configuration/placeholders.h"

#include <algorithm>

#include "document/strings.h"

namespace winnow::plugin {
namespace {

constexpr int kDeepest = 20;

bool is_upper_word(char c) {
  return (c >= 'A' && c <= 'Z') || document::is_digit(c) || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_upper_word(c) || document::is_letter(c) || c == '.' || c == '-';
  });
}

bool is_environment_name(std::string_view text) {
  return !text.empty() && (text.front() < '0' || text.front() > '9') &&
         std::all_of(text.begin(), text.end(), is_upper_word);
}

// Where the placeholder ends whose inside begins the text: the brace that closes it, passing over
// those within.
std::size_t closing_brace(std::string_view text) {
  int open = 1;
  bool literal = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') literal = !literal;
    if (literal) continue;
    if (text.substr(i, 2) == "${") ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return std::string_view::npos;
}

Outcome<std::string> resolved(std::string_view text, const Lookup& lookup, int depth);

// The inside of one placeholder: `NAME`, `NAME:default` or `NAME:OTHER:default`.
Outcome<std::string> inside(std::string_view expression, const Lookup& lookup, int depth) {
  for (;;) {
    const auto colon = expression.find(':');
    const auto name = document::trimmed(expression.substr(0, colon));
    if (!is_name(name)) {
      return fail(FailureKind::configuration,
                  "a placeholder ${...} without the name of a variable");
    }
    if (auto value = variable(name, lookup)) return std::move(*value);
    if (colon == std::string_view::npos) {
      return fail(FailureKind::configuration,
                  (is_environment_name(name) ? "the environment variable \"" : "the setting \"") +
                      std::string(name) +
                      "\" is not set or empty, and its placeholder has no default");
    }
    const auto rest = expression.substr(colon + 1);
    if (rest.size() >= 2 && rest.front() == '`' && rest.back() == '`') {
      return std::string(rest.substr(1, rest.size() - 2));
    }
    const auto next = rest.find(':');
    const bool chain = next != std::string_view::npos &&
                       is_environment_name(document::trimmed(rest.substr(0, next)));
    if (!chain) return resolved(rest, lookup, depth + 1);
    expression = rest;
  }
}

Outcome<std::string> resolved(std::string_view text, const Lookup& lookup, int depth) {
  if (depth > kDeepest)
    return fail(FailureKind::configuration, "placeholders are nested too deeply");
  std::string whole;
  for (;;) {
    const auto start = text.find("${");
    whole += text.substr(0, start);
    if (start == std::string_view::npos) return whole;
    text.remove_prefix(start + 2);
    const auto end = closing_brace(text);
    if (end == std::string_view::npos)
      return fail(FailureKind::configuration, "a placeholder ${... that is never closed");
    auto value = inside(text.substr(0, end), lookup, depth);
    if (!value) return value;
    whole += *value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::string> variable(std::string_view name, const Lookup& lookup) {
  auto value = lookup(std::string(name));
  if (value && value->empty()) value.reset();
  return value;
}

Outcome<std::string> resolve_placeholders(std::string_view text, const Lookup& lookup) {
  return resolved(text, lookup, 0);
}

}  // namespace winnow::plugin
