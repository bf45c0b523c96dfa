// What a listing was asked for, decided: read once from its task's parameters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tasks/families/family_statements.h"
#include "tasks/listing/cursor.h"
#include "tasks/selection/newest.h"
#include "tasks/selection/scope.h"

namespace winnow::tasks {

// FETCH gives a page, FETCH_ONE the first row, STORE writes all rows into a file, NONE counts them.
enum class FetchType { page, one, store, none };

struct ListingRequest {
  Scope scope;
  FetchType fetch_type = FetchType::page;
  // Rows of a page.
  std::int64_t size = 0;
  // The columns of a row, in order. The manifest owns them.
  std::vector<const OutputColumn*> columns = {};
  // nullptr: the key alone orders.
  const OutputColumn* order = nullptr;
  bool descending = false;
  // So many of each flow that end last are left out.
  std::optional<KeepLast> keep_last = {};
  // With withChildren: the rows are the roots of families. Nothing: each row stands for itself.
  std::optional<FamilyTerms> families = {};
  // What a cursor of this listing is sealed with, and the position that the caller's stands for.
  std::string fingerprint = {};
  std::optional<Position> after = {};
  // What the caller should know about these parameters, each a sentence.
  std::vector<std::string> notes = {};
};

// `parameters` fit the manifest's schema, with its defaults filled in. Fails as read_scope() does,
// and as invalid_parameter at /cursor for one that is damaged, of another listing, or beside NONE.
Outcome<ListingRequest> read_listing_request(const Manifest& manifest, const Json& parameters,
                                             const Policy& policy);

}  // namespace winnow::tasks
