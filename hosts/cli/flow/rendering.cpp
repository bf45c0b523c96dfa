#include "hosts/cli/flow/rendering.h"

#include <algorithm>

#include "document/pointer.h"
#include "document/utf8.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli {
namespace {

constexpr std::size_t kLongestQuote = 100;

// `file:line: message, at column 4 of "{{ ... }}"`; of a text with several lines the line is named
// too.
tl::unexpected<Failure> explained(const expression::Problem& problem, const std::string& text,
                                  const Place& place) {
  const std::string before = text.substr(0, problem.offset);
  const auto line = std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n') == std::string::npos ? 0 : before.rfind('\n') + 1;
  std::string where = "column " + std::to_string(problem.offset - line_start + 1);
  if (line > 0) where = "line " + std::to_string(line + 1) + ", " + where;
  const std::string shown = text.substr(line_start, text.find('\n', line_start) - line_start);
  return mistake(place.document, place.pointer,
                 problem.message + ", at " + where + " of \"" +
                     document::shortened(shown, kLongestQuote) + "\"");
}

Place inside(const Place& place, const Json& container, const std::string& key, std::size_t index) {
  return Place{place.document, container.is_array() ? document::pointer_to(place.pointer, index)
                                                    : document::pointer_to(place.pointer, key)};
}

Outcome<Json> rendered_string(const std::string& text, const Place& place,
                              const expression::Scope& scope) {
  const auto parsed = expression::Template::parse(text);
  if (!parsed) return explained(parsed.error(), text, place);
  auto value = parsed->value(scope);
  if (!value) return explained(value.error(), text, place);
  return std::move(*value);
}

Outcome<void> check_text(const std::string& text, const Place& place, const Use& use) {
  const auto parsed = expression::Template::parse(text);
  if (!parsed) return explained(parsed.error(), text, place);
  for (const auto& reference : parsed->references()) {
    auto wrong = use(reference);
    if (wrong.empty()) continue;
    return explained(expression::Problem{std::move(wrong), reference.offset, false}, text, place);
  }
  return {};
}

}  // namespace

Outcome<Json> rendered(const Json& value, const Place& place, const expression::Scope& scope) {
  if (value.is_string()) return rendered_string(value.get_ref<const std::string&>(), place, scope);
  if (!value.is_structured()) return value;
  Json result = value;
  std::size_t index = 0;
  for (auto& [key, item] : result.items()) {
    auto inner = rendered(item, inside(place, value, key, index++), scope);
    if (!inner) return inner;
    item = std::move(*inner);
  }
  return result;
}

Outcome<std::string> rendered_text(const Json& value, const Place& place,
                                   const expression::Scope& scope) {
  return rendered(value, place, scope).map([](const Json& result) {
    return expression::to_text(result);
  });
}

Outcome<void> check_uses(const Json& value, const Place& place, const Use& use) {
  if (value.is_string()) return check_text(value.get_ref<const std::string&>(), place, use);
  if (!value.is_structured()) return {};
  std::size_t index = 0;
  for (const auto& [key, item] : value.items()) {
    if (auto done = check_uses(item, inside(place, value, key, index++), use); !done) return done;
  }
  return {};
}

}  // namespace winnow::cli
