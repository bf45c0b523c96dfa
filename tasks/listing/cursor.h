// Where a page of a listing ended, as a string that the caller passes for the next one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::tasks {

// The last row of a page, by its values in the order. The strings come from Dialect::as_cursor:
// only a server compares them.
struct Position {
  // Nothing: the row has no value there, or the order is by key alone.
  std::optional<std::string> order;
  std::string key;

  bool operator==(const Position&) const = default;
};

// Identifies a listing: the task, its filters' values, the tenant, the order (a column's name) and
// its direction. The chosen columns and the page size are not part of it: they may change from page
// to page.
std::string listing_fingerprint(const Manifest& manifest, const Json& parameters,
                                const std::optional<std::string>& tenant, const std::string& order,
                                bool descending);

// A URL-safe string, opaque to the caller. It is neither secret nor signed: a forged cursor shows
// only what the filters, the tenant and the policy of the next call allow, because a position is
// only bound as a value.
std::string encode_cursor(const Position& position, std::string_view fingerprint);
// Fails as invalid_parameter at /cursor for a damaged cursor, and for one of a listing with another
// fingerprint.
Outcome<Position> decode_cursor(std::string_view cursor, std::string_view fingerprint);

}  // namespace winnow::tasks
