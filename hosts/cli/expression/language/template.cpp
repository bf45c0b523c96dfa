#include "hosts/cli/expression/language/template.h"

#include <algorithm>

#include "document/trimmed.h"
#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/parser.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli::expression {
namespace {

constexpr std::size_t kLongestText = std::size_t{10} * 1024 * 1024;

// Where the next `{{`, `{%` or `{#` is.
std::size_t next_mark(std::string_view text, std::size_t from) {
  for (auto at = text.find('{', from); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const char after = at + 1 < text.size() ? text[at + 1] : '\0';
    if (after == '{' || after == '%' || after == '#') return at;
  }
  return std::string_view::npos;
}

std::string_view without_space_behind(std::string_view text) {
  const auto last = text.find_last_not_of(document::kWhiteSpace);
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

std::size_t behind_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(document::kWhiteSpace, at), text.size());
}

}  // namespace

Result<Template> Template::parse(std::string_view text) {
  Template result;
  std::size_t at = 0;
  const auto add_text = [&result](std::string_view part) {
    if (!part.empty()) result.parts_.emplace_back(std::string(part));
  };
  for (auto mark = next_mark(text, 0); mark != std::string_view::npos; mark = next_mark(text, at)) {
    if (text[mark + 1] == '%') {
      return problem("{% %} blocks are not supported, use {{ condition ? a : b }}", mark);
    }
    if (text[mark + 1] == '#') {
      const auto end = text.find("#}", mark + 2);
      if (end == std::string_view::npos)
        return problem("the comment that begins here has no end", mark);
      add_text(text.substr(at, mark - at));
      at = end + 2;
      continue;
    }
    // `{{- x` takes the white space before it away, `{{-1` is a negative number.
    const bool trims = mark + 3 < text.size() && text[mark + 2] == '-' &&
                       document::kWhiteSpace.find(text[mark + 3]) != std::string_view::npos;
    const auto before = text.substr(at, mark - at);
    add_text(trims ? without_space_behind(before) : before);
    const auto tokens = cut(text, mark + (trims ? 3 : 2));
    if (!tokens) return problem(tokens.error());
    auto node = expression::parse(*tokens);
    if (!node) return problem(node.error());
    result.parts_.emplace_back(std::move(*node));
    at = tokens->trim ? behind_space(text, tokens->after) : tokens->after;
  }
  add_text(text.substr(at));
  return result;
}

bool Template::is_plain() const {
  for (const auto& part : parts_) {
    if (std::holds_alternative<NodePointer>(part)) return false;
  }
  return true;
}

bool Template::is_single() const {
  return parts_.size() == 1 && std::holds_alternative<NodePointer>(parts_.front());
}

Result<Json> Template::value(const Scope& scope) const {
  if (is_single()) return evaluate(*std::get<NodePointer>(parts_.front()), scope);
  return text(scope).map([](std::string printed) { return Json(std::move(printed)); });
}

Result<std::string> Template::text(const Scope& scope) const {
  std::string printed;
  for (const auto& part : parts_) {
    if (const auto* plain = std::get_if<std::string>(&part)) {
      printed += *plain;
      continue;
    }
    const auto result = evaluate(*std::get<NodePointer>(part), scope);
    if (!result) return problem(result.error());
    printed += to_text(*result);
    if (printed.size() > kLongestText) return problem("the text becomes longer than 10 MiB");
  }
  return printed;
}

std::vector<Reference> Template::references() const {
  std::vector<Reference> all;
  for (const auto& part : parts_) {
    const auto* node = std::get_if<NodePointer>(&part);
    if (node == nullptr) continue;
    for (auto& reference : expression::references(**node)) all.push_back(std::move(reference));
  }
  return all;
}

}  // namespace winnow::cli::expression
