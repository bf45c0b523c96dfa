// The rules for a listing's manifest.
#include <set>

#include "document/nearest.h"
#include "document/object.h"
#include "document/pointer.h"
#include "plugin/manifests/check.h"

namespace winnow::plugin {
namespace {

using document::Json;
using document::pointer_to;

void check_columns(const Json& columns, Diagnostics& diagnostics) {
  bool any_by_default = false;
  for (const auto& entry : columns.items()) {
    const auto pointer = pointer_to("/columns", entry.key());
    check_name(entry.key(), pointer, diagnostics);
    check_identifier(entry.value()["column"], pointer_to(pointer, "column"), diagnostics);
    check_path(entry.value(), pointer, diagnostics);
    any_by_default = any_by_default || entry.value().value("default", true);
  }
  if (columns.empty()) {
    diagnostics.add("/columns", "a listing needs at least one column");
  } else if (!any_by_default) {
    diagnostics.add("/columns",
                    "none is listed by default; leave `default: false` out of at least one");
  }
}

void check_listing_order(const Json& order, const Json& columns, Diagnostics& diagnostics) {
  if (!order.contains("columns")) {
    return diagnostics.add("/order",
                           "a listing's order is {columns: [...], direction: asc or desc}");
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < order["columns"].size(); ++i) {
    const auto name = order["columns"][i].get<std::string>();
    const auto pointer = pointer_to("/order/columns", i);
    if (!seen.insert(name).second) diagnostics.add(pointer, "\"" + name + "\" stands here twice");
    if (!columns.contains(name)) {
      diagnostics.add(pointer, "\"" + name + "\" is not one of the listing's `columns`" +
                                   document::did_you_mean(name, document::keys_of(columns)));
    } else if (document::is_text(columns[name]["column"], "value")) {
      diagnostics.add(pointer,
                      "\"" + name + "\" lies inside of the row's document, which no index orders");
    }
  }
}

}  // namespace

void check_listing(const Json& manifest, Diagnostics& diagnostics) {
  for (const char* key : {"steps", "schemas", "tables"}) {
    if (manifest.contains(key)) diagnostics.add(pointer_to("", key), "a listing has none");
  }
  if (!manifest.contains("table")) {
    return diagnostics.add("/table", "is required: the table whose rows the task works on");
  }
  const auto& columns = member(manifest, "columns");
  check_columns(columns, diagnostics);
  check_listing_order(member(manifest, "order"), columns, diagnostics);
}

}  // namespace winnow::plugin
