// The request of a listing, read once from its task's parameters.
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
  // Rows per page.
  std::int64_t size = 0;
  // The columns of a row, in order. The manifest owns them.
  std::vector<const OutputColumn*> columns = {};
  // nullptr: the order is by key alone.
  const OutputColumn* order = nullptr;
  bool descending = false;
  // This many executions of each flow, which ended last, are left out.
  std::optional<KeepLast> keep_last = {};
  // With withChildren: the rows are the roots of families. Nothing: each row is a separate
  // execution.
  std::optional<FamilyTerms> families = {};
  // The fingerprint in this listing's cursors, and the position of the caller's cursor.
  std::string fingerprint = {};
  std::optional<Position> after = {};
  // Notes for the caller about these parameters, one sentence each.
  std::vector<std::string> notes = {};
};

// `parameters` match the manifest's schema, with its defaults filled in. Fails like read_scope(),
// and as invalid_parameter at /cursor for a cursor that is damaged, of another listing, or given
// with NONE.
Outcome<ListingRequest> read_listing_request(const Manifest& manifest, const Json& parameters,
                                             const Policy& policy);

}  // namespace winnow::tasks
