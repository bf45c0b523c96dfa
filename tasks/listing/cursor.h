// Where a page of a listing ended, as a string that the caller hands back for the next one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::tasks {

// The row that a page ended with, by what orders it. The strings are Dialect::as_cursor's: only a
// server compares them.
struct Position {
  // Nothing: the row has no value there, or the key alone orders.
  std::optional<std::string> order;
  std::string key;

  bool operator==(const Position&) const = default;
};

// Tells two listings apart: the task, its filters' values, the tenant, the order (a column's name)
// and its direction. The chosen columns and the size of a page don't count: they may change from
// page to page.
std::string listing_fingerprint(const Manifest& manifest, const Json& parameters,
                                const std::optional<std::string>& tenant, const std::string& order,
                                bool descending);

// A URL-safe string, opaque to the caller. It is no secret and no proof: whoever forges one still
// sees only what the filters, the tenant and the policy of the next call allow, because a position
// is only ever bound as a value.
std::string encode_cursor(const Position& position, std::string_view fingerprint);
// Refused as invalid_parameter at /cursor: a damaged cursor, and one of a listing with another
// fingerprint.
Outcome<Position> decode_cursor(std::string_view cursor, std::string_view fingerprint);

}  // namespace winnow::tasks
