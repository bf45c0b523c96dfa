#include "hosts/cli/console/result.h"

#include "document/strings.h"

namespace winnow::cli {
namespace {

using document::Json;

// A name may come from a server and hold bytes that are not UTF-8.
std::string dumped(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result::Result(std::string object) : members_(std::move(object)) {
  members_.pop_back();
  members_.erase(0, 1);
}

void Result::add(const std::string& key, std::string_view value) {
  if (!document::trimmed(members_).empty()) members_ += ',';
  members_.append(dumped(key)).append(":").append(value);
}

void Result::add(const std::string& key, const Json& value) {
  add(key, std::string_view(dumped(value)));
}

std::string Result::text(bool for_people) const {
  std::string object = "{" + members_ + "}";
  return for_people ? dumped(Json::parse(object, nullptr, false), 2) : object;
}

}  // namespace winnow::cli
