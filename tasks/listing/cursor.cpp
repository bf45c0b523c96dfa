#include "tasks/listing/cursor.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "document/base64url.h"
#include "document/json_text.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {
namespace {

constexpr int kVersion = 1;
// FNV-1a, 64 bits: the same on every machine and in every version, unlike std::hash. It finds
// accidents, not attacks.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char letter : text) {
    hash ^= static_cast<unsigned char>(letter);
    hash *= 1099511628211U;
  }
  std::array<char, 17> digits{};
  (void)std::snprintf(digits.data(), digits.size(), "%016llx",
                      static_cast<unsigned long long>(hash));
  return digits.data();
}

Json last_row(const Position& position) {
  return Json::array({position.order ? Json(*position.order) : Json(nullptr), position.key});
}

std::string seal(std::string_view fingerprint, const Json& last) {
  return checksum(std::string(fingerprint) + document::json_line(last));
}

tl::unexpected<Failure> refuse(std::string message) {
  return fail(FailureKind::invalid_parameter, std::move(message), "/cursor");
}

bool is_position(const Json& last) {
  return last.is_array() && last.size() == 2 && (last[0].is_null() || last[0].is_string()) &&
         last[1].is_string();
}

}  // namespace

std::string listing_fingerprint(const Manifest& manifest, const Json& parameters,
                                const std::optional<std::string>& tenant, const std::string& order,
                                bool descending) {
  // By the manifest's order of parameters, so that the caller's does not matter.
  Json filters = Json::array();
  for (const auto& parameter : manifest.parameters) {
    const auto* value = given(parameters, parameter.name);
    if (!parameter.filter || value == nullptr) continue;
    filters.push_back({parameter.name, *value});
    const auto& other = parameter.filter->instead;
    if (other && given_string(parameters, other->parameter) == other->value) {
      filters.push_back({other->parameter, other->value});
    }
  }
  // Neither is a filter, and both say which rows there are.
  for (const char* name : {"keepLast", "withChildren"}) {
    const auto* value = given(parameters, name);
    if (value != nullptr && *value != Json(false)) filters.push_back({name, *value});
  }
  const Json identity = Json::array(
      {manifest.name, filters, tenant ? Json(*tenant) : Json(nullptr), order, descending});
  return checksum(document::json_line(identity));
}

std::string encode_cursor(const Position& position, std::string_view fingerprint) {
  const Json last = last_row(position);
  const Json cursor = {{"version", kVersion},
                       {"listing", fingerprint},
                       {"last", last},
                       {"sum", seal(fingerprint, last)}};
  return document::to_base64url(document::json_line(cursor));
}

Outcome<Position> decode_cursor(std::string_view cursor, std::string_view fingerprint) {
  constexpr const char* kDamaged =
      "the cursor is damaged: hand back the `cursor` of the page before, unchanged";
  const auto bytes = document::from_base64url(cursor);
  if (!bytes) return refuse(kDamaged);
  const Json content = Json::parse(*bytes, nullptr, false);
  if (!content.is_object() || !content.contains("version")) return refuse(kDamaged);
  if (content["version"] != kVersion) {
    return refuse("the cursor comes from another version of winnow: start again without a cursor");
  }
  const auto listing = content.value("listing", Json());
  const auto last = content.value("last", Json());
  if (!listing.is_string() || !is_position(last)) return refuse(kDamaged);
  if (content.value("sum", Json()) != seal(listing.get<std::string>(), last))
    return refuse(kDamaged);
  if (listing != fingerprint) {
    return refuse(
        "the cursor belongs to a listing with other filters, another order, direction or tenant: "
        "keep them as they were for the page before, or start again without a cursor");
  }
  Position position;
  if (last[0].is_string()) position.order = last[0].get<std::string>();
  position.key = last[1].get<std::string>();
  // Each position has one cursor: another spelling of the same position is damaged too.
  if (encode_cursor(position, fingerprint) != cursor) return refuse(kDamaged);
  return position;
}

}  // namespace winnow::tasks
