#include "tasks/listing/request.h"

#include <algorithm>

#include "document/object.h"
#include "outcome/try.h"
#include "tasks/families/members.h"

namespace winnow::tasks {
namespace {

FetchType fetch_type(const Json& parameters) {
  const auto name = parameters.at("fetchType").get<std::string>();
  if (name == "FETCH_ONE") return FetchType::one;
  if (name == "STORE") return FetchType::store;
  if (name == "NONE") return FetchType::none;
  return FetchType::page;
}

// The manifest's schema admits its own columns and orders alone. An empty name: nullptr.
const OutputColumn* column_named(const Manifest& manifest, const std::string& name) {
  const auto found = std::find_if(manifest.columns.begin(), manifest.columns.end(),
                                  [&](const OutputColumn& column) { return column.name == name; });
  return found == manifest.columns.end() ? nullptr : &*found;
}

// The caller's columns, or else those that the manifest lists by default.
std::vector<const OutputColumn*> read_columns(const Manifest& manifest, const Json& parameters) {
  std::vector<const OutputColumn*> columns;
  if (const auto* names = given(parameters, "columns"); names != nullptr) {
    for (const auto& name : *names) columns.push_back(column_named(manifest, name));
    return columns;
  }
  for (const auto& column : manifest.columns) {
    if (column.by_default) columns.push_back(&column);
  }
  return columns;
}

// Only rows that ended can be among the last to end. A count walks the index of that date alone.
Outcome<void> apply_keep_last(const Manifest& manifest, const Json& parameters,
                              ListingRequest& request) {
  WINNOW_TRY(request.keep_last, read_keep_last(manifest, parameters, request.scope));
  if (!request.keep_last) return {};
  const auto& column = request.keep_last->column;
  request.scope.conditions.push_back(Presence{.column = column});
  if (request.fetch_type != FetchType::none) return {};
  request.columns.clear();
  const auto end =
      std::find_if(manifest.columns.begin(), manifest.columns.end(),
                   [&](const OutputColumn& listed) { return listed.column == column; });
  request.order = end == manifest.columns.end() ? nullptr : &*end;
  return {};
}

// `policy.min-age`, as a purge holds it: by the end.
void leave_out_the_young(const Manifest& manifest, const Policy& policy, Scope& members) {
  if (!policy.min_age) return;
  for (const auto& parameter : manifest.parameters) {
    if (!parameter.filter || parameter.filter->operation != FilterOperator::at_or_before) continue;
    members.except.push_back(
        {InstantBound{.column = parameter.filter->column,
                      .document = parameter.filter->document,
                      .comparison = database::Comparison::after,
                      .instant = youngest_removable(policy, document::now())}});
  }
}

// What may go with a root is what a purge takes with it.
void apply_with_children(const Manifest& manifest, const Json& parameters, const Policy& policy,
                         ListingRequest& request) {
  const auto ended = read_members(parameters);
  if (!ended) return;
  auto members = scope_of_members(request.scope, *ended);
  members.protect = policy.protect;
  leave_out_the_young(manifest, policy, members);
  request.families =
      FamilyTerms{.selected = request.scope, .members = std::move(members), .ended = *ended};
  if (request.fetch_type == FetchType::none) request.columns.clear();
}

}  // namespace

Outcome<ListingRequest> read_listing_request(const Manifest& manifest, const Json& parameters,
                                             const Policy& policy) {
  ListingRequest request;
  WINNOW_TRY(request.scope, read_scope(manifest, parameters, policy));
  request.notes = notes_on(manifest, parameters, request.scope);
  request.columns = read_columns(manifest, parameters);
  const auto order = parameters.at("orderBy").get<std::string>();
  request.order = column_named(manifest, order);
  request.descending = document::is_text(parameters.at("direction"), "desc");
  request.fetch_type = fetch_type(parameters);
  request.size = parameters.at("size").get<std::int64_t>();
  request.fingerprint =
      listing_fingerprint(manifest, parameters, request.scope.tenant, order, request.descending);
  WINNOW_CHECK(apply_keep_last(manifest, parameters, request));
  apply_with_children(manifest, parameters, policy, request);
  const auto cursor = given_string(parameters, "cursor");
  if (!cursor) return request;
  if (request.fetch_type == FetchType::none) {
    return fail(FailureKind::invalid_parameter,
                "fetchType NONE counts all rows: it takes no cursor", "/cursor");
  }
  WINNOW_TRY(request.after, decode_cursor(*cursor, request.fingerprint));
  return request;
}

}  // namespace winnow::tasks
