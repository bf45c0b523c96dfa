#include "document/object.h"

namespace winnow::document {

Json object_of(std::initializer_list<std::pair<const char*, Json>> members) {
  Json object = Json::object();
  for (const auto& [name, value] : members) object[name] = value;
  return object;
}

}  // namespace winnow::document
