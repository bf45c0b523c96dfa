// What a listing's caller may say and gets back, as JSON Schemas.
#include "tasks/listing/listing.h"

namespace winnow::tasks {
namespace {

ParameterSpec parameter(std::string name, Json schema) {
  return {.name = std::move(name), .schema = std::move(schema), .filter = std::nullopt};
}

Json column_names(const Manifest& manifest) {
  Json names = Json::array();
  for (const auto& column : manifest.columns) names.push_back(column.name);
  return names;
}

ParameterSpec order_parameter(const Manifest& manifest) {
  return parameter("orderBy", {{"type", "string"},
                               {"enum", manifest.orders},
                               {"default", manifest.orders.front()},
                               {"title", "Order"},
                               {"description",
                                "Column that orders the rows; rows without a value in it come last "
                                "in both directions, and equal values are ordered by key."}});
}

}  // namespace

std::vector<ParameterSpec> listing_parameters(const Manifest& manifest) {
  std::vector<ParameterSpec> parameters = {
      parameter("tenant", {{"type", "string"},
                           {"minLength", 1},
                           {"title", "Tenant"},
                           {"description",
                            "Tenant to list; one of those that the operator's policy names, the "
                            "first of them by default."}}),
      parameter("fetchType",
                {{"type", "string"},
                 {"enum", {"FETCH", "FETCH_ONE", "STORE", "NONE"}},
                 {"default", "FETCH"},
                 {"title", "Fetch type"},
                 {"description",
                  "FETCH gives a page of rows, FETCH_ONE the first row, STORE writes all rows into "
                  "a file of JSON Lines, NONE only counts them."}}),
      parameter("size", {{"type", "integer"},
                         {"minimum", 1},
                         {"maximum", 10000},
                         {"default", 100},
                         {"title", "Page size"},
                         {"description", "Rows of a page, with FETCH."}}),
      parameter("cursor",
                {{"type", "string"},
                 {"minLength", 1},
                 {"title", "Cursor"},
                 {"description",
                  "The `cursor` of the page before, to go on after its last row; filters, "
                  "order and direction must stay as they were."}}),
      parameter("columns", {{"type", "array"},
                            {"items", {{"type", "string"}, {"enum", column_names(manifest)}}},
                            {"minItems", 1},
                            {"uniqueItems", true},
                            {"title", "Columns"},
                            {"description", "Columns of a row, in this order."}})};
  if (!manifest.orders.empty()) parameters.push_back(order_parameter(manifest));
  parameters.push_back(parameter("direction", {{"type", "string"},
                                               {"enum", {"asc", "desc"}},
                                               {"default", manifest.descending ? "desc" : "asc"},
                                               {"title", "Direction"},
                                               {"description", "Ascending or descending."}}));
  return parameters;
}

Json listing_outputs() {
  return {
      {"type", "object"},
      {"properties",
       {{"rows",
         {{"type", "array"},
          {"items", {{"type", "object"}}},
          {"description", "With FETCH: the rows of the page, in order."}}},
        {"row",
         {{"type", "object"}, {"description", "With FETCH_ONE: the first row, if there is one."}}},
        {"uri",
         {{"type", "string"},
          {"format", "uri"},
          {"description", "With STORE: the file of JSON Lines, one row a line."}}},
        {"size",
         {{"type", "integer"},
          {"minimum", 0},
          {"description", "Number of rows fetched, stored or, with NONE, counted."}}},
        {"cursor",
         {{"type", "string"},
          {"description", "With FETCH, where rows remain: hand it back to get the next page."}}}}},
      {"required", Json::array({"size"})}};
}

}  // namespace winnow::tasks
