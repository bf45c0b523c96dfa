// The names of a manifest, and the order of the checks.
#include "plugin/manifests/check.h"

#include <algorithm>
#include <set>

#include "document/object.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "outcome/try.h"
#include "plugin/builtin/schemas.h"

namespace winnow::plugin {
namespace {

using document::Json;
using document::pointer_to;

constexpr std::size_t kLongestIdentifier = 63;  // PostgreSQL's; MySQL has 64

bool is_word(char c) {
  return document::is_letter(c) || document::is_digit(c) || c == '_';
}

// `io.kestra.plugin.core.log.PurgeLogs`: words joined by dots.
bool is_task_name(std::string_view name) {
  const auto fits = [](char c) { return is_word(c) || c == '.'; };
  return !name.empty() && document::is_letter(name.front()) && name.back() != '.' &&
         name.size() <= 200 && name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), fits);
}

void check_task_names(const Json& manifest, Diagnostics& diagnostics) {
  std::set<std::string> names;
  const auto check = [&](const Json& value, const std::string& pointer) {
    const auto& name = value.get_ref<const std::string&>();
    if (!is_task_name(name)) {
      diagnostics.add(
          pointer,
          "a task's name has letters, digits, `_` and dots only, and begins with a letter");
    }
    if (!names.insert(name).second)
      diagnostics.add(pointer, "the name \"" + name + "\" stands here twice");
  };
  check(manifest["name"], "/name");
  const auto& aliases = member(manifest, "aliases");
  for (std::size_t i = 0; i < aliases.size(); ++i) check(aliases[i], pointer_to("/aliases", i));
}

void check_tables(const Json& manifest, Diagnostics& diagnostics) {
  for (const char* key : {"table", "tenant", "namespace"}) {
    if (manifest.contains(key)) check_identifier(manifest[key], pointer_to("", key), diagnostics);
  }
}

}  // namespace

const Json& member(const Json& object, std::string_view key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(std::string(key));
  return found == object.end() ? none : *found;
}

void check_identifier(const Json& name, const std::string& pointer, Diagnostics& diagnostics) {
  const auto& text = name.get_ref<const std::string&>();
  if (text.empty() || text.size() > kLongestIdentifier ||
      !std::all_of(text.begin(), text.end(), is_word)) {
    diagnostics.add(pointer,
                    "expected 1 to 63 letters, digits or `_`, because it becomes a part of SQL");
  }
}

void check_path(const Json& object, const std::string& pointer, Diagnostics& diagnostics) {
  const auto& path = member(object, "document");
  for (std::size_t i = 0; i < path.size(); ++i) {
    check_identifier(path[i], pointer_to(pointer_to(pointer, "document"), i), diagnostics);
  }
}

void check_name(const std::string& name, const std::string& pointer, Diagnostics& diagnostics) {
  if (name.empty() || name.size() > kLongestIdentifier || !document::is_letter(name.front()) ||
      !std::all_of(name.begin(), name.end(), is_word)) {
    diagnostics.add(pointer,
                    "a name here has 1 to 63 letters, digits or `_` and begins with a letter");
  }
}

Outcome<void> check_manifest(const document::Document& document) {
  WINNOW_CHECK(check_against("manifest.schema.json", document));
  Diagnostics diagnostics;
  const Json& manifest = document.value;
  check_task_names(manifest, diagnostics);
  check_tables(manifest, diagnostics);
  check_parameters(manifest, diagnostics);
  if (document::is_text(manifest["engine"], "listing")) check_listing(manifest, diagnostics);
  if (!diagnostics.first()) return {};
  const auto& [pointer, reason] = *diagnostics.first();
  return fail(FailureKind::configuration, placed(document, pointer, reason), pointer);
}

}  // namespace winnow::plugin
