// What a listing's caller gets back, as a JSON Schema.
#include "tasks/listing/listing.h"

namespace winnow::tasks {
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
          {"description", "With FETCH, where rows remain: hand it back to get the next page."}}},
        {"notes",
         {{"type", "array"},
          {"items", {{"type", "string"}}},
          {"description",
           "What to know about the parameters, where they select nothing as they stand."}}}}},
      {"required", Json::array({"size"})}};
}

}  // namespace winnow::tasks
