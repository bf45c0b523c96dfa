#include "hosts/cli/flow/rendering.h"

#include "document/pointer.h"
#include "hosts/cli/expression/functions/functions.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

Place inside(const Place& place, const Json& container, const std::string& key, std::size_t index) {
  return Place{place.document, container.is_array() ? document::pointer_to(place.pointer, index)
                                                    : document::pointer_to(place.pointer, key)};
}

tl::unexpected<Failure> placed(const Place& place, const Failure& failure) {
  return mistake(place.document, place.pointer, failure.message);
}

Outcome<expression::Template> parsed(const Json& text, const Place& place) {
  auto parsed = expression::Template::parse(text.get<std::string>(), expression::callables());
  if (!parsed) return placed(place, parsed.error());
  return parsed;
}

Outcome<void> check_string(const Json& text, const Place& place, const ReferenceCheck& check) {
  WINNOW_TRY(const auto parsed_text, parsed(text, place));
  for (const auto& reference : parsed_text.references()) {
    const auto wrong = check(reference);
    if (wrong.empty()) continue;
    return placed(place, parsed_text.mistake_at(reference.offset, wrong).value());
  }
  return {};
}

}  // namespace

Outcome<Json> rendered(const Json& value, const Place& place, const expression::Scope& scope) {
  if (value.is_string()) {
    WINNOW_TRY(const auto text, parsed(value, place));
    auto result = text.value(scope);
    if (!result) return placed(place, result.error());
    return result;
  }
  if (!value.is_structured()) return value;
  Json result = value;
  std::size_t index = 0;
  for (auto& [key, item] : result.items()) {
    WINNOW_TRY(item, rendered(item, inside(place, value, key, index++), scope));
  }
  return result;
}

Outcome<std::string> rendered_string(const Json& value, const Place& place,
                                     const expression::Scope& scope) {
  return rendered(value, place, scope).map(expression::printed);
}

Outcome<void> check_references(const Json& value, const Place& place, const ReferenceCheck& check) {
  if (value.is_string()) return check_string(value, place, check);
  if (!value.is_structured()) return {};
  std::size_t index = 0;
  for (const auto& [key, item] : value.items()) {
    WINNOW_CHECK(check_references(item, inside(place, value, key, index++), check));
  }
  return {};
}

bool has_expression(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().find("{{") != std::string::npos;
}

}  // namespace winnow::cli
