// JSON where memory may run out.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "document/yaml.h"

namespace winnow::document {

// The members in their order. nlohmann's own constructor from a list loses what it has made where
// an allocation fails; for what a run says on its way out of that.
Json object_of(std::initializer_list<std::pair<const char*, Json>> members);

// The names of an object's members, in their order.
std::vector<std::string> keys_of(const Json& object);

// Whether it is this text. nlohmann's == makes a JSON value of the text first, in a function that
// may not throw: without memory for that the process ends.
template <class Value>
bool is_text(const Value& json, std::string_view text) {
  return json.is_string() && json.template get_ref<const std::string&>() == text;
}

}  // namespace winnow::document
